//! What can come of asking the model.

use crate::adapters::llm::{ChatAnswer, ChatRequest, ModelError, Stop};
use crate::domain::failure::FailureKind;

use super::{Agent, Desk, DeskError, Ending, sentence};

/// Why a call brought no answer.
#[derive(Debug)]
pub enum Halt {
    /// No money is left for it: one sentence.
    NoMoney(String),
    /// Stopped from outside, or the spending could not be written down.
    Desk(DeskError),
    /// The provider's fault or refusal.
    Model(ModelError),
    /// The model that is to answer takes no tools, and the question holds some.
    NoTools,
}

impl From<DeskError> for Halt {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::OverBudget(why) => Self::NoMoney(sentence(&why)),
            other => Self::Desk(other),
        }
    }
}

impl From<Halt> for Ending {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::NoMoney(why) => Self::Failed(FailureKind::OverBudget, why),
            Halt::Desk(DeskError::Stopped) => Self::Stopped,
            Halt::Desk(DeskError::OverBudget(why)) => Self::Failed(FailureKind::OverBudget, sentence(&why)),
            Halt::Desk(error @ DeskError::Unavailable) => Self::Later(error.to_string()),
            Halt::Model(ModelError::CutOff { .. }) => {
                let why = "The answer was cut off before its end, so it was not used.";
                Self::Failed(FailureKind::CutOff, why.into())
            }
            Halt::Model(other) => Self::Failed(kind_of(&other), other.to_string()),
            Halt::NoTools => Self::Failed(FailureKind::Provider, ModelError::ToolsUnsupported.to_string()),
        }
    }
}

impl Agent {
    /// Asks; the answer is made shorter where the money asks for it.
    pub(super) async fn ask(&self, request: &mut ChatRequest, desk: &dyn Desk) -> Result<ChatAnswer, Halt> {
        self.asker.ask(request, self.deadline, desk).await
    }
}

/// The words of an answer that may be used, or why it may not.
pub fn usable_text(answer: &ChatAnswer) -> Result<String, Ending> {
    let failed = |kind, why: &str| Err(Ending::Failed(kind, why.into()));
    match answer.stop {
        Stop::Length => {
            failed(FailureKind::CutOff, "The answer was cut off at the model's output limit, so it was not used.")
        }
        Stop::Refusal => failed(FailureKind::Refused, "The model declined to answer."),
        Stop::Filtered => failed(FailureKind::Refused, "The provider's content filter stopped the answer."),
        Stop::End | Stop::ToolCalls => Ok(answer.text.clone()),
    }
}

/// What kind of failure a call's error is.
fn kind_of(error: &ModelError) -> FailureKind {
    match error {
        ModelError::CutOff { .. } => FailureKind::CutOff,
        ModelError::Timeout { .. } => FailureKind::TimedOut,
        ModelError::Refused => FailureKind::Refused,
        _ => FailureKind::Provider,
    }
}
