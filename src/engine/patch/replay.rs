//! Our own stored diff back into changes, exact to the byte (I6). Nothing is searched or guessed.

use super::base::{Action, BaseFiles, FileChange, Mode};
use super::edit::Tag;
use super::parse::numbers::read_header;
use super::quote::unquote;

/// The stored diff does not fit this base: one of them is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored patch does not fit its base at line {line}: {reason}")]
pub struct ReplayError {
    /// The line of the diff, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: &'static str,
}

/// The changes of a diff that [`super::apply()`] printed, against the same base, by path.
pub fn replay(patch_text: &str, base: &dyn BaseFiles) -> Result<Vec<FileChange>, ReplayError> {
    let mut reader = Reader { lines: patch_text.split_inclusive('\n').collect(), at: 0 };
    let mut changes = Vec::new();
    while reader.peek().is_some() {
        changes.extend(one_file(&mut reader, base)?);
    }
    changes.sort_by(|a: &FileChange, b| a.path.cmp(&b.path));
    let twice = changes.iter().zip(changes.iter().skip(1)).any(|(a, b)| a.path == b.path);
    if twice { Err(reader.error("a path changes twice")) } else { Ok(changes) }
}

struct Reader<'a> {
    lines: Vec<&'a str>,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.lines.get(self.at).copied()
    }

    fn next(&mut self) -> Option<&'a str> {
        let line = self.peek();
        self.at += 1;
        line
    }

    /// The rest of the next line if it starts so.
    fn after(&mut self, start: &str) -> Option<&'a str> {
        let rest = self.peek()?.strip_prefix(start)?;
        self.at += 1;
        Some(rest.strip_suffix('\n').unwrap_or(rest))
    }

    fn error(&self, reason: &'static str) -> ReplayError {
        ReplayError { line: self.at + 1, reason }
    }
}

#[derive(Default)]
struct Header {
    old: Option<String>,
    new: Option<String>,
    mode: Option<Mode>,
    has_hunks: bool,
}

fn one_file(reader: &mut Reader<'_>, base: &dyn BaseFiles) -> Result<Vec<FileChange>, ReplayError> {
    let header = header(reader)?;
    let (mut mode, before) = match &header.old {
        Some(path) => {
            let entry = base.entry(path).filter(|e| e.mode.is_regular());
            let entry = entry.ok_or_else(|| reader.error("a file is missing"))?;
            (entry.mode, base.read(path).ok_or_else(|| reader.error("a file cannot be read"))?)
        }
        None => (Mode::File, Vec::new()),
    };
    mode = header.mode.unwrap_or(mode);
    if let Some(path) = header.new.as_ref().filter(|new| header.old.as_ref() != Some(new))
        && base.entry(path).is_some()
    {
        return Err(reader.error("a new file exists"));
    }
    let bytes = if header.has_hunks { hunks(reader, &before)? } else { before };
    let mut changes = Vec::new();
    match (header.old, header.new) {
        (Some(path), None) if bytes.is_empty() || !header.has_hunks => {
            changes.push(FileChange { path, action: Action::Delete });
        }
        (_, None) => return Err(reader.error("a deletion leaves something")),
        (old, Some(path)) => {
            changes.extend(old.filter(|o| *o != path).map(|path| FileChange { path, action: Action::Delete }));
            changes.push(FileChange { path, action: Action::Write { mode, bytes } });
        }
    }
    Ok(changes)
}

