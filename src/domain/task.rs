//! A task: one issue's (or one REST user's) conversation, rounds and pull request.

use super::clock::Timestamp;
use super::ids::{RepoId, TaskId};
use super::issue::IssueRef;

/// A task row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Our id.
    pub id: TaskId,
    /// The repository it works on.
    pub repo_id: RepoId,
    /// The issue's title, or what the REST client gave.
    pub title: Option<String>,
    /// The issue; `None` for a task made over REST.
    pub issue: Option<IssueRef>,
    /// The number of the newest round; 0 before the first.
    pub round: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When anything in it last changed.
    pub updated_at: Timestamp,
}
