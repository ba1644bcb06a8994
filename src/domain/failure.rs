//! Why a run failed, in one word: what the leaderboard counts. The sentence for people stands beside it.

use serde::{Deserialize, Serialize};

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The model declined, or its vendor's content filter stopped it.
    Refused,
    /// The answer ended before its end, or at the model's output limit.
    CutOff,
    /// Nothing came in time, or the run's own time was over.
    TimedOut,
    /// No money was left for it.
    OverBudget,
    /// The vendor's side: key, credit, rate, fault, or an answer that is none.
    Provider,
    /// It answered, and no edit in it could be applied.
    NoUsableEdit,
    /// The steps, the tokens or the room of a conversation were used up before anything was changed.
    OutOfSteps,
    /// The patch was not allowed: a secret in it.
    Forbidden,
    /// Not the model's doing: interrupted, the repository, an older version that did not write it down.
    Other,
}

impl FailureKind {
    /// All of them, in the order they are told.
    pub const ALL: [Self; 9] = [
        Self::Refused,
        Self::CutOff,
        Self::TimedOut,
        Self::OverBudget,
        Self::Provider,
        Self::NoUsableEdit,
        Self::OutOfSteps,
        Self::Forbidden,
        Self::Other,
    ];

    /// The word stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::CutOff => "cut_off",
            Self::TimedOut => "timed_out",
            Self::OverBudget => "over_budget",
            Self::Provider => "provider",
            Self::NoUsableEdit => "no_usable_edit",
            Self::OutOfSteps => "out_of_steps",
            Self::Forbidden => "forbidden",
            Self::Other => "other",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::CutOff => "cut off",
            Self::TimedOut => "timed out",
            Self::OverBudget => "over budget",
            Self::Provider => "provider error",
            Self::NoUsableEdit => "no usable edit",
            Self::OutOfSteps => "out of steps",
            Self::Forbidden => "patch not allowed",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_round_trip() {
        for kind in FailureKind::ALL {
            assert_eq!(FailureKind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(FailureKind::parse("boredom"), None);
    }
}
