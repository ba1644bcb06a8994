//! What is known of a candidate beside its patch: facts for the person who chooses.

mod document;
mod matrix;

use crate::domain::run::Run;

pub use document::{Document, Facts, document, evidence_schema, facts};
pub use matrix::{FileRow, Touch, matrix};

use super::render::EvidenceRow;

/// The name of the row that says what came of the checks; a round without checks has none.
pub const CHECKS: &str = "Checks";

/// The facts about `run` among its round's candidates.
pub fn evidence(run: &Run, all: &[Run]) -> Vec<EvidenceRow> {
    let row = |name: &str, found: String| EvidenceRow { name: name.into(), found };
    let files = &run.result.files_changed;
    let (added, removed) = files.iter().fold((0, 0), |(a, r), file| (a + file.added_lines, r + file.removed_lines));
    let mut rows = vec![
        row("Applies", format!("cleanly, on {}", run.base_commit.short())),
        row(
            "Size",
            format!("{} {}, +{added} −{removed}", files.len(), if files.len() == 1 { "file" } else { "files" }),
        ),
    ];
    if let Some(agreement) = agreement(run, all) {
        rows.push(row("Agreement", agreement));
    }
    rows
}

/// Candidates with the same patch, or the same files.
fn agreement(run: &Run, all: &[Run]) -> Option<String> {
    let others: Vec<&Run> = all.iter().filter(|other| other.id != run.id && other.has_patch()).collect();
    if others.is_empty() {
        return None;
    }
    let letters = |found: Vec<&&Run>| found.iter().map(|r| r.letter.to_string()).collect::<Vec<_>>().join(", ");
    let same: Vec<_> = others.iter().filter(|o| o.result.patch_sha256 == run.result.patch_sha256).collect();
    if !same.is_empty() {
        return Some(format!("the same patch as {}", letters(same)));
    }
    let paths = |r: &Run| r.result.files_changed.iter().map(|f| f.path.clone()).collect::<Vec<_>>();
    let near: Vec<_> = others.iter().filter(|o| paths(o) == paths(run)).collect();
    if !near.is_empty() {
        return Some(format!("the same files as {}", letters(near)));
    }
    let mine = paths(run);
    let shares = |other: &Run| other.result.files_changed.iter().any(|file| mine.contains(&file.path));
    let some: Vec<_> = others.iter().filter(|other| shares(other)).collect();
    if some.is_empty() {
        return Some("no other candidate touches these files".into());
    }
    Some(format!("some of the same files as {}", letters(some)))
}
