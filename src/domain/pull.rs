//! A pull request that the bot opened.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{PullId, RunId, TaskId};
use super::repo::{BranchName, CommitSha};

/// Kept true by webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PullStatus {
    /// Waiting for review.
    Open,
    /// Closed without merging; a pick may open a new one.
    Closed,
    /// Merged; nothing can be picked any more.
    Merged,
}

impl PullStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Closed, Self::Merged];

    /// The word stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Merged => "merged",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

/// A pull request row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Our id.
    pub id: PullId,
    /// The task it solves.
    pub task_id: TaskId,
    /// The candidate it came from.
    pub run_id: RunId,
    /// GitHub's number.
    pub number: i64,
    /// The page for people.
    pub url: String,
    /// Its head branch.
    pub branch: BranchName,
    /// Its title.
    pub title: String,
    /// Its description.
    pub body: Option<String>,
    /// Its head commit.
    pub head: CommitSha,
    /// Where it stands.
    pub status: PullStatus,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When the row last changed.
    pub updated_at: Timestamp,
}
