//! Asking within a run: money set aside before each call, the call made and made again, what it took written down,
//! and another model asked when the first cannot be.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::adapters::llm::{
    ChatAnswer, ChatModel, ChatRequest, ModelError, RetryPolicy, estimate_request, most_tokens, retrying,
};
use crate::domain::model::{Provider, ToolUse};
use crate::domain::money::Usage;
use crate::domain::tariff::Tariff;

use super::call::Halt;
use super::spend::{LEAST_OUTPUT_TOKENS, output_for, planned_input, price};
use super::{Call, Desk};

/// How long a model with a fallback is waited for before that is asked.
const PATIENCE: Duration = Duration::from_mins(1);

/// A model that can be asked.
pub struct Seat {
    /// How; or why it cannot be.
    pub model: Result<Arc<dyn ChatModel>, ModelError>,
    /// What it costs.
    pub tariff: Tariff,
    /// Its vendor.
    pub provider: Provider,
    /// Whether it takes tools.
    pub tools: ToolUse,
    /// The vendor's name of it.
    pub model_name: String,
    /// The name shown to people.
    pub label: String,
}

/// Asks the model of a run, and from the first call that it cannot be asked, its fallback.
pub struct Asker {
    first: Seat,
    fallback: Option<Seat>,
    max_output_tokens: u32,
    retry: RetryPolicy,
    /// Which of the two answers now.
    at: AtomicUsize,
    /// How many tokens the provider counted for a hundred of our estimate, where that was more.
    percent: AtomicI64,
}

impl Asker {
    /// `retry` holds the run's deadline.
    pub fn new(first: Seat, fallback: Option<Seat>, max_output_tokens: u32, retry: RetryPolicy) -> Self {
        Self { first, fallback, max_output_tokens, retry, at: AtomicUsize::new(0), percent: AtomicI64::new(100) }
    }

    /// The name of the fallback, once it is the one that is asked.
    pub fn answered_by(&self) -> Option<String> {
        let (_, is_fallback) = self.seat();
        is_fallback.then(|| self.fallback.as_ref().map(|seat| seat.label.clone())).flatten()
    }

    fn seat(&self) -> (&Seat, bool) {
        match (self.at.load(Ordering::SeqCst), &self.fallback) {
            (1, Some(fallback)) => (fallback, true),
            _ => (&self.first, false),
        }
    }

    /// Whether the one that is asked now takes tools.
    pub(super) fn takes_tools(&self) -> bool {
        self.seat().0.tools == ToolUse::Auto
    }

    /// Asks; the answer is whole, or holds why it is not. `max_output_tokens` of the request is set to what the money
    /// allows.
    pub(super) async fn ask(
        &self,
        request: &mut ChatRequest,
        deadline: Instant,
        desk: &dyn Desk,
    ) -> Result<ChatAnswer, Halt> {
        loop {
            let (seat, is_fallback) = self.seat();
            if !request.tools.is_empty() && !self.takes_tools() {
                return Err(Halt::NoTools);
            }
            let error = match self.ask_seat(seat, self.policy(is_fallback, deadline), request, desk).await? {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match &self.fallback {
                Some(fallback) if !is_fallback && error.never_asked() => {
                    desk.log(format!("{error} Going on with {} in place of {}.", fallback.label, seat.label)).await;
                    self.percent.store(100, Ordering::SeqCst);
                    self.at.store(1, Ordering::SeqCst);
                }
                _ => return Err(Halt::Model(error)),
            }
        }
    }

    async fn ask_seat(
        &self,
        seat: &Seat,
        policy: RetryPolicy,
        request: &mut ChatRequest,
        desk: &dyn Desk,
    ) -> Result<Result<ChatAnswer, ModelError>, Halt> {
        let model = match &seat.model {
            Ok(model) => model,
            Err(error) => return Ok(Err(error.clone())),
        };
        let input = planned_input(request).saturating_mul(self.percent.load(Ordering::SeqCst)) / 100;
        let available = desk.available().await?;
        let inputs = (input, most_tokens(request));
        let Some(output) = output_for(&seat.tariff, inputs, self.max_output_tokens, available) else {
            let needed = price(&seat.tariff, input, LEAST_OUTPUT_TOKENS);
            return Err(Halt::NoMoney(format!(
                "The budget leaves {available}, and this call needs at least {needed}."
            )));
        };
        request.max_output_tokens = output;
        // What it can cost at worst, or all there is.
        let most = price(&seat.tariff, inputs.1.max(input), output).min(available);
        let call = Call { provider: seat.provider, model_name: seat.model_name.clone(), input_tokens: input, most };
        desk.reserve(call).await?;
        desk.log(format!("asking: about {input} tokens in, at most {output} out")).await;
        let outcome = retrying(model.as_ref(), &policy, request).await;
        self.written_down(seat, request, &outcome, desk).await?;
        Ok(outcome)
    }

    fn policy(&self, is_fallback: bool, deadline: Instant) -> RetryPolicy {
        let deadline = self.retry.deadline.min(deadline);
        let patient = is_fallback || self.fallback.is_none();
        let begin_by = if patient { deadline } else { deadline.min(Instant::now() + PATIENCE) };
        RetryPolicy { begin_by: self.retry.begin_by.min(begin_by), deadline, ..self.retry }
    }

    async fn written_down(
        &self,
        seat: &Seat,
        request: &ChatRequest,
        outcome: &Result<ChatAnswer, ModelError>,
        desk: &dyn Desk,
    ) -> Result<(), Halt> {
        let usage = match outcome {
            Ok(answer) => answer.usage,
            Err(error) => error.usage().unwrap_or_default(),
        };
        let cost = seat.tariff.cost(usage);
        desk.settle(usage, cost).await?;
        match outcome {
            Ok(answer) => {
                self.learn(request, answer);
                let Usage { input_tokens, output_tokens, cached_input_tokens, .. } = usage;
                let cached =
                    if cached_input_tokens > 0 { format!(" ({cached_input_tokens} cached)") } else { String::new() };
                desk.log(format!("answered: {input_tokens} tokens in{cached}, {output_tokens} out, {cost}")).await;
            }
            Err(error) => desk.log(format!("the call failed: {error}")).await,
        }
        Ok(())
    }

    /// A tokenizer that makes more of this text than we thought will do so again.
    fn learn(&self, request: &ChatRequest, answer: &ChatAnswer) {
        if !answer.usage_estimated {
            let estimate = estimate_request(request).max(1);
            let percent = answer.usage.input_tokens.saturating_mul(100) / estimate;
            self.percent.fetch_max(percent.clamp(100, 400), Ordering::SeqCst);
        }
    }
}
