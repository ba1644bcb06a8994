//! Unfolds what lies between the hunks from the text of the file before the change.

use super::{Hunk, Line, Tag};
use crate::domain::characters::made_visible;

/// One hunk with the whole file in it; `None` when the hunks do not fit this text.
pub(in crate::entry::web) fn widen(hunks: &[Hunk], before: &str) -> Option<Hunk> {
    let old: Vec<&str> = before.split_terminator('\n').collect();
    let same = |text: &&str| Line { tag: Tag::Same, text: made_visible(text), open_end: false };
    let mut lines = Vec::new();
    let mut at = 0;
    for hunk in hunks {
        let start = hunk.old_start.checked_sub(1)?;
        lines.extend(old.get(at..start)?.iter().map(same));
        let mut inside = old.get(start..start + hunk.count(Tag::Added))?.iter();
        for line in &hunk.lines {
            if line.tag != Tag::Added && made_visible(inside.next()?) != line.text && line.tag == Tag::Removed {
                return None;
            }
            lines.push(line.clone());
        }
        at = start + hunk.count(Tag::Added);
    }
    lines.extend(old.get(at..)?.iter().map(same));
    Some(Hunk { old_start: 1, new_start: 1, lines })
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::domain::patch::FileDiff;

    #[test]
    fn the_lines_between_come_back() {
        let patch = "@@ -2,1 +2,2 @@\n-b\n+B\n+B2\n@@ -5 +6,0 @@\n-e\n".to_owned();
        let diff = FileDiff { path: "x".into(), old_path: None, added_lines: 2, removed_lines: 2, patch };
        let whole = widen(&read(&diff).hunks, "a\nb\nc\nd\ne\nf\n").unwrap();
        let seen: Vec<_> = whole.lines.iter().map(|l| (l.tag, l.text.as_str())).collect();
        assert_eq!(
            seen,
            [
                (Tag::Same, "a"),
                (Tag::Removed, "b"),
                (Tag::Added, "B"),
                (Tag::Added, "B2"),
                (Tag::Same, "c"),
                (Tag::Same, "d"),
                (Tag::Removed, "e"),
                (Tag::Same, "f")
            ]
        );
        assert_eq!(widen(&read(&diff).hunks, "a\nother\n"), None);
    }
}
