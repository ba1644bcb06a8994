//! How a job ends, and what a failure means for the queue.

use std::time::Duration;

use crate::adapters::git::GitError;
use crate::adapters::github::GithubError;
use crate::adapters::store::StoreError;
use crate::domain::clock::Timestamp;

/// How a use case that ran as a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Nothing more to do.
    Done,
    /// Come back at this time; that is no failure.
    Again(Timestamp),
}

/// What a failed job should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Come back at this time without counting a try (GitHub asked us to wait).
    Wait(Timestamp),
    /// Try again with backoff.
    Retry,
    /// Trying again cannot help.
    Final,
}

/// How long work waits for a database that is busy, full or away.
const DATABASE_PAUSE: Duration = Duration::from_secs(1);

/// Sorts an error of a job.
pub fn sort(error: &anyhow::Error, now: Timestamp) -> Failure {
    if let Some(github) = error.downcast_ref::<GithubError>() {
        return match github.retry_at(now) {
            Some(at) if github.is_limit() || matches!(github, GithubError::Suspended) => Failure::Wait(at),
            Some(_) => Failure::Retry,
            None => Failure::Final,
        };
    }
    if let Some(git) = error.downcast_ref::<GitError>() {
        return if git.is_transient() { Failure::Retry } else { Failure::Final };
    }
    if let Some(store) = error.downcast_ref::<StoreError>() {
        return match store {
            StoreError::Unreadable { .. } => Failure::Final,
            // It is nobody's fault and ends by itself: it uses up no try (F115).
            temporary if temporary.is_temporary() => Failure::Wait(now.plus(DATABASE_PAUSE)),
            _ => Failure::Retry,
        };
    }
    Failure::Retry
}

/// A context for a handler: which try this is.
#[derive(Debug, Clone, Copy)]
pub struct Try {
    /// No other try follows: tell people now.
    pub last: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f115_a_database_that_is_busy_is_waited_for_and_uses_up_no_try() {
        let now = Timestamp(1_000);
        for (error, expected) in [
            (StoreError::Busy, Failure::Wait(Timestamp(2_000))),
            (StoreError::Full, Failure::Wait(Timestamp(2_000))),
            (StoreError::Unreadable { column: "status" }, Failure::Final),
            (StoreError::Unusable("It is damaged.".into()), Failure::Retry),
        ] {
            let told = format!("{error:?}");
            assert_eq!(sort(&anyhow::Error::from(error).context("while it worked"), now), expected, "{told}");
        }
    }
}
