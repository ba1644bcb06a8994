//! What a model is shown of the repository: chosen by the words of the issue and by the budget, read only as git
//! objects of the pinned commit (M23).

use std::sync::Arc;

use crate::adapters::git::{GitError, TreeView};
use crate::domain::characters::is_hidden;
use crate::engine::patch::forbidden::Matcher;

use super::choose::choose;
use super::instructions::{Instructions, instructions};
use super::left_out::Why;
use super::library::Library;
use super::map::{MapFile, map};
use super::survey::survey;
use super::words::Words;

/// Paths listed beside the files themselves.
const MAX_LISTED: usize = 400;
/// The part of the room that the instructions and the map may take, and the map's most, in bytes.
const INSTRUCTIONS_PART: usize = 6;
const MAP_PART: usize = 6;
const MAX_MAP_BYTES: usize = 24_000;

/// Which lines of a file a text is, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines {
    /// The first.
    pub first: usize,
    /// The last.
    pub last: usize,
    /// How many the file has.
    pub of: usize,
}

/// A file as it is shown, or a part of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContextFile {
    /// Its path.
    pub path: String,
    /// Its text, unchanged.
    pub text: String,
    /// Which lines the text is; `None` for the whole file.
    pub lines: Option<Lines>,
    /// Whether it lies outside the scope, so that it may not be changed.
    pub outside: bool,
    /// How many hidden characters are in the text (M20).
    pub hidden: usize,
}

impl ContextFile {
    /// A whole file in the scope.
    pub fn whole(path: &str, text: String) -> Self {
        let hidden = hidden_in(&text);
        Self { path: path.to_owned(), text, lines: None, outside: false, hidden }
    }
}

/// How many hidden characters `text` holds; carriage returns are line ends.
pub(super) fn hidden_in(text: &str) -> usize {
    text.chars().filter(|c| is_hidden(*c) && *c != '\r').count()
}

/// What a model sees of the repository, and what it does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Files and parts of files, the most likely first.
    pub files: Vec<ContextFile>,
    /// Definitions of files that are not shown whole.
    pub map: Vec<MapFile>,
    /// What the repository tells those who change it, the nearest first. Data of low authority.
    pub instructions: Vec<Instructions>,
    /// Paths in the scope, the most likely first.
    pub paths: Vec<String>,
    /// Notes for the log and the person: what was left out and why.
    pub left_out: Vec<String>,
}

/// What to choose from and how much.
pub struct Wanted<'a> {
    /// The and the command's words.
    pub text: &'a str,
    /// The only folders that may change: they come first, what lies outside is shown sparingly; none for all.
    pub folders: &'a [&'a str],
    /// Room for everything that is shown, in bytes.
    pub max_bytes: usize,
    /// Paths that are never looked at.
    pub forbidden: &'a Matcher,
    /// Where parsed sources are kept.
    pub library: &'a Arc<Library>,
}

/// Chooses files for `wanted`. Blocking, up to half a minute for a large repository that nobody asked about before:
/// call it where git objects may be read.
pub fn gather(view: &TreeView, wanted: &Wanted<'_>) -> Result<Context, GitError> {
    let words = Words::of(wanted.text);
    let survey = survey(view, wanted, &words)?;
    let mut left_out = survey.left_out.clone();
    let allowed = |path: &str| wanted.forbidden.forbids(path).is_none();
    let for_instructions = wanted.max_bytes / INSTRUCTIONS_PART;
    let instructions = instructions(view, wanted.folders, &allowed, for_instructions, &mut left_out)?;
    let told: usize = instructions.iter().map(|one| one.text.len()).sum();
    let map_bytes = (wanted.max_bytes / MAP_PART).min(MAX_MAP_BYTES);
    let room = wanted.max_bytes.saturating_sub(told + map_bytes);
    let chosen = choose(view, &survey, &words, room, &mut left_out)?;
    let map = map(view, &survey, &chosen.whole, map_bytes)?;
    let in_scope = || survey.files.iter().filter(|file| file.in_scope);
    left_out.count(Why::PathList, in_scope().count().saturating_sub(MAX_LISTED));
    Ok(Context {
        files: chosen.files,
        map,
        instructions,
        paths: in_scope().take(MAX_LISTED).map(|file| file.path.clone()).collect(),
        left_out: left_out.notes(),
    })
}
