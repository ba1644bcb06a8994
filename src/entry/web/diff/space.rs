//! Leaves out changes of white space alone: such lines count as unchanged, with their new text.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{Hunk, Line, Tag};

/// More lines in one block are not compared.
const MAX_BLOCK_LINES: usize = 4_000;

/// The hunks without changes of white space; a hunk that has no other change goes.
pub(in crate::entry::web) fn without_space_changes(hunks: Vec<Hunk>) -> Vec<Hunk> {
    let folded = hunks.into_iter().map(|hunk| Hunk { lines: fold(&hunk.lines), ..hunk });
    folded.filter(|hunk| hunk.lines.iter().any(|line| line.tag != Tag::Same)).collect()
}

/// The stretches of changed lines.
pub(super) fn blocks(lines: &[Line]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    for block in lines.chunk_by(|a, b| (a.tag == Tag::Same) == (b.tag == Tag::Same)) {
        if block.first().is_some_and(|line| line.tag != Tag::Same) {
            found.push(at..at + block.len());
        }
        at += block.len();
    }
    found
}

fn fold(lines: &[Line]) -> Vec<Line> {
    let mut out = Vec::with_capacity(lines.len());
    let mut done = 0;
    for block in blocks(lines) {
        out.extend_from_slice(lines.get(done..block.start).unwrap_or_default());
        fold_block(lines.get(block.clone()).unwrap_or_default(), &mut out);
        done = block.end;
    }
    out.extend_from_slice(lines.get(done..).unwrap_or_default());
    out
}

fn fold_block(block: &[Line], out: &mut Vec<Line>) {
    let (removed, added): (Vec<&Line>, Vec<&Line>) = block.iter().partition(|line| line.tag == Tag::Removed);
    if block.len() > MAX_BLOCK_LINES || removed.is_empty() || added.is_empty() {
        out.extend_from_slice(block);
        return;
    }
    let key = |line: &&Line| line.text.split_whitespace().collect::<String>();
    let (old, new): (Vec<String>, Vec<String>) = (removed.iter().map(key).collect(), added.iter().map(key).collect());
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if let DiffOp::Equal { .. } = op {
            let kept = added.get(op.new_range()).unwrap_or_default();
            out.extend(kept.iter().map(|line| Line { tag: Tag::Same, ..(*line).clone() }));
        } else {
            out.extend(removed.get(op.old_range()).unwrap_or_default().iter().map(|line| (*line).clone()));
            out.extend(added.get(op.new_range()).unwrap_or_default().iter().map(|line| (*line).clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunk(lines: &[(Tag, &str)]) -> Hunk {
        let line = |(tag, text): &(Tag, &str)| Line { tag: *tag, text: (*text).into(), open_end: false };
        Hunk { old_start: 1, new_start: 1, lines: lines.iter().map(line).collect() }
    }

    #[test]
    fn only_real_changes_stay() {
        let before = hunk(&[
            (Tag::Same, "a"),
            (Tag::Removed, "if x:"),
            (Tag::Removed, "  b"),
            (Tag::Added, "if  x:"),
            (Tag::Added, "    b"),
            (Tag::Added, "    c"),
        ]);
        let after = without_space_changes(vec![before]);
        let want = hunk(&[(Tag::Same, "a"), (Tag::Same, "if  x:"), (Tag::Same, "    b"), (Tag::Added, "    c")]);
        assert_eq!(after, [want]);
    }

    #[test]
    fn a_hunk_of_white_space_alone_goes() {
        assert_eq!(without_space_changes(vec![hunk(&[(Tag::Removed, "a "), (Tag::Added, "a")])]), []);
    }
}
