//! The header of one file in a unified diff: names, modes, renames.

use super::super::quote::unquote;
use super::scan::Scan;

/// What a header says.
#[derive(Debug, Default)]
pub struct Header {
    /// It began with `diff --git`.
    pub git: bool,
    /// The name in `diff --git a/NAME b/NAME`, when both are the same.
    pub git_name: Option<String>,
    /// Path before, without its prefix; `None` for `/dev/null`.
    pub old: Option<String>,
    /// Path after, likewise.
    pub new: Option<String>,
    /// As in [`super::super::edit::Edit`].
    pub unstripped: Option<String>,
    /// Mode before, as written.
    pub old_mode: Option<String>,
    /// Mode after, as written.
    pub new_mode: Option<String>,
    /// `new file mode` was there.
    pub is_new: bool,
    /// `deleted file mode` was there.
    pub is_deleted: bool,
    /// `rename from` was there.
    pub rename_from: Option<String>,
    /// `rename to` was there.
    pub rename_to: Option<String>,
    /// `---` and `+++` were there.
    pub has_names: bool,
    /// Why it cannot be taken.
    pub problem: Option<&'static str>,
}

const ODD_NAME: &str = "a path in the diff's header cannot be read";

/// Reads the extended lines after `diff --git`; gives the next line.
pub fn extended(scan: &Scan<'_>, mut at: usize, header: &mut Header) -> usize {
    while let Some(line) = scan.bare(at) {
        if !extended_line(line, header) {
            break;
        }
        at += 1;
    }
    at
}

fn extended_line(line: &str, header: &mut Header) -> bool {
    let after = |start: &str| line.strip_prefix(start).map(|rest| rest.trim().to_owned());
    if let Some(mode) = after("new file mode ") {
        (header.is_new, header.new_mode) = (true, Some(mode));
    } else if let Some(mode) = after("deleted file mode ") {
        (header.is_deleted, header.old_mode) = (true, Some(mode));
    } else if let Some(mode) = after("old mode ") {
        header.old_mode = Some(mode);
    } else if let Some(mode) = after("new mode ") {
        header.new_mode = Some(mode);
    } else if let Some(path) = line.strip_prefix("rename from ") {
        header.rename_from = plain_name(path, header);
    } else if let Some(path) = line.strip_prefix("rename to ") {
        header.rename_to = plain_name(path, header);
    } else if line.starts_with("copy from ") || line.starts_with("copy to ") {
        header.problem = Some("copies are not taken; write the new file");
    } else if let Some(rest) = line.strip_prefix("index ") {
        index_mode(rest, header);
    } else {
        return line.starts_with("similarity index ") || line.starts_with("dissimilarity index ");
    }
    true
}

/// `index OLD..NEW MODE` tells the mode of both sides.
fn index_mode(rest: &str, header: &mut Header) {
    if let Some(mode) = rest.split_whitespace().nth(1) {
        header.old_mode.get_or_insert_with(|| mode.to_owned());
        header.new_mode.get_or_insert_with(|| mode.to_owned());
    }
}

fn plain_name(path: &str, header: &mut Header) -> Option<String> {
    let name = if path.starts_with('"') { unquote(path).map(|(name, _)| name) } else { Some(path.to_owned()) };
    if name.is_none() {
        header.problem = Some(ODD_NAME);
    }
    name
}

/// The names of `diff --git A B`, when they are one name.
pub fn git_name(rest: &str) -> Option<String> {
    if rest.starts_with('"') {
        let (old, rest) = unquote(rest)?;
        let rest = rest.trim_start();
        let new = if rest.starts_with('"') { unquote(rest)?.0 } else { rest.to_owned() };
        return one_name(&old, &new);
    }
    let middle = rest.len() / 2;
    let halves = rest.get(..middle).zip(rest.get(middle + 1..)).filter(|_| rest.get(middle..=middle) == Some(" "));
    halves.and_then(|(old, new)| one_name(old, new))
}

fn one_name(old: &str, new: &str) -> Option<String> {
    let (old, new, _) = strip_prefixes(Some(old.to_owned()), Some(new.to_owned()));
    if old == new { old } else { None }
}

