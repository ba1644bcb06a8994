//! Which candidate touched which file, and which of them made the same change.

use std::collections::BTreeMap;

use crate::domain::patch::FileDiff;
use crate::domain::run::{Letter, Run};

/// One file that somebody touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow<'a> {
    /// Its path after the change (before it, for a deletion).
    pub path: &'a str,
    /// Who touched it, by letter.
    pub touched: Vec<Touch<'a>>,
    /// Candidates whose change of this file is the same to the byte; each in one group, by letter.
    pub same: Vec<Vec<Letter>>,
}

/// What one candidate did to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch<'a> {
    /// The candidate.
    pub letter: Letter,
    /// The change.
    pub file: &'a FileDiff,
}

impl FileRow<'_> {
    /// The first candidate whose change is the same as that of `letter`: itself, when none before it made it.
    pub fn first_of(&self, letter: Letter) -> Option<Letter> {
        self.same.iter().find(|group| group.contains(&letter))?.first().copied()
    }
}

/// The files of all candidates with a patch, in order of path.
pub fn matrix<'a>(runs: impl IntoIterator<Item = &'a Run>) -> Vec<FileRow<'a>> {
    let mut files: BTreeMap<&str, Vec<Touch<'_>>> = BTreeMap::new();
    for run in runs.into_iter().filter(|run| run.has_patch()) {
        for file in &run.result.files_changed {
            files.entry(&file.path).or_default().push(Touch { letter: run.letter, file });
        }
    }
    files.into_iter().map(|(path, touched)| row(path, touched)).collect()
}

fn row<'a>(path: &'a str, touched: Vec<Touch<'a>>) -> FileRow<'a> {
    let mut groups: Vec<(&str, Vec<Letter>)> = Vec::new();
    for Touch { letter, file } in &touched {
        match groups.iter_mut().find(|(patch, _)| *patch == file.patch) {
            Some((_, letters)) => letters.push(*letter),
            None => groups.push((&file.patch, vec![*letter])),
        }
    }
    FileRow { path, touched, same: groups.into_iter().map(|(_, letters)| letters).collect() }
}
