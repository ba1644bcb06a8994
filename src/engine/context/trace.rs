//! Places that an issue names: `file:line` in compilers' messages, stack traces and links of twelve languages.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

/// Places looked for; a longer trace repeats itself.
const MAX_PLACES: usize = 200;
/// Files of equal fit that a place may mean before it means nothing.
const MAX_EQUAL: usize = 3;

/// A path as the issue has it, and a line in it, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) line: u32,
}

/// A path with an ending, then the line in one of the ways people's tools write it.
static WITH_LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    // `a.rs:1`, `a.ts(1,2)`, `"a.py", line 1`, `a.cs:line 1`, `a.php on line 1`, `a.go#L1`
    Regex::new(r#"([\w@.~+/\\-]*[\w-]\.[A-Za-z]\w{0,7})(?::line |:|\(|", line |"? on line |#L)(\d{1,7})"#).ok()
});

/// `at com.acme.Shop.pay(Shop.java:12)`: the package tells the folder.
static JVM_FRAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"([\w.$]+)\.[\w$<>]+\((\w+\.(?:java|kt|scala|groovy)):(\d{1,7})\)").ok());

/// Every place in `text`, in order, each once.
pub(super) fn places(text: &str) -> Vec<Place> {
    let mut found = Vec::new();
    for hit in WITH_LINE.iter().flat_map(|regex| regex.captures_iter(text)) {
        let path = hit.get(1).map_or("", |m| m.as_str());
        note(&mut found, path.replace('\\', "/"), hit.get(2).map_or("", |m| m.as_str()));
    }
    for hit in JVM_FRAME.iter().flat_map(|regex| regex.captures_iter(text)) {
        let (class, file) = (hit.get(1).map_or("", |m| m.as_str()), hit.get(2).map_or("", |m| m.as_str()));
        if let Some((package, _)) = class.rsplit_once('.') {
            let line = hit.get(3).map_or("", |m| m.as_str());
            note(&mut found, format!("{}/{file}", package.replace('.', "/")), line);
        }
    }
    found
}

fn note(found: &mut Vec<Place>, path: String, line: &str) {
    let Ok(line) = line.parse() else { return };
    let place = Place { path, line };
    if line > 0 && found.len() < MAX_PLACES && !found.contains(&place) {
        found.push(place);
    }
}

/// How many parts two paths share, counted from their ends.
fn shared_parts(a: &str, b: &str) -> usize {
    let parts = |path: &str| path.split('/').rev().map(str::to_ascii_lowercase).collect::<Vec<_>>();
    parts(a).iter().zip(parts(b)).take_while(|(a, b)| *a == b).count()
}

/// The lines that `places` name in each of `paths`, by number of the path. A place means the files whose ends fit
/// best, if they are few.
pub(super) fn resolve<'a>(places: &[Place], paths: impl Iterator<Item = &'a str>) -> BTreeMap<usize, Vec<u32>> {
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let mut by_name: BTreeMap<String, Vec<&Place>> = BTreeMap::new();
    places.iter().for_each(|place| by_name.entry(name(&place.path)).or_default().push(place));
    let mut fits: BTreeMap<(&str, u32), Vec<(usize, usize)>> = BTreeMap::new();
    if !by_name.is_empty() {
        for (index, path) in paths.enumerate() {
            for place in by_name.get(&name(path)).into_iter().flatten() {
                let fit = shared_parts(&place.path, path);
                fits.entry((&place.path, place.line)).or_default().push((fit, index));
            }
        }
    }
    let mut lines: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for ((_, line), fits) in fits {
        let best = fits.iter().map(|(fit, _)| *fit).max().unwrap_or(0);
        let equal: Vec<_> = fits.iter().filter(|(fit, _)| *fit == best).collect();
        if equal.len() <= MAX_EQUAL {
            equal.iter().for_each(|(_, index)| lines.entry(*index).or_default().push(line));
        }
    }
    lines
}
