//! All mirrors under one folder, and everything that talks to git servers.

use std::path::PathBuf;
use std::sync::Arc;

use super::keeper::Inner;
use super::push::Push;
use super::{BuiltCommit, GitError, GitSettings, GitStats, Head, Mirror, PushOutcome, Refs, Remote, local, refs};
use crate::domain::repo::{BranchName, CommitSha};

/// The mirrors of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mirrors(Arc<Inner>);

impl Mirrors {
    /// Mirrors in folders under `root`, which need not exist yet. Fails when the file of certificate
    /// authorities cannot be read.
    pub fn new(root: PathBuf, settings: GitSettings) -> Result<Self, GitError> {
        Inner::new(root, settings).map(|inner| Self(Arc::new(inner)))
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
        self.0.stats()
    }
}
