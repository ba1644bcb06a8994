//! `search`: a regular expression over the files.

use regex::bytes::{Regex, RegexBuilder};
use serde_json::{Value, json};

use crate::engine::patch::refusal::shown;

use super::args::Args;
use super::room::{Entry, Room};
use super::scan::{Found, scan};
use super::{Answer, MAX_TEXT_CHARS, Tool, glob};

const MAX_PATTERN_CHARS: usize = 1_000;
/// Bytes of the compiled pattern: what is larger is also slow.
const MAX_PROGRAM_BYTES: usize = 1 << 20;

pub(super) const TOOL: Tool = Tool {
    name: "search",
    description: "Searches the files with a regular expression (RE2 syntax, line by line) and shows the lines that \
                  match, with their numbers.",
    parameters,
    run,
};

fn parameters() -> Value {
    json!({
        "type": "object",
        "properties": {
            "pattern": {"type": "string", "description": "The regular expression."},
            "path": {"type": "string", "description": "Only this folder or file; `.` is the root."},
            "files": {"type": "string", "description": "Only files like this: `*.rs`, `src/**/*.{js,ts}`."},
            "ignore_case": {"type": "boolean", "description": "Upper and lower case are the same."},
        },
        "required": ["pattern"],
    })
}

fn run(room: &mut Room<'_>, args: &Args) -> Answer {
    let regex = compile(args.text("pattern")?, args.flag("ignore_case")?)?;
    let folders = room.folders(args.maybe_path("path")?);
    folders.iter().try_for_each(|folder| room.must_be_visible(folder))?;
    let files = args.maybe_text("files")?.filter(|files| !files.trim().is_empty()).map(glob::compile).transpose()?;
    let wanted = |entry: &Entry<'_>| {
        entry.mode.is_regular()
            && folders.iter().any(|folder| below(entry.path, folder))
            && files.as_ref().is_none_or(|f| f.is_match(entry.path))
    };
    let entries: Vec<Entry<'_>> = room.entries().into_iter().filter(wanted).collect();
    if entries.is_empty() {
        return Err("there is no such file to search".into());
    }
    let outcome = scan(room.view(), &entries, &regex, room.stop_at).map(|found| told(&entries, &found));
    outcome.map_err(|fault| {
        let reason = fault.to_string();
        room.fault = Some(fault);
        reason
    })
}

fn compile(pattern: &str, ignore_case: bool) -> Result<Regex, String> {
    if pattern.is_empty() || pattern.chars().count() > MAX_PATTERN_CHARS {
        return Err(format!("the pattern must have 1 to {MAX_PATTERN_CHARS} characters"));
    }
    let build = |pattern: &str| {
        RegexBuilder::new(pattern).multi_line(true).case_insensitive(ignore_case).size_limit(MAX_PROGRAM_BYTES).build()
    };
    build(pattern).map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the pattern is too large; make it simpler".to_owned(),
        error => format!("the pattern cannot be read: {error}"),
    })
}

fn below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn told(entries: &[Entry<'_>], found: &Found) -> String {
    let lines: usize = found.files.iter().map(|file| file.lines.len()).sum();
    let mut text = match lines {
        0 => format!("no match in {} files\n", found.seen),
        _ => format!("{lines} matching lines in {} files\n", found.files.len()),
    };
    text.push_str(&notes(entries.len(), found));
    let mut characters = text.chars().count();
    for (at, file) in found.files.iter().enumerate() {
        let block = block(entries.get(file.index).map_or("", |entry| entry.path), &file.lines, file.more);
        characters += block.chars().count();
        if characters > MAX_TEXT_CHARS - 100 {
            text.push_str(&format!("[cut: {} more files match; narrow the search]\n", found.files.len() - at));
            break;
        }
        text.push_str(&block);
    }
    text
}

/// What was not looked into.
fn notes(all: usize, found: &Found) -> String {
    let mut notes = String::new();
    if found.seen < all {
        let why = if found.out_of_time { "the time is over" } else { "there are enough matches" };
        notes.push_str(&format!(
            "[cut: {} of {all} files were searched, because {why}; narrow it by path]\n",
            found.seen
        ));
    }
    for (count, what) in [(found.large, "files over 256 KiB"), (found.binary, "binary files")] {
        if count > 0 {
            notes.push_str(&format!("[{count} {what} were not searched]\n"));
        }
    }
    notes
}

fn block(path: &str, lines: &[(usize, String)], more: bool) -> String {
    let mut text = format!("{}\n", shown(path));
    for (number, line) in lines {
        text.push_str(&format!("  {number}|{line}\n"));
    }
    if more {
        text.push_str("  [more lines of this file match]\n");
    }
    text
}
