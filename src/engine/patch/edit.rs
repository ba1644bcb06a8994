//! What a model asked for, form by form, before anything was checked.

/// One asked-for change of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The path before; `None` for a new file (`/dev/null`).
    pub old_path: Option<String>,
    /// The path after; `None` for a deletion.
    pub new_path: Option<String>,
    /// The path as it stood, when an `a/` or `b/` was taken off that may be a real folder.
    pub unstripped: Option<String>,
    /// Renaming was said in so many words (`rename from`, `*** Move to`).
    pub rename: bool,
    /// The mode before, as written.
    pub old_mode: Option<String>,
    /// The mode after, as written.
    pub new_mode: Option<String>,
    /// How the content changes.
    pub body: Body,
    /// The line of the answer where it starts, counted from 1.
    pub line: usize,
}

/// How the content changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// It stays: renames, mode changes, deletions and new empty files without hunks.
    Same,
    /// Places found by content.
    Hunks(Vec<Hunk>),
    /// One search/replace block: lines without their ends.
    Replace {
        /// The lines to find; empty for a new file.
        search: Vec<String>,
        /// The lines that come instead.
        replace: Vec<String>,
    },
    /// One piece of text that stands in the file once, perhaps within a line.
    Text {
        /// The text to find.
        old: String,
        /// The text that comes instead.
        new: String,
    },
    /// The whole new content, over an existing file or as a new one.
    Whole {
        /// Lines without their ends; a final line end is implied.
        lines: Vec<String>,
        /// The path was marked as one; otherwise only an existing file is overwritten.
        sure: bool,
    },
    /// A binary patch, which is never taken.
    Binary,
}

/// One hunk: context, removed and added lines in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hunk {
    /// The numbers of its header, when it had any.
    pub numbers: Option<Numbers>,
    /// The lines named after `@@`: what encloses the place.
    pub anchors: Vec<String>,
    /// It is said to be at the end of the file.
    pub at_end: bool,
    /// The lines.
    pub lines: Vec<HunkLine>,
}

/// `@@ -old_start,old_count +new_start,new_count @@`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// First line before, counted from 1.
    pub old_start: u32,
    /// Lines before.
    pub old_count: u32,
    /// First line after.
    pub new_start: u32,
    /// Lines after.
    pub new_count: u32,
}

/// One line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HunkLine {
    /// What happens to it.
    pub tag: Tag,
    /// Its text without a line feed; a carriage return that belongs to it stays.
    pub text: String,
    /// `\ No newline at end of file` follows.
    pub no_newline: bool,
}

/// What happens to a line of a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// It is there before and after.
    Context,
    /// It goes.
    Remove,
    /// It comes.
    Add,
}

impl Edit {
    /// An edit of one path that exists before and after, or may be new.
    pub fn at(path: &str, body: Body, line: usize) -> Self {
        Self {
            old_path: Some(path.to_owned()),
            new_path: Some(path.to_owned()),
            unstripped: None,
            rename: false,
            old_mode: None,
            new_mode: None,
            body,
            line,
        }
    }

    /// The path people know it by.
    pub fn path(&self) -> &str {
        self.new_path.as_deref().or(self.old_path.as_deref()).unwrap_or_default()
    }
}

impl Hunk {
    /// The lines that must be in the file: context and removed ones.
    pub fn old(&self) -> impl Iterator<Item = &HunkLine> {
        self.lines.iter().filter(|l| l.tag != Tag::Add)
    }

    /// The lines that are in the file afterwards.
    pub fn new_side(&self) -> impl Iterator<Item = &HunkLine> {
        self.lines.iter().filter(|l| l.tag != Tag::Remove)
    }
}
