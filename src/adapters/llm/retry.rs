//! Asking again: only where it helps and costs nothing twice, and never past the run's deadline.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::chat::{ChatAnswer, ChatModel, ChatRequest};
use super::error::{ModelError, Phase};
use super::tokens::estimate_request;
use crate::domain::money::Usage;

/// How often and how long.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// Calls altogether, the first included.
    pub max_attempts: u32,
    /// Wait after the first failure when the provider names none; doubles each time.
    pub first_wait: Duration,
    /// The longest wait of our own choice.
    pub longest_wait: Duration,
    /// Nothing runs or waits past it.
    pub deadline: Instant,
}

impl RetryPolicy {
    /// Eight calls, waiting 1 s, 2 s … 60 s, until `deadline`.
    pub fn until(deadline: Instant) -> Self {
        let s = Duration::from_secs;
        Self { max_attempts: 8, first_wait: s(1), longest_wait: s(60), deadline }
    }

    /// The wait after failure number `failures`; `retry-after` is honoured, our own waits are jittered by half.
    fn wait(&self, failures: u32, asked: Option<Duration>) -> Duration {
        asked.unwrap_or_else(|| {
            let doubled = self.first_wait.saturating_mul(1 << failures.saturating_sub(1).min(16));
            doubled.min(self.longest_wait).mul_f64(rand::random_range(0.5..=1.0))
        })
    }
}

/// Asks until an answer comes, the error is final, attempts are used up or the next wait would pass the deadline
/// (F083–F085). The error is the last call's.
pub async fn retrying(
    model: &dyn ChatModel,
    policy: &RetryPolicy,
    request: &ChatRequest,
) -> Result<ChatAnswer, ModelError> {
    let mut failures = 0;
    loop {
        let Ok(outcome) = timeout_at(policy.deadline, model.chat(request)).await else {
            return Err(past_deadline(request));
        };
        failures += 1;
        let error = match outcome {
            Err(error) if error.retryable() && failures < policy.max_attempts => error,
            done => return done,
        };
        let wait = policy.wait(failures, error.retry_after());
        if Instant::now() + wait >= policy.deadline {
            return Err(error);
        }
        sleep(wait).await;
    }
}

/// What had come is lost with the call, so only the question is counted.
fn past_deadline(request: &ChatRequest) -> ModelError {
    let usage = Usage { input_tokens: estimate_request(request), ..Usage::default() };
    ModelError::Timeout { phase: Phase::Total, usage: Some(usage) }
}
