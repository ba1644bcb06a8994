//! What can come of asking the model.

use crate::adapters::llm::{ChatAnswer, ChatRequest, ModelError, Stop};

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
            Halt::NoMoney(why) => Self::Failed(why),
            Halt::Desk(DeskError::Stopped) => Self::Stopped,
            Halt::Desk(DeskError::OverBudget(why)) => Self::Failed(sentence(&why)),
            Halt::Desk(error @ DeskError::Unavailable) => Self::Later(error.to_string()),
            Halt::Model(ModelError::CutOff { .. }) => {
                Self::Failed("The answer was cut off before its end, so it was not used.".into())
            }
            Halt::Model(other) => Self::Failed(other.to_string()),
            Halt::NoTools => Self::Failed(ModelError::ToolsUnsupported.to_string()),
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
    match answer.stop {
        Stop::Length => {
            Err(Ending::Failed("The answer was cut off at the model's output limit, so it was not used.".into()))
        }
        Stop::Refusal => Err(Ending::Failed("The model declined to answer.".into())),
        Stop::Filtered => Err(Ending::Failed("The provider's content filter stopped the answer.".into())),
        Stop::End | Stop::ToolCalls => Ok(answer.text.clone()),
    }
}
