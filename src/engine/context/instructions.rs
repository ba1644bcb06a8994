//! What a repository tells those who change it: `AGENTS.md`, `CLAUDE.md`, `CONTRIBUTING.md` of the base commit.
//!
//! They are repository files, which go unchanged where a model is to edit them; here they are read as words of people
//! and cleaned as such (M20, M21): hidden characters, comments and markup would carry what no reviewer saw, and no edit
//! is ever applied to this copy. They have no authority over our own rules.

use crate::adapters::git::{GitError, TreeView};

use super::clean::clean;
use super::left_out::{LeftOut, Why};

const NAMES: [&str; 3] = ["AGENTS.md", "CLAUDE.md", "CONTRIBUTING.md"];
/// Room for one file and for all, in bytes.
const MAX_FILE_BYTES: usize = 12 * 1024;
const MAX_ALL_BYTES: usize = 24 * 1024;
/// A larger file is not even read.
const MAX_READ_BYTES: u64 = 256 * 1024;
/// The longest that deep scopes are climbed.
const MAX_FOLDERS: usize = 16;

/// One file's instructions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instructions {
    /// Its path.
    pub path: String,
    /// Its text, cleaned, perhaps cut.
    pub text: String,
    /// Hidden characters that were taken out.
    pub hidden: usize,
}

/// The folders whose instructions hold for work in `scope`, the nearest first, the root last.
fn folders<'s>(scope: &[&'s str]) -> Vec<&'s str> {
    let mut found: Vec<&str> = Vec::new();
    for folder in scope {
        let mut folder = folder.trim_matches('/');
        while !folder.is_empty() && found.len() < MAX_FOLDERS {
            if !found.contains(&folder) {
                found.push(folder);
            }
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }
    found.sort_by_key(|folder| std::cmp::Reverse(folder.matches('/').count()));
    found.push("");
    found
}

/// The instructions that hold for `scope`, the nearest first.
pub(super) fn instructions(
    view: &TreeView,
    scope: &[&str],
    allowed: &dyn Fn(&str) -> bool,
    max_bytes: usize,
    left_out: &mut LeftOut,
) -> Result<Vec<Instructions>, GitError> {
    let mut room = max_bytes.min(MAX_ALL_BYTES);
    let (mut found, mut seen) = (Vec::new(), Vec::new());
    for folder in folders(scope) {
        for name in NAMES {
            let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            let Some(entry) = view.entry(&path).filter(|e| e.mode.is_file() && allowed(e.path)) else { continue };
            if seen.contains(&entry.blob) {
                continue;
            }
            seen.push(entry.blob);
            let Some((one, whole)) = read(view, &path, room.min(MAX_FILE_BYTES))? else {
                left_out.add(Why::Instructions, &path);
                continue;
            };
            room -= one.text.len().min(room);
            if !whole {
                left_out.add(Why::Instructions, &path);
            }
            found.push(one);
        }
    }
    Ok(found)
}

/// The cleaned text and whether it is whole; `None` when nothing of it can be shown.
fn read(view: &TreeView, path: &str, room: usize) -> Result<Option<(Instructions, bool)>, GitError> {
    let bytes = match view.read(path, MAX_READ_BYTES) {
        Ok(bytes) => bytes.unwrap_or_default(),
        Err(GitError::TooLarge { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let Ok(text) = String::from_utf8(bytes) else { return Ok(None) };
    let cleaned = clean(&text.replace("\r\n", "\n"));
    let (kept, whole) = cut(cleaned.text.trim(), room);
    let one = Instructions { path: path.to_owned(), text: kept.to_owned(), hidden: cleaned.removed };
    Ok((!one.text.is_empty()).then_some((one, whole)))
}

/// At most `room` bytes, ending with a whole line.
fn cut(text: &str, room: usize) -> (&str, bool) {
    if text.len() <= room {
        return (text, true);
    }
    let end = (0..=room).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let kept = text.get(..end).unwrap_or_default();
    (kept.rsplit_once('\n').map_or("", |(lines, _)| lines), false)
}
