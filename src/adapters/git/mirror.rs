//! One repository's bare mirror.

use std::sync::Arc;

use super::keeper::Inner;
use super::store::Store;
use super::{BuiltCommit, CommitSpec, GitError, MergeOutcome, Merged, TreeView, workshop};
use crate::domain::repo::CommitSha;
use crate::domain::tree::TreeChange;

/// A mirror that has at least the commit it was fetched for. Cheap to clone; methods may be called
/// from any task, each has a deadline.
#[derive(Debug, Clone)]
pub struct Mirror {
    pub(super) inner: Arc<Inner>,
    pub(super) store: Arc<Store>,
}

impl Mirror {
    /// The files of a commit. `NotHere` when the mirror does not have it.
    pub async fn tree(&self, commit: &CommitSha) -> Result<TreeView, GitError> {
        let (inner, store, commit) = (Arc::clone(&self.inner), Arc::clone(&self.store), commit.clone());
        self.run(move || inner.view(store, &commit)).await
    }

    /// Builds a commit in memory; nothing is written to disk. `BadChange` says what cannot be done.
    pub async fn build_commit(&self, spec: CommitSpec) -> Result<BuiltCommit, GitError> {
        let store = Arc::clone(&self.store);
        self.run(move || workshop::build(&store, &spec)).await
    }

    /// Whether `changes`, made on `base`, can be merged into `head` without a conflict. The mirror
    /// must have both commits: fetch `base` and hold on to what you get while you fetch `head`.
    pub async fn merge_check(
        &self,
        base: &CommitSha,
        head: &CommitSha,
        changes: Vec<TreeChange>,
    ) -> Result<MergeOutcome, GitError> {
        Ok(match self.merge(base, head, changes).await? {
            Merged::Clean(_) => MergeOutcome::Clean,
            Merged::Conflict(paths) => MergeOutcome::Conflict(paths),
        })
    }

    /// Likewise, with what comes out as changes to `head`.
    pub async fn merge(
        &self,
        base: &CommitSha,
        head: &CommitSha,
        changes: Vec<TreeChange>,
    ) -> Result<Merged, GitError> {
        let (store, base, head) = (Arc::clone(&self.store), base.clone(), head.clone());
        self.run(move || workshop::merge(&store, &base, &head, &changes)).await
    }

    /// Runs `work` (reading a `TreeView`, applying a patch) on a thread of its own with the deadline
    /// of a git call; past it the work is abandoned, counted, and the mirror dropped (F133).
    pub async fn run<T, F>(&self, work: F) -> Result<T, GitError>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, GitError> + Send + 'static,
    {
        let result = self.inner.pool.run("reading the repository", self.inner.settings.call_timeout, work).await;
        if let Err(GitError::Timeout { .. } | GitError::Crashed) = result {
            self.store.damage();
        }
        result
    }
}
