//! Which candidate touches which file, and which of them made the same change.

use std::collections::{BTreeMap, BTreeSet};

use super::place::{Place, key};
use crate::domain::characters::made_visible;
use crate::domain::patch::FileDiff;
use crate::domain::run::Run;
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
    let mut paths: BTreeMap<&str, BTreeMap<usize, &FileDiff>> = BTreeMap::new();
    for (index, run) in patched.iter().enumerate() {
        for file in &run.result.files_changed {
            paths.entry(&file.path).or_default().insert(index, file);
        }
    }
    let left_out = paths.len().saturating_sub(MAX_ROWS);
    let row = |(path, changes): (&str, BTreeMap<usize, &FileDiff>)| {
        let key = key(path);
        let cell = |index: usize| {
            let file = changes.get(&index)?;
            let letter = patched.get(index)?.letter;
            Some(Mark {
                href: format!("{}#{letter}-{key}", place.everything().only(letter).at_file(&key)),
                added: file.added_lines,
                removed: file.removed_lines,
                kind: read_kind(file),
                like: like(index, file, &changes, patched),
            })
        };
        Row {
            path: made_visible(path),
            href: format!("{}#f-{key}", place.everything().at_file(&key)),
            cells: (0..patched.len()).map(cell).collect(),
        }
    };
    Matrix {
        letters: patched.iter().map(|run| run.letter.to_string()).collect(),
        rows: paths.into_iter().take(MAX_ROWS).map(row).collect(),
        left_out,
    }
}

fn read_kind(file: &FileDiff) -> &'static str {
    match read(file).kind.word() {
        "changed" => "",
        other => other,
    }
}

/// Which earlier candidate made the same change, or some of it.
fn like(index: usize, file: &FileDiff, changes: &BTreeMap<usize, &FileDiff>, patched: &[&Run]) -> String {
    let letter = |at: &usize| patched.get(*at).map(|run| run.letter.to_string()).unwrap_or_default();
    let earlier = || changes.range(..index);
    if let Some((at, _)) = earlier().find(|(_, other)| other.patch == file.patch) {
        return format!("same as {}", letter(at));
    }
    if file.patch.len() > MAX_COMPARED_BYTES {
        return String::new();
    }
    let mine = places(file);
    let shared = |other: &FileDiff| places(other).intersection(&mine).count();
    let best = earlier().filter(|(_, other)| other.patch.len() <= MAX_COMPARED_BYTES);
    let best = best.map(|(at, other)| (shared(other), at)).max_by_key(|(shared, at)| (*shared, std::cmp::Reverse(*at)));
    match best {
        Some((shared, at)) if shared > 0 => format!("{shared} of {} places as in {}", mine.len(), letter(at)),
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
