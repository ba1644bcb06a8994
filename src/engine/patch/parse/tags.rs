//! Forms in angle brackets: `<file path="…">`, `<search>…</search><replace>…</replace>`.

use super::super::edit::{Body, Edit};
use super::super::text::without_cr;
use super::heading::{Heading, is_path};
use super::scan::Scan;
use super::{begin, diff, fence::FenceLine, search};

const SEARCH: &[&str] = &["search", "find", "old", "old_str", "old_string", "old_text", "original"];
const REPLACE: &[&str] = &["replace", "new", "new_str", "new_string", "new_text", "updated", "replacement"];
const WHOLE: &[&str] = &["file", "write_file", "create_file", "new_file", "write", "create"];
const PATHS: &[&str] = &["path", "file", "filename", "file_path", "filepath", "name"];
const SILENT: &[&str] = &["diff", "patch", "edit", "edits", "answer", "changes", "udiff", "file", "content", "files"];

/// Reads what a tag on its own line begins; `None` when the line is prose.
pub fn read(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let line = scan.bare(at)?.trim();
    let inner = line.strip_prefix('<')?;
    let name_end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    let (name, rest) = (inner.get(..name_end)?, inner.get(name_end..)?);
    if SEARCH.contains(&name) && rest.starts_with('>') {
        return pair(scan, at, name);
    }
    if PATHS.contains(&name)
        && let Some(path) = rest.strip_prefix('>').and_then(|r| r.strip_suffix(&format!("</{name}>")))
    {
        name_path(scan, at, path.trim());
        return Some(at + 1);
    }
    if let Some(closed) = inner.strip_prefix('/') {
        return SILENT.contains(&closed.trim_end_matches('>')).then_some(at + 1);
    }
    let attributes = rest.strip_suffix('>')?;
    if let Some(path) = attribute(attributes) {
        name_path(scan, at, path);
        let whole = WHOLE.contains(&name) && !holds_edits(scan, at + 1, name);
        return if whole { whole_file(scan, at, name, path) } else { Some(at + 1) };
    }
    (SILENT.contains(&name) && attributes.is_empty()).then_some(at + 1)
}

fn name_path(scan: &mut Scan<'_>, at: usize, path: &str) {
    if is_path(path) {
        scan.set_heading(Heading { path: path.to_owned(), line: at, alone: true, adjacent: true, sure: true });
    }
}

fn attribute(text: &str) -> Option<&str> {
    let (key, value) = text.trim().split_once('=')?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = value.get(1..)?.split(quote).next()?;
    PATHS.contains(&key.trim()).then_some(value)
}

/// Whether edits or a fence stand between a tag and its end.
fn holds_edits(scan: &Scan<'_>, at: usize, name: &str) -> bool {
    let filled = (at..scan.len()).find(|i| scan.bare(*i).is_some_and(|l| !l.trim().is_empty()));
    let Some(first) = filled else { return true };
    let line = scan.bare(first).unwrap_or_default();
    let tag = line.trim().strip_prefix('<').and_then(|l| l.strip_suffix('>'));
    let known =
        |tag: &str| tag == format!("/{name}") || SEARCH.contains(&tag) || SILENT.contains(&tag) || tag == "path";
    search::opening(line).is_some()
        || begin::starts(line)
        || diff::starts(scan, first)
        || line.starts_with("@@")
        || FenceLine::of(line).is_some()
        || tag.is_some_and(known)
}

fn whole_file(scan: &mut Scan<'_>, at: usize, name: &str, path: &str) -> Option<usize> {
    let closing = format!("</{name}>");
    let Some(end) = (at + 1..scan.len()).find(|i| scan.bare(*i).is_some_and(|l| l.trim() == closing)) else {
        scan.problem(at, "the tag around a whole file is not closed");
        return Some(scan.len());
    };
    let crlf = scan.raw(at).is_some_and(|l| l.ends_with('\r'));
    let plain = |l: &str| if crlf { without_cr(l).to_owned() } else { l.to_owned() };
    let lines = (at + 1..end).filter_map(|i| scan.raw(i)).map(plain).collect();
    scan.take(Edit::at(path, Body::Whole { lines, sure: true }, at + 1));
    Some(end + 1)
}

/// Reads a search and its replacement.
fn pair(scan: &mut Scan<'_>, at: usize, name: &str) -> Option<usize> {
    let path = scan.path_hint()?;
    let Some((search, next)) = element(scan, at, name) else {
        scan.problem(at, "a search is not closed");
        return Some(scan.len());
    };
    let next = (next..scan.len()).find(|i| scan.bare(*i).is_some_and(|l| !l.trim().is_empty())).unwrap_or(next);
    let line = scan.bare(next).unwrap_or_default().trim();
    let found = REPLACE.iter().find(|tag| line.starts_with(&format!("<{tag}>")));
    let Some((replace, after)) = found.and_then(|tag| element(scan, next, tag)) else {
        scan.problem(at, "a search has no replacement");
        return Some(scan.len());
    };
    scan.take(Edit::at(&path, Body::Replace { search, replace }, at + 1));
    Some(after)
}

/// The lines of an element and the line after it.
fn element(scan: &Scan<'_>, at: usize, name: &str) -> Option<(Vec<String>, usize)> {
    let closing = format!("</{name}>");
    let first = scan.bare(at)?.trim_start().strip_prefix(&format!("<{name}>"))?;
    if let Some(inner) = first.trim_end().strip_suffix(&closing) {
        let lines = if inner.is_empty() { Vec::new() } else { vec![inner.to_owned()] };
        return Some((lines, at + 1));
    }
    let end = (at + 1..scan.len()).find(|i| scan.bare(*i).is_some_and(|l| l.trim_end().ends_with(&closing)))?;
    let mut lines: Vec<String> = Vec::new();
    lines.extend((!first.is_empty()).then(|| first.to_owned()));
    lines.extend((at + 1..end).filter_map(|i| scan.bare(i)).map(str::to_owned));
    let last = scan.bare(end)?.trim_end().strip_suffix(&closing)?;
    lines.extend((!last.trim().is_empty()).then(|| last.to_owned()));
    Some((lines, end + 1))
}
