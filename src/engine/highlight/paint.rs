//! From overlapping strokes to spans that lie apart: the smaller part wins, of equal ones the later pattern.

use super::{Class, Span};

/// A part of the whole text; without a class it takes colours away.
pub(super) struct Stroke {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The number of the pattern that found it.
    pub(super) order: usize,
    pub(super) class: Option<Class>,
}

/// The spans of each line; as many entries as `text` has lines.
pub(super) fn per_line(text: &str, mut strokes: Vec<Stroke>) -> Vec<Vec<Span>> {
    strokes.sort_by_key(|s| (std::cmp::Reverse(s.end - s.start), s.order));
    let mut bytes: Vec<Option<Class>> = if strokes.is_empty() { Vec::new() } else { vec![None; text.len()] };
    for stroke in &strokes {
        if let Some(part) = bytes.get_mut(stroke.start..stroke.end) {
            part.fill(stroke.class);
        }
    }
    let mut from = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let own = bytes.get(from..from + line.trim_end_matches('\n').len()).unwrap_or_default();
        from += line.len();
        spans(own)
    });
    lines.collect()
}

fn spans(line: &[Option<Class>]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    for run in line.chunk_by(|a, b| a == b) {
        let (start, end) = (at, at + run.len());
        at = end;
        if let Some(Some(class)) = run.first() {
            found.push(Span { start, end, class: *class });
        }
    }
    found
}
