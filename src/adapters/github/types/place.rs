//! A repository and its commits.

use crate::domain::ids::GithubRepoId;
use crate::domain::repo::{BranchName, RepoName};

/// A repository as GitHub describes it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoInfo {
    /// GitHub's number.
    pub id: GithubRepoId,
    /// Owner and name of the moment (new after a rename).
    pub name: RepoName,
    /// The branch that new work starts from.
    pub default_branch: BranchName,
    /// Not public.
    pub private: bool,
    /// Read-only.
    pub archived: bool,
    /// Switched off by GitHub.
    pub disabled: bool,
}

/// A file of the default branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInfo {
    /// git's name of its content.
    pub blob: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its bytes; `None` when GitHub does not send files of this size.
    pub bytes: Option<Vec<u8>>,
}

/// How two commits lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareStatus {
    /// Head continues base.
    Ahead,
    /// Base continues head.
    Behind,
    /// Both have commits of their own.
    Diverged,
    /// The same commit.
    Identical,
}

/// A comparison of two commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compare {
    /// Commits that head has and base lacks.
    pub ahead_by: u64,
    /// Commits that base has and head lacks.
    pub behind_by: u64,
    /// How they lie.
    pub status: CompareStatus,
}
