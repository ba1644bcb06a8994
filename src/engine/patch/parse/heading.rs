//! Lines that name the file of the edit below them.

/// A path named above an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The path.
    pub path: String,
    /// Its line, counted from 0.
    pub line: usize,
    /// The line holds nothing else.
    pub alone: bool,
    /// Only blank lines came since.
    pub adjacent: bool,
    /// It is marked as a path, not only shaped like one.
    pub sure: bool,
}

/// Names without a dot that are files all the same.
const BARE_NAMES: &[&str] = &[
    "Makefile",
    "GNUmakefile",
    "Dockerfile",
    "Containerfile",
    "LICENSE",
    "README",
    "CHANGELOG",
    "Gemfile",
    "Rakefile",
    "Procfile",
    "Justfile",
    "justfile",
    "Vagrantfile",
    "Jenkinsfile",
    "Pipfile",
    "NOTICE",
    "AUTHORS",
    "VERSION",
    "Brewfile",
    "Caddyfile",
    "Tiltfile",
    "Earthfile",
    "BUILD",
    "WORKSPACE",
];

/// Words that may stand before a path that is otherwise alone.
const LABELS: &[&str] = &[
    "file",
    "filename",
    "filepath",
    "path",
    "file path",
    "file name",
    "new file",
    "new",
    "updated",
    "updated file",
    "modified",
    "modified file",
    "create",
    "create file",
    "update",
    "update file",
    "edit",
    "edit file",
    "modify",
    "add",
    "add file",
    "change",
    "in",
    "in file",
    "rewrite",
    "replace",
    "for",
    "full file",
    "complete file",
    "to",
];

/// Reads a line that holds a path and nothing else but its decoration, or that announces the whole of a file.
pub fn of_line(line: &str, at: usize) -> Option<Heading> {
    if line.len() > 1200 || line.trim().is_empty() {
        return None;
    }
    plain(line, at).or_else(|| announced(line, at))
}

fn plain(line: &str, at: usize) -> Option<Heading> {
    let plain = undecorated(line);
    let (label, rest) = labelled(plain);
    let rest = rest.trim();
    let marked = rest.starts_with('`');
    let path = unmarked(rest).map(unlinked)?;
    let path = without_place(path.strip_prefix("./").unwrap_or(path));
    let known = is_path(path) && (marked || label || looks_like_path(path));
    let shaped = path.contains('/') && has_extension(path);
    known.then(|| Heading {
        path: path.to_owned(),
        line: at,
        alone: true,
        adjacent: true,
        sure: label || marked || shaped || BARE_NAMES.contains(&path),
    })
}

/// Reads a comment that holds a path and nothing else, as on the first line of a fence.
pub fn of_comment(line: &str, at: usize) -> Option<Heading> {
    let text = line.trim();
    let marked = ["#", "//", "/*", "<!--", "--", ";", "%"].iter().any(|mark| text.starts_with(mark));
    let real = |h: &Heading| h.path.contains('/') || has_extension(&h.path) || BARE_NAMES.contains(&h.path.as_str());
    of_line(line, at).filter(|h| marked && real(h))
}

/// A sentence that announces the whole of one file: "Here is the complete `x.py`:".
fn announced(line: &str, at: usize) -> Option<Heading> {
    let words = ["complete", "full", "entire", "whole", "updated", "new version", "create"];
    let text = line.trim_end().trim_end_matches('*');
    let lower = text.to_lowercase();
    let announces = text.ends_with(':') && words.iter().any(|w| lower.contains(w));
    let found = mentioned(line, at).filter(|_| announces)?;
    Some(Heading { alone: true, adjacent: true, ..found })
}

/// A path in a code span of a sentence: good enough to search in, not for a whole file.
pub fn mentioned(line: &str, at: usize) -> Option<Heading> {
    if line.len() > 1200 || line.starts_with([' ', '\t']) {
        return None;
    }
    let spans: Vec<&str> =
        line.split('`').skip(1).step_by(2).filter(|s| s.contains('/') && looks_like_path(s)).collect();
    match spans.as_slice() {
        [path] => Some(Heading { path: (*path).to_owned(), line: at, alone: false, adjacent: false, sure: false }),
        _ => None,
    }
}

