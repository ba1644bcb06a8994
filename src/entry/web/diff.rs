//! A git-format diff of one file as lines to show. What a reader cannot see is made visible (M36).

use crate::domain::characters::made_visible;
use crate::domain::patch::FileDiff;

/// More lines of one file are not shown on the page.
const MAX_LINES: usize = 2_000;

/// One file of a candidate.
pub(super) struct FileView {
    pub(super) path: String,
    pub(super) kind: &'static str,
    pub(super) added: i64,
    pub(super) removed: i64,
    pub(super) lines: Vec<LineView>,
    pub(super) left_out: usize,
}

/// One line of a diff.
pub(super) struct LineView {
    pub(super) class: &'static str,
    pub(super) mark: &'static str,
    pub(super) old: String,
    pub(super) new: String,
    pub(super) text: String,
}

/// The file as the page shows it.
pub(super) fn file(diff: &FileDiff) -> FileView {
    let mut lines = lines(&diff.patch);
    let left_out = lines.len().saturating_sub(MAX_LINES);
    lines.truncate(MAX_LINES);
    FileView {
        path: made_visible(&diff.path),
        kind: kind(diff),
        added: diff.added_lines,
        removed: diff.removed_lines,
        lines,
        left_out,
    }
}

fn kind(diff: &FileDiff) -> &'static str {
    let head = || diff.patch.lines().take_while(|line| !line.starts_with("@@"));
    match () {
        () if head().any(|line| line.starts_with("new file")) => "new",
        () if head().any(|line| line.starts_with("deleted file")) => "deleted",
        () if diff.old_path.is_some() => "renamed",
        () => "changed",
    }
}

/// `@@ -12,3 +14,5 @@` → 12 and 14.
fn starts(hunk: &str) -> Option<(usize, usize)> {
    let mut words = hunk.split(' ').skip(1);
    let mut number = |sign| words.next()?.strip_prefix(sign)?.split(',').next()?.parse().ok();
    Some((number('-')?, number('+')?))
}

fn lines(patch: &str) -> Vec<LineView> {
    let mut shown = Vec::new();
    let (mut old, mut new) = (0_usize, 0_usize);
    let body = patch.split_terminator('\n').skip_while(|line| !line.starts_with("@@"));
    for line in body {
        let text = made_visible(line.get(1..).unwrap_or_default());
        let (class, mark, counts) = match line.as_bytes().first() {
            Some(b'@') => {
                (old, new) = starts(line).unwrap_or((old, new));
                shown.push(LineView {
                    class: "hunk",
                    mark: "",
                    old: String::new(),
                    new: String::new(),
                    text: made_visible(line),
                });
                continue;
            }
            Some(b'+') => ("added", "+", (0, 1)),
            Some(b'-') => ("removed", "−", (1, 0)),
            Some(b'\\') => ("note", "", (0, 0)),
            _ => ("context", "", (1, 1)),
        };
        let number = |counted: usize, at: usize| if counted == 1 { at.to_string() } else { String::new() };
        shown.push(LineView { class, mark, old: number(counts.0, old), new: number(counts.1, new), text });
        old += counts.0;
        new += counts.1;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_on_both_sides() {
        let patch =
            "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -2,3 +2,3 @@\n a\n-b\n+B\n c\n\\ No newline at end of file\n";
        let seen: Vec<_> = lines(patch).into_iter().map(|l| (l.class, l.old, l.new, l.text)).collect();
        let row = |class, old: &str, new: &str, text: &str| (class, old.to_owned(), new.to_owned(), text.to_owned());
        assert_eq!(
            seen[1..4],
            [row("context", "2", "2", "a"), row("removed", "3", "", "b"), row("added", "", "3", "B")]
        );
        assert_eq!(seen[4], row("context", "4", "4", "c"));
        assert_eq!(seen[5].0, "note");
    }
}
