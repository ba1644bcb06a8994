//! Reads a model's answer: whatever form the edits have, in whatever prose.

mod begin;
mod dedent;
mod diff;
mod element;
mod fence;
mod header;
mod heading;
mod hunk;
mod json;
pub(super) mod numbers;
mod pairs;
mod scan;
mod search;
mod tags;
mod whole;

use super::edit::Edit;

/// What an answer holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The edits in order.
    pub edits: Vec<Edit>,
    /// The prose around them, trimmed, at most 8,000 characters.
    pub summary: String,
    /// What looked like an edit but could not be read. An answer with problems must not be applied: a part of
    /// what was meant is missing.
    pub problems: Vec<Problem>,
}

/// Something that looked like an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line of the answer, counted from 1.
    pub line: usize,
    /// One sentence.
    pub reason: String,
}

/// Reads an answer. Total; linear in its length.
pub fn parse(answer: &str) -> Parsed {
    let text = answer.strip_prefix('\u{feff}').unwrap_or(answer);
    scan::Scan::new(text).run()
}
