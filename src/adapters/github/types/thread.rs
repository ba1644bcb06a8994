//! Issues, comments, reactions and pull requests.

use std::collections::BTreeMap;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{CommentId, GithubRepoId};
use crate::domain::pull::PullStatus;
use crate::domain::reaction::ReactionContent;
use crate::domain::repo::{BranchName, CommitSha};

use super::Actor;

/// An issue (or the issue side of a pull request).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Number within the repository.
    pub number: i64,
    /// Whether it is open.
    pub open: bool,
    /// Whether only writers may comment.
    pub locked: bool,
    /// Whether it is a pull request.
    pub is_pull: bool,
    /// Title as written.
    pub title: String,
    /// Body as written; empty when there is none.
    pub body: String,
    /// Who opened it; `None` for a deleted account.
    pub author: Option<Actor>,
    /// Names of its labels.
    pub labels: Vec<String>,
    /// The page for people.
    pub url: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A comment on an issue or pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// GitHub's number.
    pub id: CommentId,
    /// GitHub's global id, for GraphQL.
    pub node_id: String,
    /// Markdown as written.
    pub body: String,
    /// Who wrote it; `None` for a deleted account.
    pub author: Option<Actor>,
    /// The App through which it was written.
    pub app_id: Option<i64>,
    /// The issue or pull request it stands under.
    pub issue_number: i64,
    /// The page for people.
    pub url: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last edited (equal to `created_at` when never).
    pub updated_at: Timestamp,
}

/// One reaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// GitHub's number.
    pub id: i64,
    /// Which.
    pub content: ReactionContent,
    /// Whose; `None` for a deleted account.
    pub author: Option<Actor>,
    /// Since when.
    pub created_at: Timestamp,
}

/// How many reactions of each kind a comment has; kinds with none are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentRollup {
    /// The comment.
    pub id: CommentId,
    /// Counts above zero.
    pub reactions: BTreeMap<ReactionContent, u64>,
}

/// The roll-ups of all comments of one issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollups {
    /// GitHub said that nothing changed since this process last asked (the call was free).
    pub unchanged: bool,
    /// In order of creation; complete also when unchanged.
    pub comments: Vec<CommentRollup>,
}

/// A pull request to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPull {
    /// Title.
    pub title: String,
    /// Branch of this repository that holds the commit.
    pub head: BranchName,
    /// Branch to merge into.
    pub base: BranchName,
    /// Markdown.
    pub body: String,
    /// Open as a draft.
    pub draft: bool,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullInfo {
    /// Number within the repository.
    pub number: i64,
    /// GitHub's global id.
    pub node_id: String,
    /// The page for people.
    pub url: String,
    /// Open, closed or merged.
    pub status: PullStatus,
    /// Whether it is a draft.
    pub draft: bool,
    /// Title as it stands.
    pub title: String,
    /// Body as it stands; empty when there is none.
    pub body: String,
    /// Who opened it.
    pub author: Option<Actor>,
    /// Name of its head branch.
    pub head: String,
    /// Its head commit.
    pub head_sha: CommitSha,
    /// The repository of its head; `None` when that was deleted.
    pub head_repo: Option<GithubRepoId>,
    /// Name of its base branch.
    pub base: String,
    /// When it was opened.
    pub created_at: Timestamp,
}