/// Without list marks, heading marks, comment marks, emphasis and a closing colon.
fn undecorated(line: &str) -> &str {
    let mut text = line.trim();
    for (open, close) in [("<!--", "-->"), ("/*", "*/"), ("//", ""), ("--", ""), (";;", ""), ("- ", ""), ("+ ", "")] {
        if let Some(inner) = text.strip_prefix(open) {
            text = inner.strip_suffix(close).unwrap_or(inner).trim();
        }
    }
    text = text.trim_start_matches(['#', '>', '*', '_']).trim_start();
    text = ruled(text).trim_start_matches(|c: char| !c.is_ascii() && !c.is_alphanumeric()).trim_start();
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    if digits.len() < text.len() {
        text = digits.strip_prefix(['.', ')']).filter(|r| r.starts_with(' ')).unwrap_or(text).trim();
    }
    let text = text.trim_matches(['*', ' ']);
    without_note(text.trim_end_matches(':')).trim_matches(['*', ' '])
}

/// Without the rules on both sides: `=== x ===`, `--- x ---`.
fn ruled(text: &str) -> &str {
    let inner = text.trim_matches(['=', '-']);
    let both = text.starts_with("==") && text.ends_with("==") || text.starts_with("--") && text.ends_with("--");
    if both { inner.trim() } else { text }
}

/// Without "(new file)" and the like.
fn without_note(text: &str) -> &str {
    let notes = ["new file", "new", "modified", "updated", "edited", "changed", "created", "full file", "complete"];
    let cut = text.rfind(" (").and_then(|open| Some((text.get(..open)?, text.get(open + 2..)?.strip_suffix(')')?)));
    match cut {
        Some((before, note)) if notes.contains(&note.to_lowercase().as_str()) => before.trim_end_matches(':'),
        _ => text,
    }
}

/// Cuts a label off: `File: x`, ``Update `x` ``, `**File:** x`.
fn labelled(text: &str) -> (bool, &str) {
    let is_label = |word: &str| LABELS.contains(&word.trim_matches(['*', ' ', '_']).to_lowercase().as_str());
    if let Some((_, rest)) = text.split_once(':').filter(|(label, _)| is_label(label)) {
        return (true, rest.trim_matches(['*', ' ']));
    }
    match text.find('`').and_then(|at| Some((text.get(..at)?, text.get(at..)?))) {
        Some((label, rest)) if is_label(label) => (true, rest),
        _ => (false, text),
    }
}

/// Without the quotes or code span around it; `None` when something else is in the line.
fn unmarked(text: &str) -> Option<&str> {
    let mark = text.chars().next()?;
    if matches!(mark, '`' | '"' | '\'') {
        let inner = text.trim_matches(mark);
        return (text.ends_with(mark) && !inner.contains(mark)).then_some(inner);
    }
    (!text.contains(char::is_whitespace)).then_some(text)
}

/// Without the brackets of a link or title: `[x](x)`, `[x]`.
fn unlinked(text: &str) -> &str {
    let Some((inner, after)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) else { return text };
    let linked = after.is_empty() || (after.starts_with('(') && after.ends_with(')'));
    if linked && looks_like_path(inner.trim_matches('`')) { inner.trim_matches('`') } else { text }
}

/// Without the line and column behind a path: `src/a.js:12`, `a.js:12:3`, `a.js:12-20`.
fn without_place(path: &str) -> &str {
    let place = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || ":-L".contains(c))
    };
    path.split_once(':').filter(|(path, rest)| place(rest) && has_extension(path)).map_or(path, |(path, _)| path)
}

/// Whether a text could be a path at all.
pub fn is_path(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 1100
        && !text.contains("://")
        && !text.contains(['<', '>', '|', '"', '*', '?', '`', '\n', '\t', ',', ';', '=', '$'])
        && !text.ends_with('/')
        && text.chars().any(char::is_alphanumeric)
}

/// Whether a text without any mark is shaped like a path.
pub fn looks_like_path(text: &str) -> bool {
    is_path(text)
        && !text.contains(char::is_whitespace)
        && (text.contains('/') || has_extension(text) || BARE_NAMES.contains(&text))
}

fn has_extension(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let right = |ext: &str| {
        (1..=12).contains(&ext.len())
            && ext.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && ext.chars().any(|c| c.is_ascii_alphabetic())
    };
    name.rsplit_once('.').is_some_and(|(_, ext)| right(ext)) && !name.ends_with("e.g")
}
