//! The files of one commit, as they are in git's objects: no working copy, no filters.

use crate::adapters::git::GitError;
use crate::domain::tree::FileMode;

/// A blob's id: equal content, equal id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobId(pub [u8; 20]);

/// One file of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileEntry<'a> {
    /// From the root, parts joined by `/`.
    pub path: &'a str,
    /// Its mode.
    pub mode: FileMode,
    /// Its content's id (the submodule's commit for a gitlink).
    pub blob: BlobId,
}

/// A commit's files. Cheap to clone; `Send + Sync`. Reading blocks for a disk access: from async
/// code call it inside [`super::Mirror::run`].
#[derive(Debug, Clone)]
pub struct TreeView(());

impl TreeView {
    /// Every file, in order of path (bytes). Paths that are not UTF-8 are left out.
    pub fn files(&self) -> impl Iterator<Item = FileEntry<'_>> {
        std::iter::empty()
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        true
    }

    /// How many files were left out because their path is not UTF-8.
    pub fn skipped(&self) -> usize {
        0
    }

    /// The file at exactly `path`.
    pub fn entry(&self, _path: &str) -> Option<FileEntry<'_>> {
        None
    }

    /// Whether files lie below `path`.
    pub fn is_dir(&self, _path: &str) -> bool {
        false
    }

    /// A file whose path equals `path` when letter case is ignored (Unicode lower case).
    pub fn folded(&self, _path: &str) -> Option<FileEntry<'_>> {
        None
    }

    /// A blob's size in bytes, without reading it.
    pub fn size(&self, _blob: BlobId) -> Result<u64, GitError> {
        Err(GitError::Corrupt)
    }

    /// A blob's bytes; `TooLarge` past `max_bytes`.
    pub fn read_blob(&self, _blob: BlobId, _max_bytes: u64) -> Result<Vec<u8>, GitError> {
        Err(GitError::Corrupt)
    }

    /// The content of the file (or the target of the symlink) at `path`; `None` when there is no blob.
    pub fn read(&self, path: &str, max_bytes: u64) -> Result<Option<Vec<u8>>, GitError> {
        match self.entry(path) {
            Some(entry) if entry.mode != FileMode::Gitlink => self.read_blob(entry.blob, max_bytes).map(Some),
            _ => Ok(None),
        }
    }
}
