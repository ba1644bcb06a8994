//! All mirrors under one folder, and everything that talks to git servers.

use std::path::PathBuf;

use super::{BuiltCommit, GitError, GitSettings, GitStats, Head, Mirror, PushOutcome, Refs, Remote};
use crate::domain::repo::{BranchName, CommitSha};

/// The mirrors of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mirrors(());

impl Mirrors {
    /// Mirrors in folders under `root`, which need not exist yet.
    pub fn new(_root: PathBuf, _settings: GitSettings) -> Result<Self, GitError> {
        Ok(Self(()))
    }

    /// The refs whose full names start with one of `prefixes` (`HEAD`, `refs/heads/x`).
    pub async fn ls_refs(&self, _remote: &Remote, _prefixes: &[&str]) -> Result<Refs, GitError> {
        Ok(Refs::default())
    }

    /// The default branch. `Empty` when the repository has no commit.
    pub async fn head(&self, _remote: &Remote) -> Result<Head, GitError> {
        Err(GitError::Empty)
    }

    /// The mirror `key` (a folder below the root, such as `Repo::mirror()`), with `commit` in it: from
    /// disk when it is there, else fetched with depth 1. One fetch a mirror at a time; others wait.
    pub async fn fetch(&self, _key: &str, _remote: &Remote, commit: &CommitSha) -> Result<Mirror, GitError> {
        Err(GitError::CommitGone(commit.clone()))
    }

    /// Points `branch` at `commit`: made when `expected_old` is `None`, else moved from there. Never
    /// forced.
    pub async fn push_branch(
        &self,
        _remote: &Remote,
        _branch: &BranchName,
        _commit: &BuiltCommit,
        _expected_old: Option<&CommitSha>,
    ) -> Result<PushOutcome, GitError> {
        Err(GitError::RepositoryGone)
    }

    /// Deletes a mirror (repository gone, or disk wanted back).
    pub async fn remove(&self, _key: &str) -> Result<(), GitError> {
        Ok(())
    }

    /// Counters of the moment.
    pub fn stats(&self) -> GitStats {
        GitStats::default()
    }
}