fn header(reader: &mut Reader<'_>) -> Result<Header, ReplayError> {
    let names = reader.after("diff --git ").ok_or_else(|| reader.error("no `diff --git` line"))?;
    let both = same_name(names);
    let mut header = Header { old: both.clone(), new: both, ..Header::default() };
    loop {
        if let Some(mode) = reader.after("new file mode ") {
            (header.old, header.mode) = (None, Some(regular(reader, mode)?));
        } else if reader.after("deleted file mode ").is_some() {
            header.new = None;
        } else if let Some(mode) = reader.after("new mode ") {
            header.mode = Some(regular(reader, mode)?);
        } else if let Some(path) = reader.after("rename from ") {
            header.old = Some(plain(path).ok_or_else(|| reader.error("a path cannot be read"))?);
        } else if let Some(path) = reader.after("rename to ") {
            header.new = Some(plain(path).ok_or_else(|| reader.error("a path cannot be read"))?);
        } else if reader.after("old mode ").is_none() {
            break;
        }
    }
    if header.old.is_none() && header.new.is_none() {
        return Err(reader.error("a file without a name"));
    }
    header.has_hunks = reader.after("--- ").is_some();
    if header.has_hunks && reader.after("+++ ").is_none() {
        return Err(reader.error("no `+++` line"));
    }
    Ok(header)
}

fn regular(reader: &Reader<'_>, mode: &str) -> Result<Mode, ReplayError> {
    Mode::parse(mode).filter(|m| m.is_regular()).ok_or_else(|| reader.error("a mode that we do not write"))
}

fn plain(path: &str) -> Option<String> {
    if path.starts_with('"') { unquote(path).map(|(path, _)| path) } else { Some(path.to_owned()) }
}

/// The name in `a/NAME b/NAME`; `None` when the two differ.
fn same_name(names: &str) -> Option<String> {
    if names.starts_with('"') {
        let (old, rest) = unquote(names)?;
        let (new, _) = unquote(rest.strip_prefix(' ')?)?;
        return old.strip_prefix("a/").filter(|o| new.strip_prefix("b/") == Some(o)).map(str::to_owned);
    }
    // "a/" + NAME + " b/" + NAME
    let length = names.len().checked_sub(5)? / 2;
    let name = names.get(2..2 + length)?;
    (names == format!("a/{name} b/{name}")).then(|| name.to_owned())
}

fn hunks(reader: &mut Reader<'_>, before: &[u8]) -> Result<Vec<u8>, ReplayError> {
    let text = std::str::from_utf8(before).map_err(|_| reader.error("the file is not text"))?;
    let old: Vec<&str> = text.split_inclusive('\n').collect();
    let mut written = String::new();
    let mut at = 0;
    while let Some(line) = reader.peek().filter(|l| l.starts_with("@@ ")) {
        let (numbers, _) = read_header(line.trim_end()).ok_or_else(|| reader.error("a hunk header"))?;
        reader.at += 1;
        let first = if numbers.old_count == 0 { numbers.old_start } else { numbers.old_start.saturating_sub(1) };
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        let kept = old.get(at..first).ok_or_else(|| reader.error("a hunk is out of place"))?;
        written.extend(kept.iter().copied());
        at = first;
        let (mut olds, mut news) = (numbers.old_count, numbers.new_count);
        while olds > 0 || news > 0 {
            let (tag, content) = hunk_line(reader)?;
            let (counts_old, counts_new) = (tag != Tag::Add, tag != Tag::Remove);
            if counts_old {
                if old.get(at).copied() != Some(content.as_str()) {
                    return Err(reader.error("a line differs from the base"));
                }
                at += 1;
                olds = olds.checked_sub(1).ok_or_else(|| reader.error("a count"))?;
            }
            if counts_new {
                written.push_str(&content);
                news = news.checked_sub(1).ok_or_else(|| reader.error("a count"))?;
            }
        }
    }
    written.extend(old.iter().skip(at).copied());
    Ok(written.into_bytes())
}

/// One line of a hunk with its line feed, unless the marker says that there is none.
fn hunk_line(reader: &mut Reader<'_>) -> Result<(Tag, String), ReplayError> {
    let line = reader.next().ok_or_else(|| reader.error("the end is missing"))?;
    let tag = match line.as_bytes().first() {
        Some(b' ') => Tag::Context,
        Some(b'-') => Tag::Remove,
        Some(b'+') => Tag::Add,
        _ => return Err(reader.error("a line without its sign")),
    };
    let mut content = line.get(1..).unwrap_or_default().to_owned();
    if reader.after("\\ ").is_some() {
        content.truncate(content.trim_end_matches('\n').len());
    }
    Ok((tag, content))
}
