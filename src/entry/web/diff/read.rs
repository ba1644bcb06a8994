//! From the stored text of one file's diff to its parts.

use super::{Hunk, Line, Tag};
use crate::domain::characters::made_visible;
use crate::domain::patch::FileDiff;

/// What happens to the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::entry::web) enum FileKind {
    /// It is new.
    New,
    /// It is gone afterwards.
    Deleted,
    /// It has another path afterwards.
    Renamed,
    /// It has another content or mode.
    Changed,
}

impl FileKind {
    /// The word people read.
    pub(in crate::entry::web) fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Deleted => "deleted",
            Self::Renamed => "renamed",
            Self::Changed => "changed",
        }
    }
}

/// A file's diff, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::entry::web) struct Parsed {
    pub(in crate::entry::web) kind: FileKind,
    /// What its head says: another mode, the path before, that it is binary.
    pub(in crate::entry::web) notes: Vec<String>,
    pub(in crate::entry::web) hunks: Vec<Hunk>,
}

/// Reads one file's diff.
pub(in crate::entry::web) fn read(diff: &FileDiff) -> Parsed {
    let mut lines = diff.patch.split_terminator('\n').peekable();
    let mut head = Vec::new();
    while let Some(line) = lines.next_if(|line| !line.starts_with("@@ ")) {
        head.push(line);
    }
    let mut hunks: Vec<Hunk> = Vec::new();
    for line in lines {
        if let Some((old_start, new_start)) = starts(line) {
            hunks.push(Hunk { old_start, new_start, lines: Vec::new() });
        } else if let Some(hunk) = hunks.last_mut() {
            take(hunk, line);
        }
    }
    Parsed { kind: kind(diff, &head), notes: notes(diff, &head), hunks }
}

fn take(hunk: &mut Hunk, line: &str) {
    let tag = match line.as_bytes().first() {
        Some(b'+') => Tag::Added,
        Some(b'-') => Tag::Removed,
        Some(b'\\') => {
            hunk.lines.iter_mut().last().into_iter().for_each(|last| last.open_end = true);
            return;
        }
        _ => Tag::Same,
    };
    let text = made_visible(line.get(1..).unwrap_or_default());
    hunk.lines.push(Line { tag, text, open_end: false });
}

/// `@@ -12,3 +14,5 @@` → 12 and 14; an empty side counts from the line behind the one that is named.
fn starts(line: &str) -> Option<(usize, usize)> {
    let mut words = line.strip_prefix("@@ ")?.split(' ');
    let mut number = |sign| {
        let (start, count) = {
            let range = words.next()?.strip_prefix(sign)?;
            range.split_once(',').unwrap_or((range, "1"))
        };
        let start: usize = start.parse().ok()?;
        Some(if count == "0" { start + 1 } else { start })
    };
    Some((number('-')?, number('+')?))
}

fn value<'a>(head: &[&'a str], key: &str) -> Option<&'a str> {
    head.iter().find_map(|line| line.strip_prefix(key))
}

fn kind(diff: &FileDiff, head: &[&str]) -> FileKind {
    match () {
        () if value(head, "new file mode ").is_some() => FileKind::New,
        () if value(head, "deleted file mode ").is_some() => FileKind::Deleted,
        () if diff.old_path.is_some() => FileKind::Renamed,
        () => FileKind::Changed,
    }
}

fn notes(diff: &FileDiff, head: &[&str]) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(old) = diff.old_path.as_deref().filter(|old| *old != diff.path) {
        notes.push(format!("was {}", made_visible(old)));
    }
    match (value(head, "old mode "), value(head, "new mode ")) {
        (_, Some("100755")) => notes.push("now executable".into()),
        (Some("100755"), _) => notes.push("no longer executable".into()),
        (Some(old), Some(new)) => notes.push(made_visible(&format!("mode {old} → {new}"))),
        _ => {}
    }
    match value(head, "new file mode ") {
        Some("100755") => notes.push("executable".into()),
        Some("120000") => notes.push("symbolic link".into()),
        _ => {}
    }
    if head.iter().any(|line| line.starts_with("Binary files ") || line.starts_with("GIT binary patch")) {
        notes.push("binary".into());
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(path: &str, old: Option<&str>, patch: &str) -> FileDiff {
        FileDiff {
            path: path.into(),
            old_path: old.map(Into::into),
            added_lines: 0,
            removed_lines: 0,
            patch: patch.into(),
        }
    }

    #[test]
    fn lines_and_numbers_are_read() {
        let text = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -2,3 +2,3 @@ fn f()\n a\n-b\n+B\u{202e}\n c\n\\ No newline at end of file\n";
        let parsed = read(&diff("x", None, text));
        let hunk = parsed.hunks.last().unwrap();
        let seen: Vec<_> = hunk.lines.iter().map(|l| (l.tag, l.text.as_str(), l.open_end)).collect();
        assert_eq!(
            seen,
            [
                (Tag::Same, "a", false),
                (Tag::Removed, "b", false),
                (Tag::Added, "B⟨U+202E⟩", false),
                (Tag::Same, "c", true)
            ]
        );
        assert_eq!((hunk.old_start, hunk.new_start, hunk.old_end(), hunk.new_end()), (2, 2, 5, 5));
    }

    #[test]
    fn an_empty_side_counts_from_the_line_behind() {
        let read = |text: &str| {
            read(&diff("x", None, text)).hunks.into_iter().map(|h| (h.old_start, h.new_start)).collect::<Vec<_>>()
        };
        assert_eq!(read("@@ -0,0 +1,2 @@\n+a\n+b\n"), [(1, 1)]);
        assert_eq!(read("@@ -3 +3 @@\n-a\n+b\n"), [(3, 3)]);
        assert_eq!(read("@@ -5,2 +4,0 @@\n-a\n-b\n"), [(5, 5)]);
    }

    #[test]
    fn kinds_and_modes_are_named() {
        let rows = [
            (diff("a", None, "new file mode 100755\n--- /dev/null\n"), FileKind::New, vec!["executable"]),
            (diff("a", None, "deleted file mode 100644\n"), FileKind::Deleted, vec![]),
            (diff("b", Some("a"), "rename from a\nrename to b\n"), FileKind::Renamed, vec!["was a"]),
            (diff("a", None, "old mode 100644\nnew mode 100755\n"), FileKind::Changed, vec!["now executable"]),
            (diff("a", None, "Binary files a/a and b/a differ\n"), FileKind::Changed, vec!["binary"]),
        ];
        for (diff, kind, notes) in rows {
            let parsed = read(&diff);
            assert_eq!((parsed.kind, parsed.notes), (kind, notes.into_iter().map(str::to_owned).collect()), "{diff:?}");
        }
    }
}
