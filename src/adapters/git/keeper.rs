//! Brings commits into mirrors and keeps the mirrors sound.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use super::cache::ListingCache;
use super::fetch::Fetch;
use super::http::Http;
use super::incoming::BAD_PACK;
use super::listing::Listing;
use super::pool::Pool;
use super::slot::Slot;
use super::store::{Store, prepare_libgit2};
use super::{GitError, GitSettings, GitStats, Remote, TreeView, incoming, local};
use crate::domain::repo::CommitSha;
use crate::domain::tree::FileMode;

/// Memory for listings of trees, in bytes: two of Linux, or some forty of Django.
const LISTING_BYTES: usize = 24 << 20;

/// Packs in one mirror before it is fetched afresh.
const MAX_PACKS: usize = 64;

/// What all mirrors share.
#[derive(Debug)]
pub(super) struct Inner {
    root: PathBuf,
    pub(super) settings: GitSettings,
    pub(super) http: Http,
    pub(super) pool: Pool,
    listings: ListingCache,
    slots: Mutex<HashMap<String, Arc<Slot>>>,
    packs: AtomicU64,
    bytes: AtomicU64,
    dropped: AtomicU64,
}

impl Inner {
    pub(super) fn new(root: PathBuf, settings: GitSettings) -> Result<Self, GitError> {
        prepare_libgit2();
        Ok(Self {
            root,
            http: Http::new(&settings)?,
            pool: Pool::new(settings.max_abandoned),
            listings: ListingCache::new(LISTING_BYTES),
            slots: Mutex::default(),
            packs: AtomicU64::default(),
            bytes: AtomicU64::default(),
            dropped: AtomicU64::default(),
            settings,
        })
    }

    pub(super) fn stats(&self) -> GitStats {
        let (abandoned_total, abandoned_now) = self.pool.abandoned();
        GitStats {
            abandoned_total,
            abandoned_now,
            fetched_packs_total: self.packs.load(Ordering::Relaxed),
            fetched_bytes_total: self.bytes.load(Ordering::Relaxed),
            dropped_mirrors_total: self.dropped.load(Ordering::Relaxed),
        }
    }

    /// A commit's files, from memory when its tree was listed before.
    pub(super) fn view(&self, store: Arc<Store>, commit: &CommitSha) -> Result<TreeView, GitError> {
        let tree = store.tree_of(commit)?;
        if let Some(listing) = self.listings.get(tree) {
            return Ok(TreeView { store, listing });
        }
        let listing = Arc::new(Listing::read(&store, tree, self.settings.max_files)?);
        self.listings.put(tree, &listing);
        Ok(TreeView { store, listing })
    }

    /// The commit from disk or, when it is not there, from the server.
    pub(super) async fn bring(
        self: &Arc<Self>,
        slot: &Arc<Slot>,
        remote: &Remote,
        commit: &CommitSha,
    ) -> Result<Arc<Store>, GitError> {
        let at = Arc::clone(slot);
        let known = self.blocking("opening a mirror", move || at.open()).await?;
        if let Some(store) = &known {
            match self.verify(store, commit).await {
                Err(GitError::NotHere(_)) => {}
                other => return other.map(|()| Arc::clone(store)),
            }
        }
        drop(known);
        let bytes = if remote.is_local() {
            self.copy(slot, remote, commit).await?
        } else {
            self.within("the fetch", self.download(slot, remote, commit)).await?
        };
        self.packs.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let at = Arc::clone(slot);
        let store = self.blocking("opening a mirror", move || at.reopen()).await?;
        match self.verify(&store, commit).await {
            Err(GitError::NotHere(_)) => Err(GitError::Protocol("its pack does not hold the commit")),
            other => other.map(|()| store),
        }
    }

