//! The files of one commit, as they are in git's objects: no working copy, no filters.

use std::any::Any;
use std::sync::Arc;

use git2::{ObjectType, Oid};

use super::GitError;
use super::listing::Listing;
use super::store::Store;
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
pub struct TreeView {
    pub(super) store: Arc<Store>,
    pub(super) listing: Arc<Listing>,
}

impl TreeView {
    /// Every file, in order of path (bytes). Paths that are not UTF-8 or longer than 4,095 bytes are
    /// left out.
    pub fn files(&self) -> impl Iterator<Item = FileEntry<'_>> {
        self.listing.files()
    }

    /// The file at a place of [`TreeView::files`].
    pub fn at(&self, place: usize) -> Option<FileEntry<'_>> {
        self.listing.at(place)
    }

    /// What `make` works out from the files alone: once for all views of this tree, while it is among the few things
    /// kept. `key` names what it is and all it hangs on beside the files.
    pub fn worked_out<T: Any + Send + Sync>(&self, key: [u8; 32], make: impl Fn() -> T) -> Arc<T> {
        self.listing.memo().get(key, make)
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.listing.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many files were left out because of their path.
    pub fn skipped(&self) -> usize {
        self.listing.skipped()
    }

    /// The file at exactly `path`.
    pub fn entry(&self, path: &str) -> Option<FileEntry<'_>> {
        self.listing.find(path)
    }

    /// Whether files lie below `path`.
    pub fn is_dir(&self, path: &str) -> bool {
        self.listing.is_dir(path)
    }

    /// The path of a file or folder that equals `path` but for letter case and Unicode composition.
    pub fn folded(&self, path: &str) -> Option<&str> {
        self.listing.folded(path)
    }

    /// A blob's size in bytes, without reading it.
    pub fn size(&self, blob: BlobId) -> Result<u64, GitError> {
        self.store.size(blob.oid()?)
    }

    /// A blob's bytes; `TooLarge` past `max_bytes`, known before anything is unpacked.
    pub fn read_blob(&self, blob: BlobId, max_bytes: u64) -> Result<Vec<u8>, GitError> {
        if self.size(blob)? > max_bytes {
            return Err(GitError::TooLarge { what: "a file", limit_bytes: max_bytes });
        }
        Ok(self.store.read(blob.oid()?, ObjectType::Blob)?.data().to_vec())
    }

    /// The content of the file (or the target of the symlink) at `path`; `None` when there is no blob.
    pub fn read(&self, path: &str, max_bytes: u64) -> Result<Option<Vec<u8>>, GitError> {
        match self.entry(path) {
            Some(entry) if entry.mode != FileMode::Gitlink => self.read_blob(entry.blob, max_bytes).map(Some),
            _ => Ok(None),
        }
    }
}

impl std::fmt::Display for BlobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl BlobId {
    pub(super) fn oid(self) -> Result<Oid, GitError> {
        Oid::from_bytes(&self.0).map_err(|_| GitError::Corrupt)
    }
}
