//! Unfolds some of the lines that lie between the hunks, step by step.

use super::{Hunk, Line, Tag, widen};
use crate::domain::characters::made_visible;

/// Lines that one press unfolds.
pub(in crate::entry::web) const STEP_LINES: usize = 10;
/// More steps are not followed.
const MAX_STEPS: usize = 64;

/// One press: in the fold that begins at line `first` of the new text, lines below the hunk before it (`down`) or above
/// the one behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::entry::web) struct Step {
    pub(in crate::entry::web) first: usize,
    pub(in crate::entry::web) down: bool,
    pub(in crate::entry::web) lines: usize,
}

impl Step {
    /// As an address holds it: `12d10`.
    pub(in crate::entry::web) fn text(self) -> String {
        format!("{}{}{}", self.first, if self.down { 'd' } else { 'u' }, self.lines)
    }

    fn read(text: &str) -> Option<Self> {
        let (first, lines) = text.split_once(['d', 'u'])?;
        let number = |text: &str| text.parse().ok().filter(|n| (1..=10_000_000).contains(n));
        Some(Self { first: number(first)?, down: text.contains('d'), lines: number(lines)? })
    }
}

/// The steps of an address; what is not understood is left out.
pub(in crate::entry::web) fn steps(text: &str) -> Vec<Step> {
    text.split('.').filter_map(Step::read).take(MAX_STEPS).collect()
}

/// The hunks with these lines in them; `None` when they do not fit this text.
pub(in crate::entry::web) fn open(hunks: Vec<Hunk>, before: &str, steps: &[Step]) -> Option<Vec<Hunk>> {
    widen(&hunks, before)?;
    let old: Vec<&str> = before.split_terminator('\n').collect();
    Some(steps.iter().fold(hunks, |hunks, step| take(hunks, &old, *step)))
}

fn take(hunks: Vec<Hunk>, old: &[&str], step: Step) -> Vec<Hunk> {
    let same = |text: &&str| Line { tag: Tag::Same, text: made_visible(text), open_end: false };
    let lines = |from: usize, to: usize| -> Vec<Line> {
        old.get(from.saturating_sub(1)..to.saturating_sub(1)).unwrap_or_default().iter().map(same).collect()
    };
    let mut out: Vec<Hunk> = Vec::with_capacity(hunks.len());
    // The next line of both texts that is in no hunk yet.
    let (mut old_at, mut new_at) = (1, 1);
    for mut hunk in hunks {
        let gap = hunk.old_start.saturating_sub(old_at);
        let wanted = if step.first == new_at { step.lines.min(gap) } else { 0 };
        let (down, up) = if step.down && !out.is_empty() { (wanted, 0) } else { (0, wanted) };
        let (old_end, new_end) = (hunk.old_end(), hunk.new_end());
        let above = lines(hunk.old_start - up, hunk.old_start);
        hunk.lines.splice(0..0, above);
        (hunk.old_start, hunk.new_start) = (hunk.old_start - up, hunk.new_start - up);
        match out.last_mut() {
            Some(last) if gap > 0 && wanted == gap => {
                last.lines.extend(lines(old_at, old_at + down));
                last.lines.append(&mut hunk.lines);
            }
            Some(last) => {
                last.lines.extend(lines(old_at, old_at + down));
                out.push(hunk);
            }
            None => out.push(hunk),
        }
        (old_at, new_at) = (old_end, new_end);
    }
    if step.first == new_at
        && let Some(last) = out.last_mut()
    {
        last.lines.extend(lines(old_at, (old_at + step.lines).min(old.len() + 1)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::domain::patch::FileDiff;

    fn hunks() -> (Vec<Hunk>, String) {
        let patch = "@@ -11 +11,2 @@\n-l11\n+N\n+M\n@@ -31 +32 @@\n-l31\n+O\n".to_owned();
        let diff = FileDiff { path: "x".into(), old_path: None, added_lines: 3, removed_lines: 2, patch };
        (read(&diff).hunks, (1..=50).map(|n| format!("l{n}\n")).collect())
    }

    /// Start and end of each hunk in the old text.
    fn after(text: &str) -> Vec<(usize, usize)> {
        let (hunks, before) = hunks();
        let opened = open(hunks, &before, &steps(text)).unwrap();
        for hunk in &opened {
            let before = hunk.lines.iter().filter(|line| line.tag != Tag::Added);
            for (old, line) in (hunk.old_start..).zip(before) {
                assert_eq!(line.text, format!("l{old}"), "{text}");
            }
        }
        opened.iter().map(|hunk| (hunk.old_start, hunk.old_end() - 1)).collect()
    }

    #[test]
    fn a_fold_opens_from_both_sides_and_closes_up() {
        assert_eq!(after(""), [(11, 11), (31, 31)]);
        assert_eq!(after("1u4"), [(7, 11), (31, 31)]);
        assert_eq!(after("1d4"), [(7, 11), (31, 31)], "above the first hunk there is only one way");
        assert_eq!(after("13d10"), [(11, 21), (31, 31)]);
        assert_eq!(after("13d10.23u5"), [(11, 21), (26, 31)], "the fold has another first line then");
        assert_eq!(after("13d10.23u9"), [(11, 31)], "and is gone when nothing is left in it");
        assert_eq!(after("13d999"), [(11, 31)]);
        assert_eq!(after("13u999"), [(11, 31)]);
        assert_eq!(after("33d10"), [(11, 11), (31, 41)]);
        assert_eq!(after("33d999.1u999"), [(1, 11), (31, 50)]);
        assert_eq!(after("14d10.x.9d.d9.5u0"), [(11, 11), (31, 31)], "no fold begins there");
        let (hunks, _) = hunks();
        assert_eq!(open(hunks, "other\n", &steps("1u4")), None);
    }

    #[test]
    fn steps_are_written_as_they_are_read() {
        let text = "12d10.40u20";
        assert_eq!(steps(text).into_iter().map(Step::text).collect::<Vec<_>>().join("."), text);
        assert_eq!(steps(&vec!["1d1"; 99].join(".")).len(), MAX_STEPS);
    }
}
