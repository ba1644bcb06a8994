//! Things done once on GitHub: the intent is written before, the result after (I2).

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{EffectId, TaskId};

/// Where an effect stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EffectStatus {
    /// About to be done, or done with unknown outcome: look it up before doing it again.
    Intended,
    /// Done; `external_id` says what GitHub calls it.
    Done,
    /// Cannot be done (issue locked, thread gone).
    Failed,
}

impl EffectStatus {
    /// The word stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Intended, Self::Done, Self::Failed].into_iter().find(|s| s.as_str() == word)
    }
}

/// An effect row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Our id; the hidden marker in a comment carries it.
    pub id: EffectId,
    /// The task it belongs to; `None` for replies outside a task.
    pub task_id: Option<TaskId>,
    /// Unique name of the thing: `status:<round>`, `candidate:<run>`, `reply:<comment>:<n>`, `pull:<run>` …
    pub key: String,
    /// Where it stands.
    pub status: EffectStatus,
    /// Whether a request may have reached GitHub (set before it is sent).
    pub tried: bool,
    /// GitHub's id of the result (comment id, pull number).
    pub external_id: Option<i64>,
    /// GitHub's global node id of the result.
    pub node_id: Option<String>,
    /// Fingerprint of the text last written.
    pub body_sha256: Option<String>,
    /// When it was first intended.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
}
