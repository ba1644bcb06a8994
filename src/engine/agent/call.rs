//! One call of the model: its price set aside before, what it took written down after.

use crate::adapters::llm::{ChatAnswer, ChatRequest, ModelError, RetryPolicy, Stop, retrying};
use crate::domain::money::{Usage, UsdMicros};

use super::spend::{LEAST_OUTPUT_TOKENS, affordable_output, planned_input, price};
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
        }
    }
}

impl Agent {
    /// Asks; the answer is made shorter where the money asks for it.
    pub(super) async fn ask(&self, request: &mut ChatRequest, desk: &dyn Desk) -> Result<ChatAnswer, Halt> {
        let input = planned_input(request);
        let available = desk.available().await?;
        let prices = &self.limits.prices;
        let Some(output) = affordable_output(prices, input, self.limits.max_output_tokens, available) else {
            let needed = price(prices, input, LEAST_OUTPUT_TOKENS);
            return Err(Halt::NoMoney(format!(
                "The budget leaves {available}, and this call needs at least {needed}."
            )));
        };
        request.max_output_tokens = output;
        desk.reserve(price(prices, input, output)).await?;
        desk.log(format!("asking: about {input} tokens in, at most {output} out")).await;
        let policy = RetryPolicy { deadline: self.deadline, ..self.retry };
        let outcome = retrying(self.model.as_ref(), &policy, request).await;
        let usage = match &outcome {
            Ok(answer) => answer.usage,
            Err(error) => error.usage().unwrap_or_default(),
        };
        let cost = self.settle(usage, desk).await?;
        desk.log(match &outcome {
            Ok(_) => format!("answered: {} tokens in, {} out, {cost}", usage.input_tokens, usage.output_tokens),
            Err(error) => format!("the call failed: {error}"),
        })
        .await;
        outcome.map_err(Halt::Model)
    }

    async fn settle(&self, usage: Usage, desk: &dyn Desk) -> Result<UsdMicros, DeskError> {
        let cost = self.limits.prices.cost(usage);
        desk.settle(usage, cost).await?;
        Ok(cost)
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
