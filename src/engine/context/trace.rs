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

#[cfg(test)]
mod tests {
    use super::*;

    /// A tool, a trace as it prints it, and the places that this names among the repository's files.
    type Row = (&'static str, &'static str, &'static [(&'static str, u32)]);

    const TRACES: &[Row] = &[
        (
            "python",
            "Traceback (most recent call last):\n  File \"/srv/app/shop/cart.py\", line 12, in total\n    return x\n\
             ValueError: wrong",
            &[("shop/cart.py", 12)],
        ),
        (
            "pytest",
            "shop/cart.py:12: in total\n    return x\nE   ValueError\n\nshop/rates.py:3: ValueError",
            &[("shop/cart.py", 12), ("shop/rates.py", 3)],
        ),
        (
            "rust panic",
            "thread 'main' panicked at src/lib.rs:10:5:\nindex out of bounds\nstack backtrace:\n   3: app::run\n             \
             at ./src/main.rs:7:9",
            &[("src/lib.rs", 10), ("src/main.rs", 7)],
        ),
        ("rustc", "error[E0308]: mismatched types\n  --> src/main.rs:4:18\n   |", &[("src/main.rs", 4)]),
        (
            "node",
            "TypeError: x is not a function\n    at total (/srv/app/web/cart.js:5:11)\n    at Object.<anonymous> \
             (/srv/app/web/index.js:1:1)",
            &[("web/cart.js", 5), ("web/index.js", 1)],
        ),
        ("browser", "total@https://shop.example/web/cart.js:5:11", &[("web/cart.js", 5)]),
        ("webpack", "at total (webpack:///./web/cart.js?1a2b:5:11)", &[]),
        ("typescript", "web/app.ts(21,7): error TS2322: Type 'string' is not assignable", &[("web/app.ts", 21)]),
        (
            "go",
            "goroutine 1 [running]:\nmain.total(0x1)\n\t/go/src/shop/cart.go:15 +0x1d\nexit status 2",
            &[("shop/cart.go", 15)],
        ),
        (
            "java",
            "Exception in thread \"main\" java.lang.NullPointerException\n\tat com.acme.Shop.pay(Shop.java:12)\n\tat \
             java.base/java.lang.Thread.run(Thread.java:1583)",
            &[("src/main/java/com/acme/Shop.java", 12)],
        ),
        ("kotlin", "\tat com.acme.ShopKt$main$1.invoke(Shop.kt:9)", &[("src/main/kotlin/com/acme/Shop.kt", 9)]),
        ("c#", "   at Acme.Shop.Pay(Int32 x) in C:\\src\\shop\\Pay.cs:line 33", &[("shop/Pay.cs", 33)]),
        (
            "php",
            "PHP Fatal error:  Uncaught Error in /var/www/shop/cart.php:8\nStack trace:\n#0 /var/www/shop/pay.php(19): \
             total()\n  thrown in /var/www/shop/cart.php on line 8",
            &[("shop/cart.php", 8), ("shop/pay.php", 19)],
        ),
        ("ruby", "lib/cart.rb:6:in `total': undefined method (NoMethodError)", &[("lib/cart.rb", 6)]),
        ("gcc", "src/cart.c:14:3: error: expected ';' before '}' token", &[("src/cart.c", 14)]),
        ("gdb", "#1  0x0000 in total (x=1) at src/cart.c:14", &[("src/cart.c", 14)]),
        (
            "valgrind",
            "==1==    at 0x10: total (cart.c:14)\n==1==    by 0x11: main (cart.c:20)",
            &[("src/cart.c", 14), ("src/cart.c", 20)],
        ),
        ("link", "See https://github.com/octo/shop/blob/main/shop/cart.go#L15-L20", &[("shop/cart.go", 15)]),
        ("elixir", "    (app 0.1.0) lib/cart.ex:4: Cart.total/1", &[("lib/cart.ex", 4)]),
    ];

    const FILES: &[&str] = &[
        "lib/cart.ex",
        "lib/cart.rb",
        "shop/Pay.cs",
        "shop/cart.go",
        "shop/cart.php",
        "shop/cart.py",
        "shop/pay.php",
        "shop/rates.py",
        "src/cart.c",
        "src/lib.rs",
        "src/main.rs",
        "src/main/java/com/acme/Shop.java",
        "src/main/kotlin/com/acme/Shop.kt",
        "web/app.ts",
        "web/cart.js",
        "web/index.js",
    ];

    #[test]
    fn the_usual_traces_name_their_places() {
        for (tool, trace, wanted) in TRACES {
            let found = resolve(&places(trace), FILES.iter().copied());
            let mut named: Vec<(&str, u32)> = Vec::new();
            for (index, lines) in &found {
                let mut lines = lines.clone();
                lines.sort_unstable();
                lines.dedup();
                named.extend(lines.into_iter().map(|line| (FILES[*index], line)));
            }
            named.sort_unstable();
            assert_eq!(named, *wanted, "{tool}: {:?}", places(trace));
        }
    }
}
