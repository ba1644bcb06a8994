//! All mirrors under one folder, and everything that talks to git servers.

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
use super::push::Push;
use super::slot::Slot;
use super::store::Store;
use super::{
    BuiltCommit, GitError, GitSettings, GitStats, Head, Mirror, PushOutcome, Refs, Remote, TreeView, incoming, local,
    refs,
};
use crate::domain::repo::{BranchName, CommitSha};
use crate::domain::tree::FileMode;

/// Memory for listings of trees, in bytes: two of Linux, or some forty of Django.
const LISTING_BYTES: usize = 24 << 20;

/// Packs in one mirror before it is fetched afresh.
const MAX_PACKS: usize = 64;

/// The mirrors of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mirrors(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    root: PathBuf,
    pub(super) settings: GitSettings,
    http: Http,
    pub(super) pool: Pool,
    listings: ListingCache,
    slots: Mutex<HashMap<String, Arc<Slot>>>,
    packs: AtomicU64,
    bytes: AtomicU64,
    dropped: AtomicU64,
}

impl Mirrors {
    /// Mirrors in folders under `root`, which need not exist yet. Fails when the file of certificate
    /// authorities cannot be read.
    pub fn new(root: PathBuf, settings: GitSettings) -> Result<Self, GitError> {
        super::store::prepare_libgit2();
        Ok(Self(Arc::new(Inner {
            root,
            http: Http::new(&settings)?,
            pool: Pool::new(settings.max_abandoned),
            listings: ListingCache::new(LISTING_BYTES),
            slots: Mutex::default(),
            packs: AtomicU64::default(),
            bytes: AtomicU64::default(),
            dropped: AtomicU64::default(),
            settings,
        })))
    }

    /// The refs whose full names start with one of `prefixes` (`HEAD`, `refs/heads/x`).
    pub async fn ls_refs(&self, remote: &Remote, prefixes: &[&str]) -> Result<Refs, GitError> {
        let inner = &self.0;
        remote.check(inner.settings.allow_local)?;
        if remote.is_local() {
            let folder = local::folder(remote)?;
            let owned: Vec<String> = prefixes.iter().map(|&prefix| prefix.to_owned()).collect();
            return inner.blocking("listing the branches", move || local::ls_refs(&folder, &owned)).await;
        }
        let max = inner.settings.max_refs_bytes;
        inner.within("listing the branches", refs::ls_refs(&inner.http, remote, prefixes, max)).await
    }

    /// The default branch. `Empty` when the repository has no commit.
    pub async fn head(&self, remote: &Remote) -> Result<Head, GitError> {
        self.ls_refs(remote, &["HEAD"]).await?.head.ok_or(GitError::Empty)
    }

    /// The mirror `key` (a folder below the root, such as `Repo::mirror()`), with `commit` in it: from
    /// disk when it is there, else fetched with depth 1. One fetch a mirror at a time; others wait.
    /// A mirror that turns out damaged is dropped and fetched afresh (F132).
    pub async fn fetch(&self, key: &str, remote: &Remote, commit: &CommitSha) -> Result<Mirror, GitError> {
        remote.check(self.0.settings.allow_local)?;
        let slot = self.0.slot(key)?;
        let mirror = |store| Mirror { inner: Arc::clone(&self.0), store };
        if let Some(store) = slot.ready(commit) {
            return Ok(mirror(store));
        }
        let _turn = self.0.turn(&slot).await?;
        let store = match self.0.bring(&slot, remote, commit).await {
            Err(GitError::Corrupt) => {
                self.0.discard(&slot).await?;
                self.0.bring(&slot, remote, commit).await?
            }
            other => other?,
        };
        Ok(mirror(store))
    }

    /// Points `branch` at `commit`: made when `expected_old` is `None`, else moved on from there. Never
    /// forced. When the answer is lost, the branch is looked at (F066).
    pub async fn push_branch(
        &self,
        remote: &Remote,
        branch: &BranchName,
        commit: &BuiltCommit,
        expected_old: Option<&CommitSha>,
    ) -> Result<PushOutcome, GitError> {
        let inner = &self.0;
        remote.check(inner.settings.allow_local)?;
        if remote.is_local() {
            return Ok(PushOutcome::Rejected("a local repository is only read".into()));
        }
        let push = Push { http: &inner.http, settings: &inner.settings, remote, branch, commit, expected_old };
        match inner.within("the push", push.run()).await {
            Err(error) if error.is_transient() => {
                let seen = inner.within("looking at the branch", push.look()).await;
                seen.ok().flatten().ok_or(error)
            }
            other => other,
        }
    }

    /// Deletes a mirror (repository gone, or disk wanted back).
    pub async fn remove(&self, key: &str) -> Result<(), GitError> {
        let slot = self.0.slot(key)?;
        let _turn = self.0.turn(&slot).await?;
        let at = Arc::clone(&slot);
        self.0.blocking("deleting a mirror", move || at.discard()).await
    }

    /// Counters of the moment.
    pub fn stats(&self) -> GitStats {
        let (abandoned_total, abandoned_now) = self.0.pool.abandoned();
        GitStats {
            abandoned_total,
            abandoned_now,
            fetched_packs_total: self.0.packs.load(Ordering::Relaxed),
            fetched_bytes_total: self.0.bytes.load(Ordering::Relaxed),
            dropped_mirrors_total: self.0.dropped.load(Ordering::Relaxed),
        }
    }
}

impl Inner {
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
    async fn bring(
        self: &Arc<Self>,
        slot: &Arc<Slot>,
        remote: &Remote,
        commit: &CommitSha,
    ) -> Result<Arc<Store>, GitError> {
        let at = Arc::clone(slot);
        let known = self.blocking("opening a mirror", move || at.open()).await?;
        if let Some(store) = &known {
            match self.verify(store, commit).await {
                Err(GitError::CommitGone(_)) => {}
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
            Err(GitError::CommitGone(_)) => Err(GitError::Protocol("its pack does not hold the commit")),
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

    async fn discard(&self, slot: &Arc<Slot>) -> Result<(), GitError> {
        self.dropped.fetch_add(1, Ordering::Relaxed);
        tracing::warn!("a damaged mirror is dropped and fetched afresh");
        let at = Arc::clone(slot);
        self.blocking("deleting a mirror", move || at.discard()).await
    }

    fn slot(&self, key: &str) -> Result<Arc<Slot>, GitError> {
        let plain = Path::new(key).components().all(|part| matches!(part, Component::Normal(_)));
        if key.is_empty() || !plain {
            return Err(GitError::Disk(std::io::ErrorKind::InvalidFilename));
        }
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Slot::new(self.root.join(key), self.settings.total_timeout * 2));
        Ok(Arc::clone(slots.entry(key.to_owned()).or_insert_with(new)))
    }

    async fn turn<'a>(&self, slot: &'a Slot) -> Result<tokio::sync::MutexGuard<'a, ()>, GitError> {
        self.within("waiting for another fetch", async { Ok(slot.turn.lock().await) }).await
    }

    async fn within<T>(
        &self,
        what: &'static str,
        work: impl Future<Output = Result<T, GitError>>,
    ) -> Result<T, GitError> {
        let limit: Duration = self.settings.total_timeout;
        timeout(limit, work).await.unwrap_or(Err(GitError::Timeout { what, limit }))
    }

    async fn blocking<T, F>(&self, what: &'static str, work: F) -> Result<T, GitError>
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
