//! A run: one model's attempt at a patch, and the only ways its status may change (I3).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::failure::FailureKind;
use super::ids::{ModelId, RoundId, RunId, TaskId};
use super::model::Provider;
use super::money::{Usage, UsdMicros};
use super::patch::FileDiff;
use super::repo::CommitSha;
use super::sha256::Sha256Hex;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// Waiting for a worker.
    Queued,
    /// A worker has it.
    Running,
    /// It ended with a patch, or with nothing to change.
    Succeeded,
    /// It ended without a usable answer.
    Failed,
    /// A person stopped it.
    Canceled,
}

impl RunStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Succeeded, Self::Failed, Self::Canceled];

    /// The word stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }

    /// Whether nothing may change it any more.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Canceled)
    }

    /// Whether the machine allows this step. A lost lease lets a running run start again.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Queued => matches!(next, Self::Running | Self::Failed | Self::Canceled),
            Self::Running => next != Self::Queued,
            Self::Succeeded | Self::Failed | Self::Canceled => false,
        }
    }
}

/// A candidate's letter within its round: A … Z, then AA, AB …
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Letter(u16);

impl Letter {
    /// The letter at `index`, counted from 0.
    pub fn at(index: usize) -> Self {
        Self(u16::try_from(index).unwrap_or(u16::MAX))
    }

    /// Its place, counted from 0.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Reads `B` or `b`, `AA`; at most two letters.
    pub fn parse(text: &str) -> Option<Self> {
        let upper = text.to_ascii_uppercase();
        match upper.as_bytes() {
            [a @ b'A'..=b'Z'] => Some(Self(u16::from(a - b'A'))),
            [a @ b'A'..=b'Z', b @ b'A'..=b'Z'] => Some(Self((u16::from(a - b'A') + 1) * 26 + u16::from(b - b'A'))),
            _ => None,
        }
    }
}

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let glyph = |n: u16| char::from(b'A' + u8::try_from(n % 26).unwrap_or(0));
        match self.0 {
            n @ 0..=25 => write!(f, "{}", glyph(n)),
            n => write!(f, "{}{}", glyph(n / 26 - 1), glyph(n)),
        }
    }
}

/// What a finished attempt leaves in its row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunResult {
    /// The model's own words, cleaned and bounded.
    pub summary: Option<String>,
    /// The git-format diff; empty text means "nothing to change"; `None` means no usable answer.
    pub patch: Option<String>,
    /// Hash of `patch` when it is not empty.
    pub patch_sha256: Option<Sha256Hex>,
    /// The diff by file.
    pub files_changed: Vec<FileDiff>,
    /// Things a reviewer should know (fuzzy places, files that CI executes, invisible characters).
    pub warnings: Vec<String>,
    /// One sentence when it failed.
    pub error: Option<String>,
    /// What kind of failure that was.
    pub failure: Option<FailureKind>,
    /// Tokens of all its calls.
    pub usage: Usage,
    /// Their price.
    pub cost: UsdMicros,
    /// The name of the model that answered in place of the run's own.
    pub answered_by: Option<String>,
}

/// A run row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Our id.
    pub id: RunId,
    /// The task it works for.
    pub task_id: TaskId,
    /// The round it belongs to.
    pub round_id: RoundId,
    /// The round's number within the task.
    pub round: i64,
    /// Its letter within the round.
    pub letter: Letter,
    /// The profile; `None` once that was deleted.
    pub model_id: Option<ModelId>,
    /// The vendor, kept although the profile may go.
    pub provider: Provider,
    /// The vendor's name of the model, kept likewise.
    pub model_name: String,
    /// The name shown to people.
    pub model_label: String,
    /// What the model was asked.
    pub instruction: String,
    /// The branch, tag or commit that was named.
    pub base_ref: Option<String>,
    /// The pinned commit.
    pub base_commit: CommitSha,
    /// Where it stands.
    pub status: RunStatus,
    /// How often a worker has started it; the fencing token of its writes (M54).
    pub attempt: i64,
    /// A person asked to stop it; seen at the next heartbeat.
    pub cancel_requested: bool,
    /// The most it may spend.
    pub budget: UsdMicros,
    /// What it left.
    pub result: RunResult,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When a worker first took it.
    pub started_at: Option<Timestamp>,
    /// When it became terminal.
    pub completed_at: Option<Timestamp>,
}

impl Run {
    /// Who answered, as people read it.
    pub fn answerer(&self) -> String {
        match &self.result.answered_by {
            Some(other) => format!("{other} (fallback for {})", self.model_label),
            None => self.model_label.clone(),
        }
    }

    /// Whether it can be picked: it succeeded and holds a patch.
    pub fn has_patch(&self) -> bool {
        self.status == RunStatus::Succeeded && self.result.patch.as_ref().is_some_and(|p| !p.is_empty())
    }
}

/// One line of a run's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Counted from 1 within the run.
    pub line_number: i64,
    /// The text, without a line end.
    pub content: String,
    /// When it was written.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_round_trip() {
        for index in [0, 1, 25, 26, 27, 255, 701] {
            let letter = Letter::at(index);
            assert_eq!(Letter::parse(&letter.to_string()), Some(letter), "{letter}");
        }
        assert_eq!(Letter::parse("b"), Some(Letter::at(1)));
        assert_eq!((Letter::parse("1"), Letter::parse(""), Letter::parse("ABC")), (None, None, None));
    }

    #[test]
    fn i3_a_terminal_status_never_changes() {
        for from in RunStatus::ALL {
            assert_eq!(RunStatus::parse(from.as_str()), Some(from));
            for to in RunStatus::ALL {
                assert!(!(from.is_terminal() && from.may_become(to)), "{from:?} → {to:?}");
                assert!(to != RunStatus::Queued || !from.may_become(to), "{from:?} → {to:?}");
            }
        }
    }
}
