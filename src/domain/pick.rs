//! A pick: one person's choice of a candidate, and what became of it.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{PickId, PullId, RunId, TaskId};
use super::permission::Person;
use super::repo::{BranchName, CommitSha};
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

/// What a pick opens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PickForm {
    /// A pull request with our description.
    #[default]
    Pull,
    /// A pull request that fills the repository's template.
    Template,
    /// Only its branch: a person opens the pull request from there.
    Branch,
}

impl PickForm {
    /// The word stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Template => "template",
            Self::Branch => "branch",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Pull, Self::Template, Self::Branch].into_iter().find(|form| form.as_str() == word)
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
    /// Its branch stands; a person opens the pull request, or nobody does.
    Linked,
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
            Self::Linked => "linked",
            Self::Stale => "stale",
            Self::Failed => "failed",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Opening, Self::Opened, Self::Linked, Self::Stale, Self::Failed];
        all.into_iter().find(|s| s.as_str() == word)
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
    /// What it opens.
    pub form: PickForm,
    /// The branch that was pushed for a person to open a pull request from.
    pub branch: Option<BranchName>,
    /// The branch that pull request goes to.
    pub target: Option<BranchName>,
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
