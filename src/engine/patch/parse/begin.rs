//! The `*** Begin Patch` form.

use super::super::edit::{Body, Edit, Hunk, HunkLine, Tag};
use super::super::text::without_cr;
use super::diff::is_name_pair;
use super::numbers::read_header;
use super::scan::Scan;

const BEGIN: &str = "beginpatch";
const END: &str = "endpatch";
const UPDATE: &str = "updatefile:";
const ADD: &str = "addfile:";
const DELETE: &str = "deletefile:";
const MOVE: &str = "moveto:";
const END_OF_FILE: &str = "endoffile";

/// What follows a heading's words; spaces and the case of letters do not matter.
fn after<'l>(line: &'l str, words: &str) -> Option<&'l str> {
    let mut rest = line.strip_prefix("***")?;
    for wanted in words.chars() {
        rest = rest.trim_start_matches(' ');
        let c = rest.chars().next().filter(|c| c.to_ascii_lowercase() == wanted)?;
        rest = rest.get(c.len_utf8()..)?;
    }
    Some(rest)
}

fn is_just(line: &str, words: &str) -> bool {
    after(line, words).is_some_and(|rest| rest.trim().is_empty())
}

/// Whether a line closes this form.
pub fn is_end(line: &str) -> bool {
    is_just(line, END)
}

/// Whether a line opens this form.
pub fn is_begin(line: &str) -> bool {
    is_just(line, BEGIN)
}

/// Whether this form starts, or goes on with a file, at a line.
pub fn starts(line: &str) -> bool {
    is_begin(line) || [UPDATE, ADD, DELETE].iter().any(|mark| after(line, mark).is_some())
}

/// Reads to its end; gives the line after it.
pub fn read(scan: &mut Scan<'_>, at: usize) -> usize {
    let mut next = at;
    let mut begun = false;
    while let Some(line) = scan.bare(next) {
        begun |= is_begin(line);
        let named = |mark: &str| after(line, mark).map(path);
        if let Some(path) = named(UPDATE) {
            next = update(scan, next, &path);
        } else if let Some(path) = named(ADD) {
            next = add(scan, next, &path);
        } else if let Some(path) = named(DELETE) {
            let mut edit = Edit::at(&path, Body::Same, next + 1);
            edit.new_path = None;
            scan.take(edit);
            next += 1;
        } else if is_begin(line) || (line.trim().is_empty() && next > at) {
            next += 1;
        } else if is_end(line) {
            return next + 1;
        } else {
            return next;
        }
    }
    if begun && scan.open_fence().is_some() {
        scan.problem(at, "the answer ends before `*** End Patch`");
    }
    next
}

fn path(text: &str) -> String {
    let text = text.trim().trim_matches('`');
    text.strip_prefix("./").unwrap_or(text).to_owned()
}

/// Whether a file's part is over.
fn ends(scan: &Scan<'_>, at: usize) -> bool {
    let next = |l: &str| starts(l) || is_end(l) || (l.starts_with("*** ") && after(l, END_OF_FILE).is_none());
    scan.bare(at).is_none_or(|l| next(l) || scan.closes_fence(at))
}

fn add(scan: &mut Scan<'_>, at: usize, path: &str) -> usize {
    let crlf = scan.raw(at).is_some_and(|l| l.ends_with('\r'));
    let end = (at + 1..=scan.len()).find(|i| ends(scan, *i)).unwrap_or(scan.len());
    let raw: Vec<&str> =
        (at + 1..end).filter_map(|i| scan.raw(i)).map(|l| if crlf { without_cr(l) } else { l }).collect();
    let blank = raw.iter().rev().take_while(|l| l.is_empty()).count();
    let raw = raw.get(..raw.len() - blank).unwrap_or_default();
    let signed = raw.iter().filter(|l| l.starts_with('+')).count();
    let unsigned = raw.iter().filter(|l| !l.starts_with('+') && !l.trim().is_empty()).count();
    if signed > 0 && unsigned > 0 {
        scan.problem(at, "a new file has lines without `+`");
    }
    let plain = |l: &&str| if signed > 0 { l.strip_prefix('+').unwrap_or_default() } else { l }.to_owned();
    let lines: Vec<String> = raw.iter().map(plain).collect();
    let mut edit = Edit::at(path, Body::Hunks(vec![all_added(lines)]), at + 1);
    if raw.is_empty() {
        edit.body = Body::Same;
    }
    edit.old_path = None;
    scan.take(edit);
    end
}

fn all_added(lines: Vec<String>) -> Hunk {
    let added = |text: String| HunkLine { tag: Tag::Add, text, no_newline: false };
    Hunk { lines: lines.into_iter().map(added).collect(), ..Hunk::default() }
}

fn update(scan: &mut Scan<'_>, at: usize, path: &str) -> usize {
    let crlf = scan.raw(at).is_some_and(|l| l.ends_with('\r'));
    let mut edit = Edit::at(path, Body::Same, at + 1);
    let mut next = at + 1;
    if let Some(to) = scan.bare(next).and_then(|l| after(l, MOVE)) {
        edit.new_path = Some(self::path(to));
        edit.rename = true;
        next += 1;
    }
    if is_name_pair(scan, next) {
        next += 2;
    }
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut open = Hunk::default();
    while !ends(scan, next) {
        let line = scan.bare(next).unwrap_or_default();
        if line.starts_with("@@") {
            finish(&mut open, &mut hunks);
            anchor(line, &mut open);
        } else if after(line, END_OF_FILE).is_some() {
            open.at_end = true;
            finish(&mut open, &mut hunks);
        } else {
            let raw = scan.raw(next).unwrap_or_default();
            open.lines.push(signed(if crlf { without_cr(raw) } else { raw }));
        }
        next += 1;
    }
    finish(&mut open, &mut hunks);
    if hunks.is_empty() && !edit.rename {
        scan.problem(at, "a file without changes");
        return next;
    }
    if !hunks.is_empty() {
        edit.body = Body::Hunks(hunks);
    }
    scan.take(edit);
    next
}

fn anchor(line: &str, open: &mut Hunk) {
    if let Some((numbers, rest)) = read_header(line) {
        open.numbers = Some(numbers);
        open.anchors.extend((!rest.is_empty()).then(|| rest.to_owned()));
        return;
    }
    let text = line.trim_start_matches('@').trim();
    let text = text.strip_suffix("@@").unwrap_or(text).trim();
    open.anchors.extend((!text.is_empty()).then(|| text.to_owned()));
}

/// Takes the open hunk if it has lines; anchors without lines wait for those that follow.
fn finish(open: &mut Hunk, hunks: &mut Vec<Hunk>) {
    while open.lines.last().is_some_and(|l| l.tag == Tag::Context && l.text.is_empty()) {
        open.lines.pop();
    }
    if !open.lines.is_empty() {
        hunks.push(std::mem::take(open));
    }
}

fn signed(raw: &str) -> HunkLine {
    let (tag, text) = match raw.as_bytes().first() {
        Some(b' ') => (Tag::Context, raw.get(1..)),
        Some(b'-') => (Tag::Remove, raw.get(1..)),
        Some(b'+') => (Tag::Add, raw.get(1..)),
        _ => (Tag::Context, Some(raw)),
    };
    HunkLine { tag, text: text.unwrap_or_default().to_owned(), no_newline: false }
}
