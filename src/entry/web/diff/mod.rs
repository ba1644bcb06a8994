//! A file's git-format diff as HTML: blocks of lines, never an element for each line of a large file.

mod draw;
mod dress;
mod html;
mod marks;
mod open;
mod read;
mod space;
mod widen;

pub(super) use draw::{Drawing, Look, Pen, Unfold, draw};
pub(super) use open::{Step, open, steps};
pub(super) use read::{Parsed, read};
pub(super) use space::without_space_changes;
pub(super) use widen::widen;

/// What a line of a diff is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Tag {
    /// In both texts.
    Same,
    /// Only in the old text.
    Removed,
    /// Only in the new text.
    Added,
}

/// One line as people see it: hidden characters are written out (M36).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) tag: Tag,
    pub(super) text: String,
    /// The file ends here without a line end.
    pub(super) open_end: bool,
}

/// Lines that belong together, with the numbers of their first line on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Hunk {
    pub(super) old_start: usize,
    pub(super) new_start: usize,
    pub(super) lines: Vec<Line>,
}

impl Hunk {
    fn count(&self, other: Tag) -> usize {
        self.lines.iter().filter(|line| line.tag != other).count()
    }

    /// The number behind its last line in the old text.
    pub(super) fn old_end(&self) -> usize {
        self.old_start + self.count(Tag::Added)
    }

    /// The number behind its last line in the new text.
    pub(super) fn new_end(&self) -> usize {
        self.new_start + self.count(Tag::Removed)
    }
}
