//! `list`: what lies in a folder.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::engine::patch::Mode;
use crate::engine::patch::refusal::shown;

use super::args::Args;
use super::room::{Entry, Room};
use super::{Answer, MAX_TEXT_CHARS, Tool};

pub(super) const TOOL: Tool = Tool {
    name: "list",
    description: "Lists a folder of the repository: its files and, with a `/` at the end and a count of files, its \
                  folders. With recursive, all files below it.",
    parameters,
    run,
};

fn parameters() -> Value {
    json!({
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "The folder; `.` is the root."},
            "recursive": {"type": "boolean", "description": "All files below the folder instead of one level."},
        },
    })
}

fn run(room: &mut Room<'_>, args: &Args) -> Answer {
    let folders = room.folders(args.maybe_path("path")?);
    let recursive = args.flag("recursive")?;
    match folders.as_slice() {
        [folder] => listed(room, folder, recursive).map(|lines| fitting(&lines)),
        several => {
            let mut lines = Vec::new();
            for folder in several {
                lines.push(format!("{}:", shown(folder)));
                let there = listed(room, folder, recursive).unwrap_or_else(|why| vec![why]);
                lines.extend(there.iter().map(|line| format!("  {line}")));
            }
            Ok(fitting(&lines))
        }
    }
}

fn listed(room: &Room<'_>, folder: &str, recursive: bool) -> Result<Vec<String>, String> {
    room.must_be_visible(folder)?;
    let entries = room.entries();
    let below: Vec<(&str, &Entry<'_>)> =
        entries.iter().filter_map(|entry| Some((rest(entry.path, folder)?, entry))).collect();
    if below.is_empty() {
        return if folder.is_empty() {
            Ok(vec!["the repository holds no file you may see".into()])
        } else {
            Err(room.missing(folder, "folder"))
        };
    }
    let all = || below.iter().map(|(rest, entry)| line(rest, entry.mode)).collect();
    Ok(if recursive { all() } else { level(&below) })
}

/// The path below a folder.
fn rest<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

fn line(name: &str, mode: Mode) -> String {
    let kind = match mode {
        Mode::Link => " (link, not followed)",
        Mode::Submodule => " (submodule)",
        _ => "",
    };
    format!("{}{kind}", shown(name))
}

/// One level: folders with their number of files, then the files.
fn level(below: &[(&str, &Entry<'_>)]) -> Vec<String> {
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    let mut files = Vec::new();
    for (rest, entry) in below {
        match rest.split_once('/') {
            Some((folder, _)) => *folders.entry(folder).or_default() += 1,
            None => files.push(line(rest, entry.mode)),
        }
    }
    let folder = |(name, count): (&str, usize)| {
        format!("{}/ ({count} {})", shown(name), if count == 1 { "file" } else { "files" })
    };
    folders.into_iter().map(folder).chain(files).collect()
}

fn fitting(lines: &[String]) -> String {
    let (mut text, mut characters) = (String::new(), 0);
    for (at, line) in lines.iter().enumerate() {
        characters += line.chars().count() + 1;
        if characters > MAX_TEXT_CHARS - 100 {
            text.push_str(&format!("[cut: {at} of {} entries are shown; list a folder below]", lines.len()));
            return text;
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}
