//! Which words of a changed line are the changed ones.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::space::blocks;
use super::{Hunk, Line, Tag};

/// Longer lines are not compared word by word, in bytes.
const MAX_LINE_BYTES: usize = 600;
/// Nor lines in longer blocks.
const MAX_BLOCK_LINES: usize = 80;
/// How much of two lines must be equal for one to be the other's successor.
const MIN_EQUAL_PERCENT: usize = 45;

/// For each line of the hunk the bytes that changed; empty where the whole line is new or gone.
pub(super) fn marks(hunk: &Hunk) -> Vec<Vec<Range<usize>>> {
    let mut found = vec![Vec::new(); hunk.lines.len()];
    for block in blocks(&hunk.lines).into_iter().filter(|block| block.len() <= MAX_BLOCK_LINES) {
        pair(&hunk.lines, block, &mut found);
    }
    found
}

/// Each removed line with the first added line behind the last pair that looks like it.
fn pair(lines: &[Line], block: Range<usize>, found: &mut [Vec<Range<usize>>]) {
    let of = |tag: Tag| block.clone().filter(move |at| lines.get(*at).is_some_and(|line| line.tag == tag));
    let added: Vec<usize> = of(Tag::Added).collect();
    let mut free = 0;
    for old in of(Tag::Removed) {
        for (place, new) in added.iter().enumerate().skip(free) {
            let (Some(before), Some(after)) = (lines.get(old), lines.get(*new)) else { continue };
            if let Some((gone, come)) = compare(&before.text, &after.text) {
                found.get_mut(old).into_iter().for_each(|marks| marks.clone_from(&gone));
                found.get_mut(*new).into_iter().for_each(|marks| marks.clone_from(&come));
                free = place + 1;
                break;
            }
        }
    }
}

type Marks = Vec<Range<usize>>;

fn compare(old: &str, new: &str) -> Option<(Marks, Marks)> {
    if old.len().max(new.len()) > MAX_LINE_BYTES {
        return None;
    }
    let (before, after) = (words(old), words(new));
    let ops = capture_diff_slices(Algorithm::Myers, &before, &after);
    let equal = ops.iter().filter(|op| matches!(op, DiffOp::Equal { .. })).filter_map(|op| before.get(op.old_range()));
    let letters = |words: &[&str]| words.iter().map(|w| w.trim().len()).sum::<usize>();
    let (same, all) = (equal.map(letters).sum::<usize>() * 2, letters(&before) + letters(&after));
    if same * 100 < all * MIN_EQUAL_PERCENT {
        return None;
    }
    let (old_at, new_at) = (offsets(&before), offsets(&after));
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    for op in ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        push(&mut gone, &old_at, op.old_range());
        push(&mut come, &new_at, op.new_range());
    }
    Some((gone, come))
}

/// Words, stretches of white space, and every other character by itself.
fn words(line: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 1,
        c if c.is_whitespace() => 2,
        _ => 0,
    };
    let mut found = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, c) in line.char_indices() {
        let now = class(c);
        if before.is_some_and(|last| last != now || now == 0) {
            found.extend(line.get(start..at));
            start = at;
        }
        before = Some(now);
    }
    found.extend(line.get(start..).filter(|rest| !rest.is_empty()));
    found
}

/// Where each word starts, and the end.
fn offsets(words: &[&str]) -> Vec<usize> {
    let mut at = 0;
    let ends = words.iter().map(|word| {
        at += word.len();
        at
    });
    std::iter::once(0).chain(ends.collect::<Vec<_>>()).collect()
}

fn push(marks: &mut Marks, at: &[usize], words: Range<usize>) {
    let (Some(start), Some(end)) = (at.get(words.start), at.get(words.end)) else { return };
    match marks.last_mut() {
        _ if start == end => {}
        Some(last) if last.end == *start => last.end = *end,
        _ => marks.push(*start..*end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(lines: &[(Tag, &str)]) -> Vec<Vec<String>> {
        let line = |(tag, text): &(Tag, &str)| Line { tag: *tag, text: (*text).into(), open_end: false };
        let hunk = Hunk { old_start: 1, new_start: 1, lines: lines.iter().map(line).collect() };
        let text = |(line, marks): (&Line, Marks)| marks.into_iter().map(|m| line.text[m].to_owned()).collect();
        hunk.lines.iter().zip(marks(&hunk)).map(text).collect()
    }

    #[test]
    fn the_changed_words_are_found() {
        let seen = marked(&[
            (Tag::Same, "def greet(name):"),
            (Tag::Removed, "    return \"Helo, \" + name"),
            (Tag::Added, "    return \"Hello, \" + name.strip()"),
        ]);
        assert_eq!(seen, [vec![], vec!["Helo".to_owned()], vec!["Hello".to_owned(), ".strip()".to_owned()]]);
    }

    #[test]
    fn lines_find_their_successor_over_new_ones() {
        let seen = marked(&[
            (Tag::Removed, "number, unit = match.groups()"),
            (Tag::Added, "if match is None:"),
            (Tag::Added, "number, kind = match.groups()"),
        ]);
        assert_eq!(seen, [vec!["unit".to_owned()], vec![], vec!["kind".to_owned()]]);
    }

    #[test]
    fn lines_that_have_nothing_in_common_stay_whole() {
        assert_eq!(marked(&[(Tag::Removed, "alpha beta"), (Tag::Added, "x = 1")]), [Vec::<String>::new(), vec![]]);
    }
}
