//! What ends the loop of a tool agent before the model does, and how that is told.

use std::fmt;

use crate::domain::failure::FailureKind;

/// How far one run may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoopLimits {
    /// Answers of the model.
    pub steps: u32,
    /// Input tokens over all calls, cached ones included.
    pub input_tokens: i64,
    /// Equal failures one after the other.
    pub equal_failures: u32,
}

impl Default for LoopLimits {
    fn default() -> Self {
        Self { steps: 40, input_tokens: 1_000_000, equal_failures: 3 }
    }
}

/// Which limit was reached. `Display` goes on from "stopped".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limit {
    /// Answers.
    Steps(u32),
    /// The run's deadline.
    Time,
    /// Input tokens over all calls.
    InputTokens(i64),
    /// The budget: one sentence about what is left.
    Money(String),
    /// The conversation does not fit one call any more, even shortened.
    Context,
    /// Output tokens of one answer, twice.
    AnswerLength,
    /// The same failure so many times in a row, and what failed.
    Failures(u32, &'static str),
    /// Edits in plain text that could not be applied again and again.
    RefusedAnswers,
    /// The model that went on without tools brought nothing: its failure as a sentence.
    OtherModel(FailureKind, String),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps(steps) => write!(f, "at the limit of {steps} steps"),
            Self::Time => f.write_str("at the run's time limit"),
            Self::InputTokens(tokens) => write!(f, "at the limit of {tokens} input tokens"),
            Self::Money(_) => f.write_str("at the limit of its budget"),
            Self::Context => f.write_str("because the conversation grew too long for one call"),
            Self::AnswerLength => f.write_str("because an answer was cut off at the model's output limit again"),
            Self::RefusedAnswers => f.write_str("because its last edits could not be applied"),
            Self::OtherModel(..) => {
                f.write_str("because the model that went on without tools brought no usable answer")
            }
            Self::Failures(times, what) => write!(f, "after the same failure {times} times in a row ({what})"),
        }
    }
}

impl Limit {
    /// What a reviewer is told about a patch that was not finished.
    pub fn note(&self) -> String {
        format!("stopped {self}; this is the patch so far")
    }

    /// What kind of failure it is when nothing had been changed yet.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Time => FailureKind::TimedOut,
            Self::Money(_) => FailureKind::OverBudget,
            Self::AnswerLength => FailureKind::CutOff,
            Self::Failures(..) | Self::RefusedAnswers => FailureKind::NoUsableEdit,
            Self::Steps(_) | Self::InputTokens(_) | Self::Context => FailureKind::OutOfSteps,
            Self::OtherModel(kind, _) => *kind,
        }
    }

    /// What people are told when nothing had been changed yet.
    pub fn failure(&self) -> String {
        match self {
            Self::Money(why) | Self::OtherModel(_, why) => why.clone(),
            other => format!("The run was stopped {other}, before anything was changed."),
        }
    }
}

/// Counts equal failures in a row.
#[derive(Debug, Default)]
pub struct Failures {
    last: String,
    count: u32,
}

impl Failures {
    /// Something worked.
    pub fn reset(&mut self) {
        self.count = 0;
    }

    /// One more; tells how many equal ones there are in a row.
    pub fn note(&mut self, what: &str) -> u32 {
        self.count = if self.count > 0 && self.last == what { self.count + 1 } else { 1 };
        what.clone_into(&mut self.last);
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_equal_failures_in_a_row_count() {
        let mut failures = Failures::default();
        let counts: Vec<u32> = ["a", "a", "b", "a", "a"].iter().map(|what| failures.note(what)).collect();
        assert_eq!(counts, [1, 2, 1, 1, 2]);
        failures.reset();
        assert_eq!(failures.note("a"), 1);
    }
}
