//! A round: one `/bakeoff`, its pinned commit, and the life of its choice.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{CommentId, PullId, RoundId, RunId, TaskId};
use super::money::UsdMicros;
use super::permission::Person;
use super::repo::CommitSha;
use super::sha256::Sha256Hex;
use super::terms::Terms;

/// Where a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoundStatus {
    /// At least one candidate is still working.
    Running,
    /// Every candidate is done and a person may choose.
    Choosing,
    /// A choice was made and its pull request is open or opening.
    Picked,
    /// The pull request was merged.
    Merged,
    /// No candidate has a patch.
    Failed,
    /// A person stopped it before there was a choice.
    Canceled,
    /// Nobody chose in time; `/bakeoff status` renews it.
    Expired,
    /// A newer round took its place.
    Superseded,
}

impl RoundStatus {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Running,
        Self::Choosing,
        Self::Picked,
        Self::Merged,
        Self::Failed,
        Self::Canceled,
        Self::Expired,
        Self::Superseded,
    ];

    /// The word stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Choosing => "choosing",
            Self::Picked => "picked",
            Self::Merged => "merged",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }

    /// Whether the machine allows this step.
    pub fn may_become(self, next: Self) -> bool {
        use RoundStatus as S;
        match self {
            S::Running => next != S::Running && next != S::Expired && next != S::Merged,
            // Back to running: `retry` and `add` put another candidate to work.
            S::Choosing => !matches!(next, S::Choosing | S::Failed),
            // Back to choosing: the pull request was closed unmerged, or the pick failed.
            S::Picked => matches!(next, S::Choosing | S::Merged | S::Superseded),
            S::Failed | S::Canceled | S::Superseded => next == S::Running || next == S::Superseded && self != next,
            S::Expired => matches!(next, S::Choosing | S::Running | S::Picked | S::Superseded),
            S::Merged => false,
        }
    }
}

/// What started a round, kept so that blame, dedupe and the edit check work (M05, M14).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// Who commanded it; `None` for a REST token without a login.
    pub requester: Option<Person>,
    /// The name of the REST token that started it.
    pub token_name: Option<String>,
    /// The comment that held the command; `None` for a label, an opening text or REST.
    pub comment_id: Option<CommentId>,
    /// Which command of that comment, counted from 0.
    pub ordinal: i64,
    /// Fingerprint of the comment as sent.
    pub comment_sha256: Option<Sha256Hex>,
    /// Fingerprint of the issue title used.
    pub title_sha256: Option<Sha256Hex>,
    /// Fingerprint of the issue body used.
    pub body_sha256: Option<Sha256Hex>,
}

impl Origin {
    /// Whether its instruction was written on a page of GitHub, which shows markup its own way.
    pub fn is_on_github(&self) -> bool {
        self.comment_id.is_some() || self.body_sha256.is_some()
    }
}

/// What the models are told of the issue: the texts of the signed payload, and the thread before the command.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Brief {
    /// The title.
    pub title: Option<String>,
    /// The text.
    pub body: String,
    /// Earlier comments of people who may write, oldest first.
    pub thread: Vec<String>,
}

/// A round row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Our id.
    pub id: RoundId,
    /// The task it belongs to.
    pub task_id: TaskId,
    /// 1 for the task's first.
    pub number: i64,
    /// Where it stands.
    pub status: RoundStatus,
    /// The branch, tag or commit that was named or is the default.
    pub base_ref: String,
    /// The commit every candidate works on.
    pub base_commit: CommitSha,
    /// The instruction beside the text; may be empty for a command.
    pub instruction: String,
    /// The texts as they were sent.
    pub brief: Brief,
    /// The folder the candidates may touch; `None` for all.
    pub path: Option<String>,
    /// The most the round may spend.
    pub budget: UsdMicros,
    /// How it came about.
    pub origin: Origin,
    /// The candidate whose patch the models go on from.
    pub starts_from: Option<RunId>,
    /// The pull request of ours that a pick adds a commit to, and under which the round is told; `None` for a round
    /// of the task's issue, whose pick opens one.
    pub pull_id: Option<PullId>,
    /// What the repository's file decided when it began.
    pub terms: Terms,
    /// When the choice ends.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merged_round_is_final_and_words_round_trip() {
        for status in RoundStatus::ALL {
            assert_eq!(RoundStatus::parse(status.as_str()), Some(status));
            assert!(!RoundStatus::Merged.may_become(status));
            assert!(!status.may_become(status), "{status:?} is no step");
        }
    }
}
