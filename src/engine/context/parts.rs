//! The parts of a long file that matter: around lines the issue names, its definitions that count, its words.

use super::words::Words;

/// Lines shown around a line that a stack trace names, and around a word of the issue.
const AROUND_TRACE: usize = 30;
const AROUND_WORD: usize = 8;
/// The longest piece of one definition, in lines.
const MAX_DEFINITION_LINES: usize = 120;
/// The file's beginning, where its imports are.
const HEAD_LINES: usize = 12;
/// Shown of a file in which nothing stands out.
const BEGINNING_LINES: usize = 40;
/// Gaps up to this many lines are filled.
const SMALL_GAP: usize = 6;
/// Words of the issue are looked up at this many lines at most.
const MAX_WORD_LINES: usize = 40;

/// Lines `first` to `last`, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) first: usize,
    pub(super) last: usize,
}

fn around(line: usize, lines: usize, of: usize) -> Span {
    Span { first: line.saturating_sub(lines).max(1), last: (line + lines).min(of) }
}

/// What to show of `text`, the most wanted first: `traced` lines, then `definitions` (first and last lines, the best
/// first), then lines with identifiers of the issue.
pub(super) fn spans(text: &str, words: &Words, traced: &[u32], definitions: &[(u32, u32)]) -> Vec<Span> {
    let of = text.lines().count();
    let line = |number: u32| (number as usize).clamp(1, of.max(1));
    let mut found: Vec<Span> = traced.iter().map(|at| around(line(*at), AROUND_TRACE, of)).collect();
    found.extend(definitions.iter().map(|(first, last)| {
        let first = line(*first).saturating_sub(2).max(1);
        Span { first, last: (line(*last) + 1).min(first + MAX_DEFINITION_LINES).min(of) }
    }));
    let named = text.lines().enumerate().filter(|(_, line)| names_in(line, words)).take(MAX_WORD_LINES);
    found.extend(named.map(|(index, _)| around(index + 1, AROUND_WORD, of)));
    let beginning = if found.is_empty() { BEGINNING_LINES } else { HEAD_LINES };
    found.insert(found.len().min(1), Span { first: 1, last: beginning.min(of) });
    found
}

fn names_in(line: &str, words: &Words) -> bool {
    let mut names = line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|n| n.len() > 2 && n.len() <= 64);
    names.any(|name| words.names.contains(&name.to_lowercase()))
}

/// Takes spans in their order while they fit into `room` bytes; comes back with them joined, from top to bottom.
pub(super) fn fitting(text: &str, wanted: &[Span], room: usize) -> Vec<Span> {
    let sizes: Vec<usize> = text.split_inclusive('\n').map(str::len).collect();
    let bytes = |span: &Span| -> usize { sizes.get(span.first - 1..span.last).map_or(0, |s| s.iter().sum()) };
    let mut taken: Vec<Span> = Vec::new();
    for span in wanted.iter().filter(|span| span.first <= span.last) {
        let with = joined(taken.iter().copied().chain([*span]).collect());
        if with.iter().map(bytes).sum::<usize>() <= room {
            taken = with;
        }
    }
    taken
}

fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort();
    let mut out: Vec<Span> = Vec::new();
    for span in spans {
        match out.last_mut() {
            Some(last) if span.first <= last.last + SMALL_GAP => last.last = last.last.max(span.last),
            _ => out.push(span),
        }
    }
    out
}

/// The text of a span, with its line ends.
pub(super) fn cut(text: &str, span: Span) -> String {
    text.split_inclusive('\n').skip(span.first - 1).take(span.last + 1 - span.first).collect()
}
