//! Fences of backticks and tildes.

use super::heading::{Heading, is_path, looks_like_path};

/// A line that opens or closes a fence.
pub struct FenceLine<'a> {
    indent: usize,
    mark: char,
    length: usize,
    info: &'a str,
}

/// A fence that is open.
#[derive(Debug, Clone)]
pub struct Fence {
    indent: usize,
    mark: char,
    length: usize,
    /// The language, lower case.
    pub language: String,
    /// The path named in its line or just above it.
    pub hint: Option<String>,
    /// The hint may be the heading of a whole file.
    pub adjacent: bool,
    /// The hint is certainly meant as a path.
    pub sure: bool,
    /// It says that it holds a diff.
    pub is_diff: bool,
    /// The line it opens on, counted from 0.
    pub line: usize,
}

impl<'a> FenceLine<'a> {
    /// Reads a fence's line: three or more marks after at most eight spaces.
    pub fn of(line: &'a str) -> Option<Self> {
        let inner = line.trim_start_matches(' ');
        let indent = line.len() - inner.len();
        let mark = inner.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let info = inner.trim_start_matches(mark);
        let length = inner.len() - info.len();
        let real = indent <= 8 && length >= 3 && !(mark == '`' && info.contains('`'));
        real.then(|| Self { indent, mark, length, info: info.trim() })
    }

    /// The spaces before it.
    pub fn indent(&self) -> usize {
        self.indent
    }

    /// Whether it can only open one.
    pub fn has_info(&self) -> bool {
        !self.info.is_empty()
    }

    /// Whether it closes the fence that another line opened.
    pub fn ends(&self, open: &FenceLine<'_>) -> bool {
        !self.has_info() && self.mark == open.mark && self.length >= open.length
    }

    /// Whether it closes this fence.
    pub fn closes(&self, open: &Fence) -> bool {
        !self.has_info() && self.could_close(open)
    }

    /// Whether mark, length and place are those of a line that ends this fence.
    pub fn could_close(&self, open: &Fence) -> bool {
        self.mark == open.mark && self.length >= open.length && self.indent <= open.indent
    }
}

impl Fence {
    /// The fence that a line opens, with the heading above it.
    pub fn opened(line: &FenceLine<'_>, heading: Option<&Heading>) -> Self {
        let (language, own) = split_info(line.info);
        let above = heading.map(|h| h.path.clone());
        Self {
            indent: line.indent,
            mark: line.mark,
            length: line.length,
            is_diff: matches!(language.as_str(), "diff" | "patch" | "udiff"),
            language,
            adjacent: own.is_some() || heading.is_some_and(|h| h.adjacent && h.alone),
            sure: own.is_some() || heading.is_some_and(|h| h.sure),
            hint: own.or(above),
            line: heading.map_or(0, |h| h.line),
        }
    }

    /// Whether it shows commands to type, not a file of this path.
    pub fn shows_commands(&self, path: &str) -> bool {
        let shell = ["bash", "sh", "shell", "zsh", "fish", "powershell", "ps1", "bat", "cmd"];
        let shown = ["console", "terminal", "shell-session", "output", "log", "diff", "patch", "udiff"];
        let script = path.rsplit('/').next().is_none_or(|name| !name.contains('.'))
            || [".sh", ".bash", ".zsh", ".fish", ".ps1", ".bat", ".cmd"].iter().any(|ext| path.ends_with(ext));
        shown.contains(&self.language.as_str()) || (shell.contains(&self.language.as_str()) && !script)
    }
}

/// Language and path of a fence's info: `rust src/lib.rs`, `rust:src/lib.rs`, `js title="x.js"`, `src/lib.rs`.
fn split_info(info: &str) -> (String, Option<String>) {
    let mut words = info.split_whitespace();
    let first = words.next().unwrap_or_default();
    if let Some((language, path)) = first.split_once(':').filter(|(_, path)| is_path(path)) {
        return (language.to_lowercase(), Some(path.to_owned()));
    }
    let named = words.find_map(path_of_word);
    if named.is_none() && looks_like_path(first) {
        return (String::new(), Some(first.to_owned()));
    }
    (first.trim_matches(['{', '}', '.']).to_lowercase(), named.or_else(|| path_of_attribute(first)))
}

fn path_of_word(word: &str) -> Option<String> {
    let plain = word.trim_matches(['(', ')', ',']);
    path_of_attribute(word).or_else(|| looks_like_path(plain).then(|| plain.to_owned()))
}

fn path_of_attribute(word: &str) -> Option<String> {
    let (key, value) = word.trim_matches(['{', '}']).split_once('=')?;
    let known = matches!(key.to_lowercase().as_str(), "path" | "file" | "filename" | "filepath" | "title" | "name");
    let value = value.trim_matches(['"', '\'']);
    (known && is_path(value)).then(|| value.to_owned())
}
