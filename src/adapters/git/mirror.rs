//! One repository's bare mirror.

use super::{BuiltCommit, CommitSpec, GitError, MergeOutcome, TreeView};
use crate::domain::repo::CommitSha;
use crate::domain::tree::TreeChange;

/// A mirror that has at least the commit it was fetched for. Cheap to clone; methods may be called
/// from any task, each has a deadline.
#[derive(Debug, Clone)]
pub struct Mirror(());

impl Mirror {
    /// The files of a commit. `CommitGone` when the mirror does not have it.
    pub async fn tree(&self, commit: &CommitSha) -> Result<TreeView, GitError> {
        Err(GitError::CommitGone(commit.clone()))
    }

    /// Builds a commit in memory; nothing is written to disk.
    pub async fn build_commit(&self, spec: CommitSpec) -> Result<BuiltCommit, GitError> {
        Err(GitError::CommitGone(spec.parent))
    }

    /// Whether `changes`, made on `base`, can be merged into `head` without a conflict. The mirror
    /// must have both commits.
    pub async fn merge_check(
        &self,
        base: &CommitSha,
        _head: &CommitSha,
        _changes: Vec<TreeChange>,
    ) -> Result<MergeOutcome, GitError> {
        Err(GitError::CommitGone(base.clone()))
    }

    /// Runs `work` (reading a `TreeView`, applying a patch) on a thread of its own with the deadline
    /// of a git call; past it the work is abandoned, counted, and the mirror dropped (F133).
    pub async fn run<T, F>(&self, work: F) -> Result<T, GitError>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, GitError> + Send + 'static,
    {
        work()
    }
}
