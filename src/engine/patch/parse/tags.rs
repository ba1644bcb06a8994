//! Forms in angle brackets: `<file path="…">`, `<search>…</search><replace>…</replace>`, tool calls in tags.

use super::super::edit::{Body, Edit};
use super::super::text::without_cr;
use super::element::{Element, Tag};
use super::heading::{Heading, is_path};
use super::scan::Scan;
use super::{begin, diff, fence::FenceLine, search};

const SEARCH: &[&str] = &[
    "search",
    "find",
    "old",
    "old_str",
    "old_string",
    "old_text",
    "old_code",
    "original",
    "original_code",
    "before",
    "search_block",
    "current",
];
const REPLACE: &[&str] = &[
    "replace",
    "new",
    "new_str",
    "new_string",
    "new_text",
    "new_code",
    "updated",
    "updated_code",
    "replacement",
    "after",
    "replace_block",
    "modified",
];
const WHOLE: &[&str] = &["file", "write_file", "create_file", "new_file", "write", "create"];
const CONTENT: &[&str] = &["content", "contents", "file_text", "new_content", "file_content"];
const PATHS: &[&str] = &["path", "file", "filename", "file_path", "filepath", "name", "target_file"];
const SILENT: &[&str] = &[
    "diff",
    "patch",
    "edit",
    "edits",
    "answer",
    "changes",
    "udiff",
    "file",
    "content",
    "files",
    "parameter",
    "command",
    "action",
];

/// Reads what a tag on its own line begins; `None` when the line is prose.
pub fn read(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let tag = Tag::of(scan.bare(at)?)?;
    let name = tag.name;
    if tag.closing {
        return SILENT.contains(&name).then_some(at + 1);
    }
    if SEARCH.contains(&name) && tag.attributes.is_empty() {
        return pair(scan, at, &tag);
    }
    if PATHS.contains(&name)
        && tag.attributes.is_empty()
        && let Some((path, next)) = path_element(scan, at, &tag)
    {
        name_path(scan, at, &path);
        return Some(next);
    }
    if let Some(path) = attribute(tag.attributes).filter(|_| tag.rest.is_empty()) {
        name_path(scan, at, path);
        let whole = WHOLE.contains(&name) && !holds_edits(scan, at + 1, &tag.closing());
        if whole && is_part(tag.attributes) {
            scan.problem(at, "lines by their numbers are not taken; send a search and its replacement");
            return Element::read(scan, at, &tag).map_or(Some(at + 1), |element| Some(element.next));
        }
        return if whole { content(scan, at, &tag, path) } else { Some(at + 1) };
    }
    let named = scan.tag_path().filter(|_| CONTENT.contains(&name) && tag.attributes.is_empty());
    if let Some(path) = named.filter(|_| !tag.rest.is_empty() || !holds_edits(scan, at + 1, &tag.closing())) {
        return content(scan, at, &tag, &path);
    }
    (SILENT.contains(&name) || tag.is_parameter).then_some(at + 1)
}

fn name_path(scan: &mut Scan<'_>, at: usize, path: &str) {
    if is_path(path) {
        scan.set_heading(Heading { path: path.to_owned(), line: at, alone: true, adjacent: true, sure: true });
    }
}

/// A path between tags, in one line or on a line of its own.
fn path_element(scan: &Scan<'_>, at: usize, tag: &Tag<'_>) -> Option<(String, usize)> {
    let closing = tag.closing();
    if let Some(path) = tag.rest.trim_end().strip_suffix(&closing) {
        return Some((path.trim().to_owned(), at + 1));
    }
    let path = scan.bare(at + 1)?.trim();
    let closed = scan.bare(at + 2).is_some_and(|l| l.trim() == closing);
    (closed && tag.rest.is_empty() && is_path(path)).then(|| (path.to_owned(), at + 3))
}

/// The value of the attribute that names a path.
fn attribute(text: &str) -> Option<&str> {
    let mut rest = text.trim();
    while let Some((key, value)) = rest.split_once('=') {
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, after) = value.get(1..)?.split_once(quote)?;
        if PATHS.contains(&key.trim()) {
            return Some(value);
        }
        rest = after.trim_start();
    }
    None
}

/// Whether attributes say that a content is a part of the file only.
fn is_part(attributes: &str) -> bool {
    const KEYS: [&str; 10] =
        ["lines", "line", "start", "end", "start_line", "end_line", "range", "line_range", "from_line", "to_line"];
    let keys = attributes.split(['=', ' ', '"', '\'']).map(str::trim);
    keys.into_iter().any(|key| KEYS.contains(&key))
}

/// Whether edits or a fence stand between a tag and its end.
fn holds_edits(scan: &Scan<'_>, at: usize, closing: &str) -> bool {
    let Some(first) = scan.next_filled(at) else { return true };
    let line = scan.bare(first).unwrap_or_default();
    let known = |tag: &Tag<'_>| {
        SEARCH.contains(&tag.name) || SILENT.contains(&tag.name) || tag.name == "path" || tag.is_parameter
    };
    line.trim() == closing
        || search::opening(line).is_some()
        || begin::starts(line)
        || diff::starts(scan, first)
        || line.starts_with("@@")
        || FenceLine::of(line).is_some()
        || Tag::of(line).is_some_and(|tag| known(&tag))
}

/// Reads a whole file between tags.
fn content(scan: &mut Scan<'_>, at: usize, tag: &Tag<'_>, path: &str) -> Option<usize> {
    let Some(read) = Element::read(scan, at, tag) else {
        scan.problem(at, "the tag around a whole file is not closed");
        return Some(scan.len());
    };
    let crlf = scan.raw(at).is_some_and(|l| l.ends_with('\r'));
    let plain = |l: String| if crlf { without_cr(&l).to_owned() } else { l };
    let lines = read.lines.into_iter().map(plain).collect();
    scan.take(Edit::at(path, Body::Whole { lines, sure: true }, at + 1));
    Some(read.next)
}

/// Reads a search and its replacement.
fn pair(scan: &mut Scan<'_>, at: usize, tag: &Tag<'_>) -> Option<usize> {
    let path = scan.path_hint();
    let Some(old) = Element::read(scan, at, tag) else {
        path?;
        scan.problem(at, "a search is not closed");
        return Some(scan.len());
    };
    let next = scan.next_filled(old.next).unwrap_or(old.next);
    let found = scan.bare(next).and_then(Tag::of).filter(|t| !t.closing && REPLACE.contains(&t.name));
    let Some(new) = found.and_then(|tag| Element::read(scan, next, &tag)) else {
        path?;
        scan.problem(at, "a search has no replacement");
        return Some(scan.len());
    };
    let Some(path) = path else {
        scan.problem(at, "a search does not say which file it is for");
        return Some(new.next);
    };
    let body = if old.inline {
        Body::Text { old: old.lines.join("\n"), new: new.lines.join("\n") }
    } else {
        Body::Replace { search: old.plain(), replace: new.plain() }
    };
    scan.take(Edit::at(&path, body, at + 1));
    Some(new.next)
}
