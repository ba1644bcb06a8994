//! Search/replace blocks: `<<<<<<< SEARCH … ======= … >>>>>>> REPLACE` and its dialects.

use super::super::edit::{Body, Edit};
use super::super::text::without_cr;
use super::fence::FenceLine;
use super::heading::{is_path, of_line};
use super::scan::Scan;

/// The line that opens a block.
pub struct Marker {
    width: usize,
    indent: usize,
    path: Option<String>,
    crlf_safe: bool,
    /// It could be the mark of a merge conflict too.
    of_conflict: bool,
}

const OPENING: &[&str] = &["SEARCH", "ORIGINAL", "FIND", "OLD", "BEFORE", "HEAD", "CURRENT"];
const CLOSING: &[&str] = &["REPLACE", "UPDATED", "REPLACEMENT", "NEW", "AFTER", "MODIFIED"];
const WIDTHS: std::ops::RangeInclusive<usize> = 5..=20;

/// Reads the line that opens a block.
pub fn opening(line: &str) -> Option<Marker> {
    let text = line.trim_start_matches(' ');
    let indent = line.len() - text.len();
    let (width, rest) = run(text, '<').or_else(|| run(text, '-'))?;
    let rest = rest.trim();
    let word_end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (word, after) = (rest.get(..word_end)?, rest.get(word_end..)?);
    let dashes = text.starts_with('-') && word != "SEARCH";
    let known = OPENING.iter().any(|o| o.eq_ignore_ascii_case(word)) && !dashes && indent <= 8;
    let path = after.trim_matches([' ', ':', '>', '`', '(', ')']);
    let path = (is_path(path) && path.contains(['/', '.'])).then(|| path.to_owned());
    let of_conflict = ["HEAD", "CURRENT"].iter().any(|w| w.eq_ignore_ascii_case(word));
    known.then_some(Marker { width, indent, path, crlf_safe: false, of_conflict })
}

/// A run of one mark at the start, of a width that markers have, and what follows.
fn run(text: &str, mark: char) -> Option<(usize, &str)> {
    let rest = text.trim_start_matches(mark);
    let width = text.len() - rest.len();
    WIDTHS.contains(&width).then_some((width, rest))
}

fn is_divider(line: &str, width: Option<usize>) -> bool {
    let plain = line.trim();
    run(plain, '=').is_some_and(|(w, rest)| rest.is_empty() && width.is_none_or(|want| want == w))
}

fn is_closing(line: &str, width: Option<usize>) -> bool {
    let plain = line.trim();
    let right = |mark: char, bare: bool| {
        run(plain, mark).is_some_and(|(w, rest)| {
            let word = rest.split_whitespace().next().unwrap_or_default();
            let named = CLOSING.iter().any(|c| c.eq_ignore_ascii_case(word));
            (named || (bare && word.len() == rest.trim().len())) && width.is_none_or(|want| want == w)
        })
    };
    right('>', true) || right('+', false)
}

/// Reads the block whose opening line is at a line; gives the line after it.
pub fn read(scan: &mut Scan<'_>, at: usize, marker: &Marker) -> usize {
    let Some(end) = end(scan, at, marker) else {
        scan.problem(at, "a search/replace block is not closed by `>>>>>>> REPLACE`");
        return scan.len();
    };
    if marker.of_conflict && goes_on(scan, end + 1) {
        scan.problem(at, "the marks of a merge conflict stand among other code");
        return end + 1;
    }
    let dividers = |width: Option<usize>| -> Vec<usize> {
        (at + 1..end).filter(|i| scan.bare(*i).is_some_and(|l| is_divider(l, width))).collect()
    };
    let exact = dividers(Some(marker.width));
    let found = if exact.is_empty() { dividers(None) } else { exact };
    match found.as_slice() {
        [middle] => push(scan, at, *middle, end, marker),
        [] => scan.problem(at, "a search/replace block has no `=======` line"),
        _ => scan.problem(at, "a search/replace block has several `=======` lines; use longer markers around it"),
    }
    end + 1
}

/// Whether code of the same fence follows.
fn goes_on(scan: &Scan<'_>, at: usize) -> bool {
    let next = scan.open_fence().and_then(|_| scan.next_filled(at));
    let code = |next: usize| {
        let line = scan.bare(next).unwrap_or_default();
        !scan.closes_fence(next) && opening(line).is_none() && of_line(line, next).is_none()
    };
    next.is_some_and(code)
}

fn end(scan: &Scan<'_>, at: usize, marker: &Marker) -> Option<usize> {
    let reopens = |line: &str| opening(line).is_some_and(|m| m.width == marker.width && m.indent == marker.indent);
    let find = |width: Option<usize>| {
        let stop = (at + 1..scan.len()).find(|i| scan.bare(*i).is_some_and(|l| is_closing(l, width) || reopens(l)));
        stop.filter(|i| scan.bare(*i).is_some_and(|l| is_closing(l, width)))
    };
    find(Some(marker.width)).or_else(|| find(None))
}

fn push(scan: &mut Scan<'_>, at: usize, middle: usize, end: usize, marker: &Marker) {
    let Some(path) = marker.path.clone().or_else(|| scan.path_hint()) else {
        scan.problem(at, "a search/replace block does not say which file it is for");
        return;
    };
    let crlf = !marker.crlf_safe && scan.raw(at).is_some_and(|l| l.ends_with('\r'));
    let section = |from: usize, to: usize| -> Vec<String> {
        (from..to).filter_map(|i| scan.raw(i)).map(|l| content(l, marker.indent, crlf)).collect()
    };
    let (search, replace) = unfenced(without_numbers(section(at + 1, middle)), section(middle + 1, end));
    let path = path.strip_prefix("./").unwrap_or(&path).to_owned();
    scan.take(Edit::at(&path, Body::Replace { search, replace }, at + 1));
}

fn content(line: &str, indent: usize, crlf: bool) -> String {
    let line = if crlf { without_cr(line) } else { line };
    let spaces = line.len() - line.trim_start_matches(' ').len();
    line.get(indent.min(spaces)..).unwrap_or(line).to_owned()
}

/// Without `:start_line:10` … `-------` in front, which one dialect has.
fn without_numbers(lines: Vec<String>) -> Vec<String> {
    let noted = lines.iter().take_while(|l| l.starts_with(":start_line:") || l.starts_with(":end_line:")).count();
    let ruled = lines.get(noted).is_some_and(|l| l.trim().len() >= 5 && l.trim().chars().all(|c| c == '-'));
    if noted == 0 { lines } else { lines.into_iter().skip(noted + usize::from(ruled)).collect() }
}

/// Without fences that stand inside the markers around both parts.
fn unfenced(search: Vec<String>, replace: Vec<String>) -> (Vec<String>, Vec<String>) {
    let fenced = |lines: &[String]| match lines {
        [first, .., last] => {
            FenceLine::of(first).is_some_and(|f| f.has_info()) && FenceLine::of(last).is_some_and(|f| !f.has_info())
        }
        _ => false,
    };
    if !fenced(&search) || !(replace.is_empty() || fenced(&replace)) {
        return (search, replace);
    }
    let inner = |lines: Vec<String>| lines.get(1..lines.len().max(2) - 1).unwrap_or_default().to_vec();
    (inner(search), inner(replace))
}
