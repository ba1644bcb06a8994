//! Asking again: only where it helps and costs nothing twice, and never past the run's deadline.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::chat::{ChatAnswer, ChatModel, ChatRequest, Within};
use super::error::ModelError;

/// How often and how long.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// Calls altogether, the first included.
    pub max_attempts: u32,
    /// Wait after the first failure when the provider names none; doubles each time.
    pub first_wait: Duration,
    /// The longest wait of our own choice.
    pub longest_wait: Duration,
    /// No call begins after it: what is rather asked of another model does not wait for long.
    pub begin_by: Instant,
    /// Nothing runs or waits past it.
    pub deadline: Instant,
}

impl RetryPolicy {
    /// Eight calls, waiting 1 s, 2 s … 60 s, until `deadline`.
    pub fn until(deadline: Instant) -> Self {
        let s = Duration::from_secs;
        Self { max_attempts: 8, first_wait: s(1), longest_wait: s(60), begin_by: deadline, deadline }
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
    let within = Within { begin: policy.begin_by.min(policy.deadline), end: policy.deadline };
    let mut failures = 0;
    loop {
        let outcome = model.chat_within(request, within).await;
        failures += 1;
        let error = match outcome {
            Err(error) if error.retryable() && failures < policy.max_attempts => error,
            done => return done,
        };
        let wait = policy.wait(failures, error.retry_after());
        if Instant::now() + wait >= within.begin {
            return Err(error);
        }
        sleep(wait).await;
    }
}
