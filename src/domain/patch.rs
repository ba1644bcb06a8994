//! A finished patch: what it changes, in a form that `git apply --index` accepts, and its fingerprint.

use serde::{Deserialize, Serialize};

use super::sha256::Sha256Hex;

/// One changed file of a patch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileDiff {
    /// The path after the change (before it, for a deletion).
    pub path: String,
    /// The path before a rename.
    #[serde(default)]
    pub old_path: Option<String>,
    /// Lines added.
    pub added_lines: i64,
    /// Lines removed.
    pub removed_lines: i64,
    /// This file's part of the diff, from its `diff --git` line on.
    pub patch: String,
}

/// A patch against one pinned commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    text: String,
    files: Vec<FileDiff>,
}

impl Patch {
    /// A patch from its files, in order of path.
    pub fn new(mut files: Vec<FileDiff>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let text = files.iter().map(|f| f.patch.as_str()).collect();
        Self { text, files }
    }

    /// The whole git-format diff.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The changed files.
    pub fn files(&self) -> &[FileDiff] {
        &self.files
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// SHA-256 of the diff's bytes: the hash shown in the comment (I6).
    pub fn sha256(&self) -> Sha256Hex {
        Sha256Hex::of(&self.text)
    }

    /// Lines added and removed over all files.
    pub fn lines(&self) -> (i64, i64) {
        self.files.iter().fold((0, 0), |(a, r), f| (a + f.added_lines, r + f.removed_lines))
    }
}
