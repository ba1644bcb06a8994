//! A tick in a checkbox of our status comment: the one thing that is read back from a comment of ours (M37).

use std::collections::BTreeMap;

use crate::domain::ids::RunId;
use crate::domain::run::Letter;

use super::marker::parse_row;

/// A candidate whose box was ticked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// The candidate.
    pub letter: Letter,
    /// The run that the ticked line named; a candidate that was retried meanwhile has another one.
    pub run: RunId,
}

/// The candidates whose box was empty in `from` and is ticked in `to`, in order of letter: the body of our status
/// comment before and after an edit, both from the signed delivery. A row that either text has twice counts for nothing.
pub fn newly_ticked(from: &str, to: &str) -> Vec<Tick> {
    let before = boxes(from);
    boxes(to)
        .into_iter()
        .filter(|(row, now)| *now == Some(true) && before.get(row) == Some(&Some(false)))
        .map(|((letter, run), _)| Tick { letter, run })
        .collect()
}

/// The checkbox lines of a text: ticked or not; `None` for a row that stands there twice.
fn boxes(body: &str) -> BTreeMap<(Letter, RunId), Option<bool>> {
    let mut boxes = BTreeMap::new();
    // Below the first fold stand diffs, which may look like anything; our boxes stand above.
    for line in body.lines().take_while(|line| !line.starts_with("<details>")) {
        let ticked = match line.as_bytes() {
            [b'-' | b'*' | b'+', b' ', b'[', b' ', b']', b' ', ..] => false,
            [b'-' | b'*' | b'+', b' ', b'[', b'x' | b'X', b']', b' ', ..] => true,
            _ => continue,
        };
        if let Some(row) = parse_row(line) {
            boxes.entry(row).and_modify(|seen| *seen = None).or_insert(Some(ticked));
        }
    }
    boxes
}