/// Reads `---` and `+++` (the lines at `at` and after it).
pub fn names(scan: &Scan<'_>, at: usize, header: &mut Header) {
    let read = |line: Option<&str>, start: &str| line.and_then(|l| l.strip_prefix(start)).and_then(name);
    let old = read(scan.bare(at), "--- ");
    let new = read(scan.bare(at + 1), "+++ ");
    let (Some(old), Some(new)) = (old, new) else {
        header.problem = Some(ODD_NAME);
        return;
    };
    let real = |path: String| (!is_nothing(&path)).then_some(path);
    (header.old, header.new, header.unstripped) = strip_prefixes(real(old), real(new));
    header.has_names = true;
}

/// The spellings of "no file".
fn is_nothing(path: &str) -> bool {
    matches!(path, "/dev/null" | "dev/null" | "a/dev/null" | "b/dev/null" | "NUL" | "nul")
}

/// The name in a `---` or `+++` line that lacks its partner, without its prefix.
pub fn lone_name(line: &str) -> Option<String> {
    let text = line.strip_prefix("+++ ").or_else(|| line.strip_prefix("--- "))?;
    let path = name(text).filter(|path| !is_nothing(path))?;
    Some(without_letter(&path).unwrap_or(&path).to_owned())
}

/// A name in a header line, without a time stamp.
fn name(text: &str) -> Option<String> {
    let text = text.trim_start();
    if text.starts_with('"') {
        return unquote(text).map(|(name, _)| name);
    }
    let text = text.split('\t').next().unwrap_or_default();
    let text = stamp(text).and_then(|at| text.get(..at)).unwrap_or(text);
    let text = text.trim_end().trim_matches('`');
    (!text.is_empty()).then(|| text.to_owned())
}

/// Where ` 2024-01-31 …` begins.
fn stamp(text: &str) -> Option<usize> {
    let is_stamp = |at: usize| {
        let date = text.get(at + 1..at + 9).unwrap_or_default().as_bytes();
        date.len() == 8
            && date.iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() })
    };
    text.match_indices(' ').map(|(at, _)| at).find(|at| is_stamp(*at))
}

/// Takes the prefixes off a pair of names: `a/` and `b/`, any two folders before the same rest, one of them only.
fn strip_prefixes(old: Option<String>, new: Option<String>) -> (Option<String>, Option<String>, Option<String>) {
    let tidy = |path: String| path.strip_prefix("./").map(str::to_owned).unwrap_or(path);
    match (old.map(tidy), new.map(tidy)) {
        (Some(old), Some(new)) => {
            let (old, new, unstripped) = strip_both(old, new);
            (Some(old), Some(new), unstripped)
        }
        (Some(old), None) => one_side(old, |path| (Some(path), None)),
        (None, Some(new)) => one_side(new, |path| (None, Some(path))),
        (None, None) => (None, None, None),
    }
}

type Names = (Option<String>, Option<String>);

fn one_side(path: String, sides: impl Fn(String) -> Names) -> (Option<String>, Option<String>, Option<String>) {
    if let Some(rest) = without_letter(&path) {
        let (old, new) = sides(rest.to_owned());
        (old, new, Some(path))
    } else {
        let (old, new) = sides(path);
        (old, new, None)
    }
}

fn strip_both(old: String, new: String) -> (String, String, Option<String>) {
    if old == new {
        let rest = without_letter(&old).map(str::to_owned);
        return match rest {
            Some(rest) => (rest.clone(), rest, Some(old)),
            None => (old, new, None),
        };
    }
    let (old_rest, new_rest) = (without_first(&old), without_first(&new));
    let usual = old.starts_with("a/") && new.starts_with("b/");
    let same = old_rest.is_some() && old_rest == new_rest;
    match (old_rest, new_rest) {
        (Some(o), Some(n)) if usual || same => (o.to_owned(), n.to_owned(), None),
        (Some(o), _) if o == new && old.starts_with("a/") => (new.clone(), new, None),
        (_, Some(n)) if n == old && new.starts_with("b/") => (old.clone(), old, None),
        _ => (old, new, None),
    }
}

fn without_letter(path: &str) -> Option<&str> {
    path.strip_prefix("a/").or_else(|| path.strip_prefix("b/"))
}

fn without_first(path: &str) -> Option<&str> {
    path.split_once('/').map(|(_, rest)| rest).filter(|rest| !rest.is_empty())
}
