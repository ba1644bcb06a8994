//! Edits written as JSON: a tool call that came as text, a list of edits, whole files.

use serde_json::{Map, Value};

use super::super::edit::{Body, Edit};
use super::scan::Scan;

const PATHS: &[&str] = &["path", "file", "file_path", "filepath", "filename", "file_name", "target_file"];
const OLD: &[&str] = &["old_string", "old_str", "old_text", "oldText", "old", "search", "find", "original", "before"];
const NEW: &[&str] =
    &["new_string", "new_str", "new_text", "newText", "new", "replace", "replacement", "updated", "after"];
const WHOLE: &[&str] = &["content", "contents", "file_text", "text", "new_content", "code"];
const PATCH: &[&str] = &["patch", "diff", "input", "unified_diff", "command", "changes"];
const INSIDE: &[&str] =
    &["arguments", "input", "parameters", "params", "args", "edits", "changes", "files", "tool_calls"];
const ACTIONS: &[&str] = &["action", "command", "operation", "op", "type", "mode"];
/// Keys that say that a content is a part of the file only.
const PARTIAL: &[&str] = &[
    "start_line",
    "end_line",
    "startLine",
    "endLine",
    "line",
    "lines",
    "line_number",
    "line_range",
    "lineRange",
    "range",
    "insert_line",
    "insertLine",
    "after_line",
    "position",
    "offset",
];
/// Words in a tool's name that say so.
const PARTIAL_TOOLS: &[&str] = &["append", "insert", "prepend", "add_line", "replace_lines", "edit_lines"];
/// Deeper than this no edit is looked for.
const DEPTH: usize = 8;

/// Reads the JSON value that starts at a line; `None` when it is none or holds no edit.
pub fn read(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let line = scan.bare(at)?.trim_start();
    if !line.starts_with(['{', '[']) || !speaks_of_edits(scan, at) {
        return None;
    }
    if !scan.look_at(scan.len() - at) {
        scan.problem(at, "there is too much JSON to read");
        return Some(scan.len());
    }
    let text = scan.text_from(at);
    let mut values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    let Some(Ok(value)) = values.next() else {
        scan.problem(at, "this looks like an edit as JSON, but the JSON cannot be read");
        return Some(scan.len());
    };
    let read = text.get(..values.byte_offset()).unwrap_or_default().matches('\n').count();
    let hint = scan.path_hint();
    walk(scan, at, &value, hint.as_deref(), 0).then_some(at + read + 1)
}

/// Whether a key of an edit stands in the lines up to the end of the paragraph or fence.
fn speaks_of_edits(scan: &mut Scan<'_>, at: usize) -> bool {
    let keys = |line: &str| {
        let key = |k: &&str| line.split(&format!("\"{k}\"")).skip(1).any(|rest| rest.trim_start().starts_with(':'));
        let escaped = |k: &&str| line.contains(&format!("\\\"{k}\\\""));
        [OLD, PATHS].concat().iter().any(|k| key(k) || escaped(k)) || PATCH.iter().any(key)
    };
    for next in at..(at + 40).min(scan.len()) {
        if !scan.look() || scan.closes_fence(next) {
            return false;
        }
        if scan.bare(next).is_some_and(keys) {
            return true;
        }
    }
    false
}

/// Takes every edit in a value; whether there was one.
fn walk(scan: &mut Scan<'_>, at: usize, value: &Value, path: Option<&str>, depth: usize) -> bool {
    match value {
        _ if depth > DEPTH => false,
        Value::Array(items) => {
            let found: Vec<bool> = items.iter().map(|item| walk(scan, at, item, path, depth + 1)).collect();
            found.contains(&true)
        }
        Value::Object(map) => {
            let own = text(map, PATHS);
            object(scan, at, map, own.as_deref().or(path), depth)
        }
        _ => false,
    }
}

fn object(scan: &mut Scan<'_>, at: usize, map: &Map<String, Value>, path: Option<&str>, depth: usize) -> bool {
    if let Some(patch) = text(map, PATCH).filter(|p| p.contains("*** Begin Patch") || p.contains("@@")) {
        scan.take_parsed(at, super::parse(&patch));
        return true;
    }
    if let (Some(old), Some(new)) = (text(map, OLD), text(map, NEW)) {
        return take(scan, at, path, Body::Text { old, new });
    }
    let action = text(map, ACTIONS).unwrap_or_default();
    if let Some(path) = path.filter(|_| matches!(action.as_str(), "delete" | "remove" | "delete_file")) {
        let mut edit = Edit::at(path, Body::Same, at + 1);
        edit.new_path = None;
        scan.take(edit);
        return true;
    }
    if path.is_some() && matches!(action.as_str(), "insert" | "rename" | "move" | "append") {
        scan.problem(at, "this kind of edit is not taken as JSON; send a search and its replacement");
        return true;
    }
    let tool = text(map, &["name", "tool", "tool_name"]).unwrap_or_default();
    if PARTIAL_TOOLS.iter().any(|word| tool.contains(word) || action.contains(word)) && holds_content(map) {
        scan.problem(at, "a part of a file is not taken as JSON; send a search and its replacement");
        return true;
    }
    if path.is_some() && text(map, WHOLE).is_some() && PARTIAL.iter().any(|key| map.contains_key(*key)) {
        scan.problem(at, "lines by their numbers are not taken as JSON; send a search and its replacement");
        return true;
    }
    if let (Some(_), Some(content)) = (path, text(map, WHOLE)) {
        let lines = content.strip_suffix('\n').unwrap_or(&content).split('\n');
        let lines = if content.is_empty() { Vec::new() } else { lines.map(str::to_owned).collect() };
        return take(scan, at, path, Body::Whole { lines, sure: true });
    }
    let inner: Vec<Value> = INSIDE.iter().filter_map(|key| map.get(*key)).map(opened).collect();
    let nested: Vec<&Value> =
        map.iter().filter(|(key, v)| *key == "function" && v.is_object()).map(|(_, v)| v).collect();
    let found: Vec<bool> = inner.iter().chain(nested).map(|value| walk(scan, at, value, path, depth + 1)).collect();
    found.contains(&true)
}

/// Whether a call, or what it is called with, holds a text for a file.
fn holds_content(map: &Map<String, Value>) -> bool {
    let inside = INSIDE.iter().filter_map(|key| map.get(*key)).map(opened);
    text(map, WHOLE).is_some()
        || inside.into_iter().any(|value| value.as_object().is_some_and(|inner| text(inner, WHOLE).is_some()))
}

fn take(scan: &mut Scan<'_>, at: usize, path: Option<&str>, body: Body) -> bool {
    match path {
        Some(path) => scan.take(Edit::at(path.strip_prefix("./").unwrap_or(path), body, at + 1)),
        None => scan.problem(at, "an edit as JSON does not say which file it is for"),
    }
    true
}

/// A value, or the JSON that a string holds.
fn opened(value: &Value) -> Value {
    let inner = value.as_str().and_then(|text| serde_json::from_str(text).ok());
    inner.unwrap_or_else(|| value.clone())
}

fn text(map: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| map.get(*key)?.as_str().map(str::to_owned))
}
