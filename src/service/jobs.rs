//! How a job ends, and what a failure means for the queue.

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
        return if matches!(store, StoreError::Unreadable { .. }) { Failure::Final } else { Failure::Retry };
    }
    Failure::Retry
}

/// A context for a handler: which try this is.
#[derive(Debug, Clone, Copy)]
pub struct Try {
    /// No other try follows: tell people now.
    pub last: bool,
}
