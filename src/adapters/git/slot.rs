//! The place of one mirror: its folder, the objects in use, and whose turn it is to fetch.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::store::Store;
use super::{GitError, incoming};
use crate::domain::repo::CommitSha;

/// One a mirror, for the life of the process.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) folder: PathBuf,
    /// Held while something is fetched or deleted.
    pub(super) turn: tokio::sync::Mutex<()>,
    store: Mutex<Option<Arc<Store>>>,
}

impl Slot {
    /// A slot; sweeps what a killed process left there more than `age` ago.
    pub(super) fn new(folder: PathBuf, age: Duration) -> Self {
        incoming::sweep(&folder, age);
        Self { folder, turn: tokio::sync::Mutex::default(), store: Mutex::default() }
    }

    /// The objects in use, when they are sound and `commit` is known to be whole.
    pub(super) fn ready(&self, commit: &CommitSha) -> Option<Arc<Store>> {
        let store = self.store();
        store.filter(|store| !store.is_damaged() && store.is_verified(commit))
    }

    /// The objects in use or on disk; `None` when there is no mirror. `Corrupt` when it is damaged.
    pub(super) fn open(&self) -> Result<Option<Arc<Store>>, GitError> {
        match self.store() {
            Some(store) if store.is_damaged() => Err(GitError::Corrupt),
            Some(store) => Ok(Some(store)),
            None if !self.folder.exists() => Ok(None),
            None => self.reopen().map(Some),
        }
    }

    /// Opens what is on disk now and uses it from now on.
    pub(super) fn reopen(&self) -> Result<Arc<Store>, GitError> {
        let store = Arc::new(Store::open(&self.folder)?);
        *self.store.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&store));
        Ok(store)
    }

    /// Forgets the objects and deletes the folder.
    pub(super) fn discard(&self) -> Result<(), GitError> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner).take();
        incoming::discard(&self.folder)
    }

    /// Whether so many packs lie here that starting afresh is cheaper, and nobody reads them.
    pub(super) fn is_worn(&self, max_packs: usize) -> bool {
        let unused = self.store().is_none_or(|store| Arc::strong_count(&store) <= 2);
        unused && count(&self.folder.join("objects/pack")) > max_packs * 2
    }

    fn store(&self) -> Option<Arc<Store>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn count(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}
