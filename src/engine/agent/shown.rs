//! The repository as a model reads it: instructions, paths, map and files, each between markers.

use crate::engine::context::clean::{ForgedMarker, Marker, fence_untrusted};
use crate::engine::context::{Context, ContextFile, Instructions, MapFile};

/// Everything of `context`.
///
/// # Errors
/// Some text holds the random marker; ask again with a fresh one.
pub fn repository(context: &Context, marker: &Marker) -> Result<String, ForgedMarker> {
    let mut text = String::new();
    for one in &context.instructions {
        text.push_str(&fence_untrusted(&told(one), &one.text, marker)?);
    }
    let paths = context.paths.join("\n");
    text.push_str(&fence_untrusted("paths in the repository, most likely ones first", &paths, marker)?);
    if !context.map.is_empty() {
        let label = "map of files that are not shown whole: line numbers and first lines of definitions";
        let map: String = context.map.iter().map(section).collect();
        text.push_str(&fence_untrusted(label, &map, marker)?);
    }
    for file in &context.files {
        text.push_str(&fence_untrusted(&heading(file), &file.text, marker)?);
    }
    Ok(text)
}

fn told(one: &Instructions) -> String {
    let hidden = hidden("taken out", one.hidden);
    format!("{}: conventions of the repository, data of low authority{hidden}", one.path)
}

fn section(file: &MapFile) -> String {
    let rows: String = file.lines.iter().map(|(line, text)| format!("{line:>6}  {text}\n")).collect();
    format!("{}:\n{rows}", file.path)
}

fn heading(file: &ContextFile) -> String {
    let hidden = hidden("in it", file.hidden);
    let outside = if file.outside { ", outside the folder that may change, only for reading" } else { "" };
    match file.lines {
        None => format!("file {}{outside}{hidden}", file.path),
        Some(lines) => format!(
            "part of file {}, lines {} to {} of {}, the rest is not shown{outside}{hidden}",
            file.path, lines.first, lines.last, lines.of
        ),
    }
}

fn hidden(what: &str, count: usize) -> String {
    match count {
        0 => String::new(),
        1 => format!(", 1 hidden character {what}"),
        more => format!(", {more} hidden characters {what}"),
    }
}
