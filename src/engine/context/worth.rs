//! What single definitions are worth, and which files define what the issue names.

use super::graph::{Graph, Note, Ranks};
use super::tags::Kind;

/// A name the issue writes out counts as found if at most so many files define it.
const MAX_NAMED: u32 = 5;
/// Definitions remembered, of one file and of all.
const MAX_FILE_DEFINITIONS: usize = 100;
const MAX_DEFINITIONS: usize = 8_000;

/// A definition and what it is worth.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RankedDefinition {
    /// The file's place.
    pub(super) file: usize,
    /// The name's line, the first and the last of the whole, from 1.
    pub(super) line: u32,
    pub(super) first: u32,
    pub(super) last: u32,
    /// What it is worth; only comparisons mean something.
    pub(super) worth: f64,
}

fn is_named(note: &Note) -> bool {
    note.named && note.definers <= MAX_NAMED
}

/// By number of the file, how many names the issue writes out it defines; a name of several files counts in part.
pub(super) fn named(graph: &Graph, files: usize) -> Vec<f64> {
    let mut named = vec![0.0; files];
    for note in graph.notes().iter().filter(|note| is_named(note)) {
        for file in graph.definers(note) {
            named.get_mut(*file as usize).into_iter().for_each(|n| *n += 1.0 / f64::from(note.definers));
        }
    }
    named
}

/// The best definitions, the best first. `place` gives each file's new place and what its definitions are multiplied
/// with; definitions of a file without a place do not count.
pub(super) fn definitions(
    graph: &Graph,
    ranks: &Ranks,
    place: impl Fn(usize) -> Option<(usize, f64)>,
) -> Vec<RankedDefinition> {
    let mut best = Vec::new();
    for (file, tags) in graph.tagged() {
        let (Some(walks), Some((place, factor))) = (ranks.walks.get(file), place(file)) else { continue };
        let worth_of = |one: &super::lexicon::Defined| {
            let (name, note) = graph.note(one.name)?;
            let flow = ranks.flow.get(name)?;
            let named = if is_named(note) { 0.05 / f64::from(note.definers) } else { 0.0 };
            let worth = factor * by_kind(one.kind) * (flow + walks * f64::from(note.weight) / 100.0 + named);
            Some(RankedDefinition { file: place, line: one.line, first: one.first, last: one.last, worth })
        };
        let mut here: Vec<_> = tags.definitions.iter().filter_map(worth_of).collect();
        keep_best(&mut here, MAX_FILE_DEFINITIONS);
        best.append(&mut here);
        if best.len() > 4 * MAX_DEFINITIONS {
            keep_best(&mut best, MAX_DEFINITIONS);
        }
    }
    keep_best(&mut best, MAX_DEFINITIONS);
    best.sort_unstable_by(order);
    best
}

fn by_kind(kind: Kind) -> f64 {
    match kind {
        Kind::Function | Kind::Type => 1.0,
        Kind::Constant | Kind::Macro => 0.5,
        Kind::Module => 0.2,
    }
}

/// The best first, one order for the same definitions.
fn order(a: &RankedDefinition, b: &RankedDefinition) -> std::cmp::Ordering {
    let place = |one: &RankedDefinition| (one.file, one.line, one.first, one.last);
    b.worth.total_cmp(&a.worth).then_with(|| place(a).cmp(&place(b)))
}

/// The best `count` in any order.
fn keep_best(all: &mut Vec<RankedDefinition>, count: usize) {
    if all.len() > count {
        all.select_nth_unstable_by(count, order);
        all.truncate(count);
    }
}
