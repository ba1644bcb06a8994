//! `edit`, `create`, `delete`, `apply_patch`: changes of the overlay, by the rules that hold for every patch.

use serde_json::{Value, json};

use crate::engine::patch::refusal::shown;
use crate::engine::patch::{Body, Edit, parse};

use super::args::Args;
use super::room::Room;
use super::{Answer, Tool};

pub(super) const EDIT: Tool = Tool {
    name: "edit",
    description: "Replaces text of a file. `old` must stand in the file exactly once, copied letter by letter with its \
                  indentation and without line numbers; take as many lines as make it unique.",
    parameters: edit_parameters,
    run: edit,
};

pub(super) const CREATE: Tool = Tool {
    name: "create",
    description: "Makes a new file. A file that exists must be edited, or deleted first.",
    parameters: create_parameters,
    run: create,
};

pub(super) const DELETE: Tool =
    Tool { name: "delete", description: "Deletes a file.", parameters: delete_parameters, run: delete };

pub(super) const APPLY_PATCH: Tool = Tool {
    name: "apply_patch",
    description: "Makes several edits at once, all or none: a unified diff, search/replace blocks, or the \
                  `*** Begin Patch` form.",
    parameters: patch_parameters,
    run: apply_patch,
};

fn edit_parameters() -> Value {
    json!({
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "The file."},
            "old": {"type": "string", "description": "The text as it is now."},
            "new": {"type": "string", "description": "The text as it should be; empty to take the old one away."},
        },
        "required": ["path", "old", "new"],
    })
}

fn create_parameters() -> Value {
    json!({
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "The new file."},
            "content": {"type": "string", "description": "Its whole content."},
        },
        "required": ["path", "content"],
    })
}

fn delete_parameters() -> Value {
    json!({
        "type": "object",
        "properties": {"path": {"type": "string", "description": "The file."}},
        "required": ["path"],
    })
}

fn patch_parameters() -> Value {
    json!({
        "type": "object",
        "properties": {"patch": {"type": "string", "description": "The patch."}},
        "required": ["patch"],
    })
}

fn edit(room: &mut Room<'_>, args: &Args) -> Answer {
    let (path, old, new) = (args.path("path")?, args.text("old")?, args.text("new")?);
    if old == new {
        return Err("`old` and `new` are the same".into());
    }
    if old.trim().is_empty() {
        return Err("`old` holds no text to find; copy the lines to change from the file".into());
    }
    let text = room.text(path)?;
    let (search, replace) = match places(&text, old).as_slice() {
        [] => (lines(old), lines(new)),
        [at] => whole_lines(&text, *at, old, new),
        several => return Err(ambiguous(path, &text, several)),
    };
    room.make(&[Edit::at(path, Body::Replace { search, replace }, 1)])
}

/// Every place where `old` stands, overlapping ones too; at most six.
fn places(text: &str, old: &str) -> Vec<usize> {
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(old)) {
        found.push(from + at);
        let step = text.get(from + at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        from += at + step;
        if found.len() > 5 {
            break;
        }
    }
    found
}

/// The lines that hold the only place, before and after: the patch rules know lines, not pieces of them.
fn whole_lines(text: &str, at: usize, old: &str, new: &str) -> (Vec<String>, Vec<String>) {
    let end = at + old.len();
    let first = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let last = if old.ends_with('\n') {
        end - 1
    } else {
        text.get(end..).and_then(|after| after.find('\n')).map_or(text.len(), |newline| end + newline)
    };
    let piece = |from: usize, to: usize| text.get(from..to.max(from)).unwrap_or_default();
    let mut after = format!("{}{new}{}", piece(first, at), piece(end, last));
    if old.ends_with('\n') && first == at && new.is_empty() {
        return (lines(piece(first, last)), Vec::new());
    }
    if old.ends_with('\n') && after.ends_with('\n') {
        after.pop();
    }
    (split(piece(first, last)), split(&after))
}

fn ambiguous(path: &str, text: &str, places: &[usize]) -> String {
    let line = |at: &usize| text.get(..*at).map_or(0, |before| before.matches('\n').count() + 1).to_string();
    let numbers: Vec<String> = places.iter().map(line).collect();
    let more = if places.len() > 5 { " and more" } else { "" };
    format!(
        "`old` stands in `{}` at lines {}{more}, so it is not clear which is meant; take in more of the lines around",
        shown(path),
        numbers.join(", ")
    )
}

/// Lines without their ends; a final line end is implied.
fn lines(text: &str) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { split(text.strip_suffix('\n').unwrap_or(text)) }
}

fn split(text: &str) -> Vec<String> {
    text.split('\n').map(str::to_owned).collect()
}

fn create(room: &mut Room<'_>, args: &Args) -> Answer {
    let (path, content) = (args.path("path")?, args.text("content")?);
    if room.files().entry(path).is_some() {
        room.must_be_visible(path)?;
        return Err(format!("`{}` exists; edit it, or delete it first", shown(path)));
    }
    let lines = lines(content);
    let body = if lines.is_empty() { Body::Same } else { Body::Whole { lines, sure: true } };
    let mut edit = Edit::at(path, body, 1);
    edit.old_path = None;
    room.make(&[edit])
}

fn delete(room: &mut Room<'_>, args: &Args) -> Answer {
    let path = args.path("path")?;
    room.must_be_visible(path)?;
    if room.files().entry(path).is_none() {
        return Err(room.missing(path, "file"));
    }
    let mut edit = Edit::at(path, Body::Same, 1);
    edit.new_path = None;
    room.make(&[edit])
}

fn apply_patch(room: &mut Room<'_>, args: &Args) -> Answer {
    let parsed = parse(args.text("patch")?);
    if let Some(problem) = parsed.problems.first() {
        return Err(format!("line {} of the patch: {}", problem.line, problem.reason));
    }
    if parsed.edits.is_empty() {
        return Err("there is no diff and no search/replace block in it".into());
    }
    room.make(&parsed.edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_becomes_the_lines_that_hold_it() {
        let text = "a = 1\nb = 2\nc = 3\n";
        let cases: &[(&str, &str, &[&str], &[&str])] = &[
            ("2", "5", &["b = 2"], &["b = 5"]),
            ("1\nb", "7\nx", &["a = 1", "b = 2"], &["a = 7", "x = 2"]),
            ("b = 2\n", "", &["b = 2"], &[]),
            ("b = 2\n", "y\nz\n", &["b = 2"], &["y", "z"]),
            ("b = 2\n", "y", &["b = 2"], &["y"]),
            ("c = 3\n", "d\n", &["c = 3"], &["d"]),
        ];
        for (old, new, search, replace) in cases {
            let [at] = places(text, old)[..] else { panic!("{old}") };
            let (s, r) = whole_lines(text, at, old, new);
            assert_eq!((&s[..], &r[..]), (&search.map_str()[..], &replace.map_str()[..]), "{old:?}");
        }
        assert_eq!(places("aaa", "aa").len(), 2, "overlapping places are places");
        assert_eq!(places("é é é", "é").len(), 3);
    }

    trait MapStr {
        fn map_str(&self) -> Vec<String>;
    }

    impl MapStr for &[&str] {
        fn map_str(&self) -> Vec<String> {
            self.iter().map(|s| (*s).to_owned()).collect()
        }
    }
}
