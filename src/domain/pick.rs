//! A pick: one person's choice of a candidate, and what became of it.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{PickId, PullId, RunId, TaskId};
use super::permission::Person;
use super::repo::CommitSha;
use super::sha256::Sha256Hex;

/// How the choice reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PickSource {
    /// 🚀 on the candidate's comment.
    Reaction,
    /// The checkbox in the status comment.
    Checkbox,
    /// `/bakeoff pick B`.
    Command,
    /// The button of the web view.
    Web,
    /// `POST /v1/tasks/{id}/prs`.
    Rest,
}

impl PickSource {
    /// The word stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reaction => "reaction",
            Self::Checkbox => "checkbox",
            Self::Command => "command",
            Self::Web => "web",
            Self::Rest => "rest",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Reaction, Self::Checkbox, Self::Command, Self::Web, Self::Rest].into_iter().find(|s| s.as_str() == word)
    }
}

/// Where a pick stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PickStatus {
    /// Accepted: its pull request is being opened. At most one of these per task.
    Opening,
    /// Its pull request is open (or was, once).
    Opened,
    /// The base moved and conflicts; nothing was pushed.
    Stale,
    /// It could not be done; the reason says why.
    Failed,
}

impl PickStatus {
    /// The word stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Opened => "opened",
            Self::Stale => "stale",
            Self::Failed => "failed",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Opening, Self::Opened, Self::Stale, Self::Failed].into_iter().find(|s| s.as_str() == word)
    }
}

/// A pick row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// Our id.
    pub id: PickId,
    /// The task it decides.
    pub task_id: TaskId,
    /// The candidate chosen.
    pub run_id: RunId,
    /// How it came.
    pub source: PickSource,
    /// Who chose; `None` for a REST token without a login.
    pub person: Option<Person>,
    /// The REST token's name.
    pub token_name: Option<String>,
    /// The hash of the patch that was shown.
    pub patch_sha256: Sha256Hex,
    /// The pull request that gets a commit; `None` opens one.
    pub pull_id: Option<PullId>,
    /// The commit, from just before it is pushed.
    pub commit: Option<CommitSha>,
    /// A title given over REST.
    pub title: Option<String>,
    /// A body given over REST.
    pub body: Option<String>,
    /// Where it stands.
    pub status: PickStatus,
    /// One sentence when it is stale or failed, or a note ("base moved 2 commits, no conflict").
    pub note: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
}