    async fn download(&self, slot: &Arc<Slot>, remote: &Remote, commit: &CommitSha) -> Result<u64, GitError> {
        let at = Arc::clone(slot);
        let haves = self.blocking("preparing a mirror", move || prepare(&at)).await?;
        let (http, pool, settings) = (&self.http, &self.pool, &self.settings);
        let fetch = Fetch { http, pool, settings, remote, commit, haves: &haves };
        match fetch.run(slot.folder.clone()).await {
            // It may be ours that is damaged, where the pack builds on it: then a whole one helps.
            Err(BAD_PACK) if !haves.is_empty() => Err(GitError::Corrupt),
            other => other,
        }
    }

    async fn copy(&self, slot: &Arc<Slot>, remote: &Remote, commit: &CommitSha) -> Result<u64, GitError> {
        let (at, from, commit) = (Arc::clone(slot), local::folder(remote)?, commit.clone());
        let max = self.settings.max_pack_bytes;
        let work = move || {
            prepare(&at)?;
            local::copy(&from, &at.folder, &commit, max)
        };
        self.pool.run("copying a repository", self.settings.total_timeout, work).await
    }

    /// Makes sure, once in a process, that everything the commit holds is here.
    async fn verify(self: &Arc<Self>, store: &Arc<Store>, commit: &CommitSha) -> Result<(), GitError> {
        if store.is_verified(commit) {
            return Ok(());
        }
        let (inner, checked, commit) = (Arc::clone(self), Arc::clone(store), commit.clone());
        let work = move || {
            let view = inner.view(Arc::clone(&checked), &commit)?;
            for file in view.files().filter(|file| file.mode != FileMode::Gitlink) {
                checked.must_exist(file.blob)?;
            }
            checked.set_verified(commit);
            Ok(())
        };
        let result = self.blocking("checking a mirror", work).await;
        if let Err(GitError::Timeout { .. } | GitError::Crashed) = result {
            store.damage();
        }
        result
    }

    /// Deletes a damaged mirror.
    pub(super) async fn discard(&self, slot: &Arc<Slot>) -> Result<(), GitError> {
        self.dropped.fetch_add(1, Ordering::Relaxed);
        tracing::warn!("a damaged mirror is dropped and fetched afresh");
        let at = Arc::clone(slot);
        self.blocking("deleting a mirror", move || at.discard()).await
    }

    /// The place of the mirror `key`, a relative path without `..`.
    pub(super) fn slot(&self, key: &str) -> Result<Arc<Slot>, GitError> {
        let plain = Path::new(key).components().all(|part| matches!(part, Component::Normal(_)));
        if key.is_empty() || !plain {
            return Err(GitError::Disk(std::io::ErrorKind::InvalidFilename));
        }
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Slot::new(self.root.join(key), self.settings.total_timeout * 2));
        Ok(Arc::clone(slots.entry(key.to_owned()).or_insert_with(new)))
    }

    /// Waits until no one else fetches into this mirror.
    pub(super) async fn turn<'a>(&self, slot: &'a Slot) -> Result<tokio::sync::MutexGuard<'a, ()>, GitError> {
        self.within("waiting for another fetch", async { Ok(slot.turn.lock().await) }).await
    }

    /// Runs network work with the total deadline.
    pub(super) async fn within<T>(
        &self,
        what: &'static str,
        work: impl Future<Output = Result<T, GitError>>,
    ) -> Result<T, GitError> {
        let limit: Duration = self.settings.total_timeout;
        timeout(limit, work).await.unwrap_or(Err(GitError::Timeout { what, limit }))
    }

    /// Runs a libgit2 or disk call with its deadline.
    pub(super) async fn blocking<T, F>(&self, what: &'static str, work: F) -> Result<T, GitError>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, GitError> + Send + 'static,
    {
        self.pool.run(what, self.settings.call_timeout, work).await
    }
}

/// Makes the folder, and says which commits in it are whole.
fn prepare(slot: &Slot) -> Result<Vec<CommitSha>, GitError> {
    if slot.is_worn(MAX_PACKS) {
        slot.discard()?;
    }
    incoming::make_bare(&slot.folder)?;
    let store = Store::open(&slot.folder)?;
    let there = |commit: &CommitSha| store.tree_of(commit).is_ok();
    Ok(incoming::read_shallow(&slot.folder).into_iter().filter(there).collect())
}
