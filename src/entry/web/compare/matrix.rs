//! Which candidate touches which file, and which of them made the same change.

use std::collections::BTreeSet;

use super::place::{Place, key};
use crate::domain::characters::made_visible;
use crate::domain::patch::FileDiff;
use crate::domain::run::{Letter, Run};
use crate::engine::evidence::{self, FileRow, Touch};
use crate::entry::web::diff::{Hunk, Line, Tag, read};

/// More files are not listed.
const MAX_ROWS: usize = 400;
/// Candidates are compared hunk by hunk up to this many bytes of a file's diff.
const MAX_COMPARED_BYTES: usize = 64 * 1024;

/// All files.
pub(super) struct Matrix {
    pub(super) letters: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// How many files are not listed.
    pub(super) left_out: usize,
}

/// One file.
pub(super) struct Row {
    pub(super) path: String,
    pub(super) href: String,
    /// A cell for each letter; `None` where the candidate leaves the file alone.
    pub(super) cells: Vec<Option<Mark>>,
}

/// What a candidate does to the file.
pub(super) struct Mark {
    pub(super) href: String,
    pub(super) added: i64,
    pub(super) removed: i64,
    pub(super) kind: &'static str,
    /// "same as A", "2 of 3 places as in A".
    pub(super) like: String,
}

/// The matrix of all candidates that have a patch.
pub(super) fn matrix(patched: &[&Run], place: &Place) -> Matrix {
    let files = evidence::matrix(patched.iter().copied());
    let left_out = files.len().saturating_sub(MAX_ROWS);
    let letters: Vec<Letter> = patched.iter().map(|run| run.letter).collect();
    Matrix {
        rows: files.iter().take(MAX_ROWS).map(|file| row(file, &letters, place)).collect(),
        letters: letters.iter().map(ToString::to_string).collect(),
        left_out,
    }
}

fn row(file: &FileRow<'_>, letters: &[Letter], place: &Place) -> Row {
    let key = key(file.path);
    let mark = |letter: &Letter| {
        let (earlier, rest) = file.touched.split_at(file.touched.iter().position(|touch| touch.letter == *letter)?);
        let change = rest.first()?.file;
        Some(Mark {
            href: format!("{}#{letter}-{key}", place.everything().only(*letter).at_file(&key)),
            added: change.added_lines,
            removed: change.removed_lines,
            kind: read_kind(change),
            like: match file.first_of(*letter).filter(|first| first != letter) {
                Some(first) => format!("same as {first}"),
                None => partly_like(change, earlier),
            },
        })
    };
    Row {
        path: made_visible(file.path),
        href: format!("{}#f-{key}", place.everything().at_file(&key)),
        cells: letters.iter().map(mark).collect(),
    }
}

fn read_kind(file: &FileDiff) -> &'static str {
    match read(file).kind.word() {
        "changed" => "",
        other => other,
    }
}

/// Which earlier candidate made the most of this change too, and how much of it.
fn partly_like(file: &FileDiff, earlier: &[Touch<'_>]) -> String {
    if file.patch.len() > MAX_COMPARED_BYTES {
        return String::new();
    }
    let mine = places(file);
    let shared = |other: &FileDiff| places(other).intersection(&mine).count();
    let best = earlier.iter().filter(|touch| touch.file.patch.len() <= MAX_COMPARED_BYTES);
    let best = best.map(|touch| (shared(touch.file), touch.letter));
    match best.max_by_key(|(shared, letter)| (*shared, std::cmp::Reverse(*letter))) {
        Some((shared, letter)) if shared > 0 => format!("{shared} of {} places as in {letter}", mine.len()),
        _ => String::new(),
    }
}

/// Each stretch of changed lines with the number of the old line it stands at.
fn places(file: &FileDiff) -> BTreeSet<(usize, Vec<(bool, String)>)> {
    read(file).hunks.iter().flat_map(stretches).collect()
}

fn stretches(hunk: &Hunk) -> Vec<(usize, Vec<(bool, String)>)> {
    let mut old = hunk.old_start;
    let mut found = Vec::new();
    for block in hunk.lines.chunk_by(|a, b| (a.tag == Tag::Same) == (b.tag == Tag::Same)) {
        let line = |line: &Line| (line.tag == Tag::Added, line.text.clone());
        if block.first().is_some_and(|line| line.tag != Tag::Same) {
            found.push((old, block.iter().map(line).collect()));
        }
        old += block.iter().filter(|line| line.tag != Tag::Added).count();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::web::compare::sample;

    fn diff(patch: &str) -> FileDiff {
        FileDiff { path: "a".into(), old_path: None, added_lines: 1, removed_lines: 1, patch: patch.into() }
    }

    #[test]
    fn equal_changes_and_equal_places_are_found() {
        let (one, two) = ("@@ -1,2 +1,2 @@\n-a\n+A\n b\n", "@@ -9,2 +9,2 @@\n-x\n+X\n y\n");
        let runs = [
            sample::with("A", vec![diff(&format!("{one}{two}"))]),
            sample::with("B", vec![diff(&format!("{one}{}", two.replace('X', "Z")))]),
            sample::with("C", vec![diff(&format!("{one}{two}"))]),
            sample::run("D", &[("other", 1)]),
        ];
        let runs: Vec<&Run> = runs.iter().collect();
        let found = matrix(&runs, &sample::place(""));
        let likes: Vec<_> = found.rows[0].cells.iter().map(|c| c.as_ref().map(|c| c.like.as_str())).collect();
        assert_eq!(likes, [Some(""), Some("1 of 2 places as in A"), Some("same as A"), None]);
        assert_eq!(found.rows[1].cells.iter().flatten().map(|c| c.kind).collect::<Vec<_>>(), ["new"]);
    }
}
