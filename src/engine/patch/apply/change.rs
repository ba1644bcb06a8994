//! One change as the applier sees it: which lines must be there, which stay, go and come.

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::super::edit::{Hunk, HunkLine, Numbers, Tag};
use super::key::is_telling;

/// What happens to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// There before and after; one of them may differ from the file.
    Context,
    /// Written as removed and added again; it must match.
    Keep,
    /// It goes; it must match.
    Remove,
    /// It comes.
    Add,
}

/// One line of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// What happens to it.
    pub kind: Kind,
    /// Its text, perhaps with a carriage return.
    pub text: String,
    /// It is said to end the old file without a line end.
    pub old_bare: bool,
    /// Likewise the new file.
    pub new_bare: bool,
}

/// One change of a file: a hunk or a search/replace block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The lines in order.
    pub ops: Vec<Op>,
    /// The header's numbers, if its counts fit.
    pub numbers: Option<Numbers>,
    /// Lines said to enclose the place.
    pub anchors: Vec<String>,
    /// They were written to find the place, not copied behind numbers.
    pub anchors_lead: bool,
    /// It is said to be at the end of the file.
    pub at_end: bool,
    /// It came as a diff, whose places are in order.
    pub is_diff: bool,
    /// It is not read letter by letter as it came.
    pub mended: bool,
}

impl Change {
    /// Of a hunk.
    pub fn of_hunk(hunk: &Hunk) -> Self {
        let mut ops = Vec::new();
        for block in hunk.lines.chunk_by(|a, b| (a.tag == Tag::Context) == (b.tag == Tag::Context)) {
            match block {
                [first, ..] if first.tag == Tag::Context => ops.extend(block.iter().map(context)),
                _ => ops.extend(changed(block)),
            }
        }
        let count = |lines: usize| u32::try_from(lines).unwrap_or(u32::MAX);
        let fits =
            |n: &Numbers| n.old_count == count(hunk.old().count()) && n.new_count == count(hunk.new_side().count());
        Self {
            ops,
            numbers: hunk.numbers.filter(fits),
            anchors: hunk.anchors.clone(),
            anchors_lead: hunk.numbers.is_none(),
            at_end: hunk.at_end,
            is_diff: true,
            mended: false,
        }
    }

    /// Of a search/replace block.
    pub fn of_replace(search: &[String], replace: &[String]) -> Self {
        let ops = pairs(search, replace, Kind::Context);
        Self {
            ops,
            numbers: None,
            anchors: Vec::new(),
            anchors_lead: false,
            at_end: false,
            is_diff: false,
            mended: false,
        }
    }

    /// The lines that must be in the file, with what happens to them.
    pub fn old(&self) -> impl Iterator<Item = &Op> {
        self.ops.iter().filter(|op| op.kind != Kind::Add)
    }

    /// The texts that must be in the file.
    pub fn old_texts(&self) -> Vec<&str> {
        self.old().map(|op| op.text.as_str()).collect()
    }

    /// The texts that are there afterwards.
    pub fn new_texts(&self) -> Vec<&str> {
        self.ops.iter().filter(|op| op.kind != Kind::Remove).map(|op| op.text.as_str()).collect()
    }

    /// The lines that come.
    pub fn added(&self) -> impl Iterator<Item = &Op> {
        self.ops.iter().filter(|op| op.kind == Kind::Add)
    }

    /// Whether it changes anything.
    pub fn is_change(&self) -> bool {
        self.ops.iter().any(|op| matches!(op.kind, Kind::Add | Kind::Remove) || op.old_bare != op.new_bare)
    }

    /// How many of the lines that must be there say something.
    pub fn telling(&self) -> usize {
        self.old().filter(|op| is_telling(&op.text)).count()
    }

    /// Whether the header's numbers name this line, counted from 0.
    pub fn agrees(&self, start: usize) -> bool {
        self.numbers.is_some_and(|n| usize::try_from(n.old_start).is_ok_and(|line| line == start + 1))
    }
}

fn context(line: &HunkLine) -> Op {
    Op { kind: Kind::Context, text: line.text.clone(), old_bare: line.no_newline, new_bare: line.no_newline }
}

/// A block of removed and added lines; what is removed and added again stays.
fn changed(block: &[HunkLine]) -> Vec<Op> {
    let side = |tag: Tag| -> Vec<String> { block.iter().filter(|l| l.tag == tag).map(|l| l.text.clone()).collect() };
    let bare = |tag: Tag| block.iter().rfind(|l| l.tag == tag).is_some_and(|l| l.no_newline);
    let mut ops = pairs(&side(Tag::Remove), &side(Tag::Add), Kind::Keep);
    if let Some(last) = ops.iter_mut().rfind(|op| op.kind != Kind::Add) {
        last.old_bare = bare(Tag::Remove);
    }
    if let Some(last) = ops.iter_mut().rfind(|op| op.kind != Kind::Remove) {
        last.new_bare = bare(Tag::Add);
    }
    ops
}

fn pairs(old: &[String], new: &[String], same: Kind) -> Vec<Op> {
    let mut ops = Vec::new();
    let op = |kind: Kind| move |text: &String| Op { kind, text: text.clone(), old_bare: false, new_bare: false };
    for step in capture_diff_slices(Algorithm::Myers, old, new) {
        let (removed, added) = (old.get(step.old_range()), new.get(step.new_range()));
        if step.tag() == DiffTag::Equal {
            ops.extend(removed.unwrap_or_default().iter().map(op(same)));
            continue;
        }
        ops.extend(removed.unwrap_or_default().iter().map(op(Kind::Remove)));
        ops.extend(added.unwrap_or_default().iter().map(op(Kind::Add)));
    }
    ops
}
