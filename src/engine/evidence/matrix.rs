//! Which candidate touched which file, and which of them made the same change.

use std::collections::BTreeMap;

use crate::domain::patch::FileDiff;
use crate::domain::run::{Letter, Run};

/// One file that somebody touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Its path after the change (before it, for a deletion).
    pub path: String,
    /// Who touched it, by letter.
    pub touched: Vec<Touch>,
    /// Candidates whose change of this file is the same to the byte; each in one group, by letter.
    pub same: Vec<Vec<Letter>>,
}

/// What one candidate did to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// The candidate.
    pub letter: Letter,
    /// The path before a rename.
    pub old_path: Option<String>,
    /// Lines added.
    pub added: i64,
    /// Lines removed.
    pub removed: i64,
}

/// The files of all candidates with a patch, in order of path.
pub fn matrix(runs: &[Run]) -> Vec<FileRow> {
    let mut files: BTreeMap<&str, Vec<(Letter, &FileDiff)>> = BTreeMap::new();
    for run in runs.iter().filter(|run| run.has_patch()) {
        for file in &run.result.files_changed {
            files.entry(&file.path).or_default().push((run.letter, file));
        }
    }
    files.into_iter().map(|(path, touches)| row(path, &touches)).collect()
}

fn row(path: &str, touches: &[(Letter, &FileDiff)]) -> FileRow {
    let mut groups: Vec<(&str, Vec<Letter>)> = Vec::new();
    for (letter, file) in touches {
        match groups.iter_mut().find(|(patch, _)| *patch == file.patch) {
            Some((_, letters)) => letters.push(*letter),
            None => groups.push((&file.patch, vec![*letter])),
        }
    }
    let touch = |(letter, file): &(Letter, &FileDiff)| Touch {
        letter: *letter,
        old_path: file.old_path.clone(),
        added: file.added_lines,
        removed: file.removed_lines,
    };
    FileRow {
        path: path.to_owned(),
        touched: touches.iter().map(touch).collect(),
        same: groups.into_iter().map(|(_, letters)| letters).collect(),
    }
}
