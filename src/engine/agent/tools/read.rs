//! `read`: lines of a file with their numbers.

use serde_json::{Value, json};

use crate::domain::characters::is_hidden;
use crate::engine::patch::refusal::shown;

use super::args::Args;
use super::room::Room;
use super::{Answer, MAX_TEXT_CHARS, Tool};

/// A longer line is shown in part, in characters.
const MAX_LINE_CHARS: usize = 1_000;

pub(super) const TOOL: Tool = Tool {
    name: "read",
    description: "Reads lines of a file. Each is shown as `NUMBER|TEXT`; number and bar are not part of the file. Long \
                  files come in pieces: ask for the lines you need.",
    parameters,
    run,
};

fn parameters() -> Value {
    json!({
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "The file."},
            "from": {"type": "integer", "description": "First line, counted from 1."},
            "to": {"type": "integer", "description": "Last line."},
        },
        "required": ["path"],
    })
}

fn run(room: &mut Room<'_>, args: &Args) -> Answer {
    let path = args.path("path")?;
    let (from, to) = (args.maybe_line("from")?.unwrap_or(1), args.maybe_line("to")?.unwrap_or(usize::MAX));
    let text = room.text(path)?;
    let lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return Ok(format!("`{}` is empty", shown(path)));
    }
    if from > lines.len() || to < from {
        return Err(format!("`{}` has lines 1 to {}, not {from} to {}", shown(path), lines.len(), to.min(99_999_999)));
    }
    Ok(numbered(path, &lines, from, to.min(lines.len())))
}

fn numbered(path: &str, lines: &[&str], from: usize, to: usize) -> String {
    let (mut text, mut characters, mut hidden, mut last) = (String::new(), 0, 0, from);
    for (number, line) in (1..).zip(lines).skip(from - 1).take(to + 1 - from) {
        let shown = one(number, line);
        characters += shown.chars().count();
        if characters > MAX_TEXT_CHARS - 300 {
            break;
        }
        hidden += line.chars().filter(|c| is_hidden(*c)).count();
        text.push_str(&shown);
        last = number;
    }
    let mut head = format!("`{}`, lines {from} to {last} of {}\n", shown(path), lines.len());
    if last < to {
        head.push_str(&format!("[cut: lines {} to {to} do not fit; read on from {}]\n", last + 1, last + 1));
    }
    if hidden > 0 {
        head.push_str(&format!("[{hidden} invisible characters in these lines]\n"));
    }
    head + &text
}

fn one(number: usize, line: &str) -> String {
    let length = line.chars().count();
    if length <= MAX_LINE_CHARS {
        return format!("{number}|{line}\n");
    }
    let head: String = line.chars().take(MAX_LINE_CHARS).collect();
    format!("{number}|{head} [cut: {} more characters in this line]\n", length - MAX_LINE_CHARS)
}
