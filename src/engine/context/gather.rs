//! The files a model is shown: chosen by the words of the issue and by the budget, read only as git objects
//! of the pinned commit (M23).

use std::collections::BTreeMap;

use crate::adapters::git::{GitError, TreeView};

use super::rank::{self, Hits};
use super::words::Words;

/// A file larger than this is never shown (M23), in bytes.
const MAX_FILE_BYTES: u64 = 256 * 1024;
/// Contents looked at to choose files, in bytes and files; past that only names count.
const MAX_SCAN_BYTES: u64 = 64 * 1024 * 1024;
const MAX_SCAN_FILES: usize = 20_000;
/// Paths listed beside the files themselves.
const MAX_LISTED: usize = 400;

/// A file as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextFile {
    /// Its path.
    pub path: String,
    /// Its text, unchanged.
    pub text: String,
}

/// What a model sees of the repository, and what it does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Whole files, the most likely first.
    pub files: Vec<ContextFile>,
    /// Paths of the repository, the most likely first.
    pub paths: Vec<String>,
    /// Notes for the log and the person: what was left out and why.
    pub left_out: Vec<String>,
}

/// What to choose from and how much.
pub struct Wanted<'a> {
    /// The and the command's words.
    pub text: &'a str,
    /// Only files below this folder are shown whole; `None` for all.
    pub scope: Option<&'a str>,
    /// Room for whole files, in bytes.
    pub max_bytes: usize,
    /// Whether a path may be shown at all (forbidden paths never are).
    pub allowed: &'a dyn Fn(&str) -> bool,
}

struct Candidate {
    path: String,
    size: u64,
}

#[derive(Default)]
struct Skipped {
    forbidden: usize,
    large: usize,
    binary: usize,
    no_room: usize,
}

impl Skipped {
    fn notes(&self) -> Vec<String> {
        let rows = [
            (self.forbidden, "files were not looked at because their paths are forbidden"),
            (self.large, "files over 256 KiB were not shown"),
            (self.binary, "binary files were not shown"),
            (self.no_room, "likely files did not fit"),
        ];
        rows.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect()
    }
}

fn in_scope(scope: Option<&str>, path: &str) -> bool {
    scope.is_none_or(|folder| {
        let folder = folder.trim_matches('/');
        path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    })
}

fn candidates(view: &TreeView, wanted: &Wanted<'_>, skipped: &mut Skipped) -> Result<Vec<Candidate>, GitError> {
    let mut found = Vec::new();
    for entry in view.files().filter(|e| e.mode.is_file()) {
        if !(wanted.allowed)(entry.path) {
            skipped.forbidden += 1;
        } else if in_scope(wanted.scope, entry.path) {
            let size = view.size(entry.blob)?;
            if size > MAX_FILE_BYTES {
                skipped.large += 1;
            } else {
                found.push(Candidate { path: entry.path.to_owned(), size });
            }
        }
    }
    Ok(found)
}

fn text_of(view: &TreeView, path: &str) -> Result<Option<String>, GitError> {
    let bytes = view.read(path, MAX_FILE_BYTES)?.unwrap_or_default();
    Ok(if bytes.contains(&0) { None } else { String::from_utf8(bytes).ok() })
}

fn look_into(view: &TreeView, words: &Words, files: &[Candidate]) -> Result<BTreeMap<String, Hits>, GitError> {
    let mut hits = BTreeMap::new();
    let mut scanned = 0;
    for (index, file) in files.iter().enumerate() {
        scanned += file.size;
        let look = index < MAX_SCAN_FILES && scanned <= MAX_SCAN_BYTES;
        let text = if look { text_of(view, &file.path)? } else { None };
        hits.insert(file.path.clone(), text.map(|t| rank::count(words, &t)).unwrap_or_default());
    }
    Ok(hits)
}

fn by_score(scores: BTreeMap<String, f64>) -> Vec<(String, f64)> {
    let mut order: Vec<_> = scores.into_iter().collect();
    order.sort_by(|(path_a, a), (path_b, b)| b.total_cmp(a).then_with(|| path_a.cmp(path_b)));
    order
}

/// Chooses files for `wanted`. Blocking: call it where git objects may be read.
pub fn gather(view: &TreeView, wanted: &Wanted<'_>) -> Result<Context, GitError> {
    let words = Words::of(wanted.text);
    let mut skipped = Skipped::default();
    let mut files = candidates(view, wanted, &mut skipped)?;
    // Where not everything can be looked into, look into the promising names first.
    files.sort_by(|a, b| rank::path_score(&words, &b.path).total_cmp(&rank::path_score(&words, &a.path)));
    let order = by_score(rank::scores(&words, &look_into(view, &words, &files)?));
    let all_fits = files.iter().map(|f| f.size).sum::<u64>() <= wanted.max_bytes as u64;
    let mut context = Context::default();
    let mut room = wanted.max_bytes;
    for (path, score) in &order {
        if *score <= 0.0 && !all_fits {
            break;
        }
        match text_of(view, path)? {
            None => skipped.binary += 1,
            Some(text) if text.len() > room => skipped.no_room += 1,
            Some(text) => {
                room -= text.len();
                context.files.push(ContextFile { path: path.clone(), text });
            }
        }
    }
    context.paths = order.iter().take(MAX_LISTED).map(|(path, _)| path.clone()).collect();
    context.left_out = skipped.notes();
    if order.len() > MAX_LISTED {
        context.left_out.push(format!("{} more paths were not listed", order.len() - MAX_LISTED));
    }
    Ok(context)
}
