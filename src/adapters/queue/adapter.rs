//! What the rest of the program knows of a queue, and what a queue knows of the rest of the program.

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::adapters::store::{StoreError, Tx};
use crate::domain::clock::Timestamp;
use crate::domain::ids::JobId;
use crate::domain::job::{Job, NewJob};

/// A queue: jobs are added inside the caller's transaction and handled after its commit.
pub trait QueueAdapter: Send + Sync {
    /// Adds a job. One of the same key that waits is moved forward to the earlier time (and has all its
    /// attempts again); one that runs makes exactly one more run afterwards.
    fn enqueue<'a>(&'a self, tx: &'a mut Tx, job: NewJob) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Asks a waiting or running job of this key to stop: its handler sees [`JobContext::canceled`].
    /// `false` when there is none.
    fn cancel<'a>(&'a self, tx: &'a mut Tx, job: &'a Job) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Works until `stop`, then lets running jobs finish within the grace period and releases the others (M56).
    fn run(self: Arc<Self>, handler: Arc<dyn JobHandler>, stop: CancellationToken) -> BoxFuture<'static, ()>;
}

/// Who does the work.
pub trait JobHandler: Send + Sync {
    /// Does the job, as often as it takes: every effect must bear being tried again. A panic counts as
    /// [`Outcome::Retry`].
    fn handle(&self, context: JobContext) -> BoxFuture<'_, Outcome>;

    /// Tells people that the job is given up without [`Self::handle`] having had the chance: it crashed
    /// the process twice, or panicked at its last attempt. Must not do the work again.
    fn give_up(&self, context: JobContext, reason: String) -> BoxFuture<'_, ()>;
}

/// A claimed job in its handler's hands.
#[derive(Debug, Clone)]
pub struct JobContext {
    /// The row.
    pub job_id: JobId,
    /// The claim's fencing token; grows with each claim of the row.
    pub token: i64,
    /// The work.
    pub job: Job,
    /// 1 for the first try.
    pub attempt: i64,
    /// Whether a [`Outcome::Retry`] now means the end: tell people.
    pub last_attempt: bool,
    /// Canceled when somebody asked for it, or when the lease was lost.
    pub canceled: CancellationToken,
}

impl JobContext {
    /// Whether the claim still holds, and goes on to hold until this transaction ends: ask inside the
    /// transaction that writes the job's result, so that a paused worker cannot write after its
    /// successor began (M54).
    pub async fn still_mine(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        super::lease::confirm(tx, self.job_id, self.token).await
    }
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is left to do.
    Done,
    /// To be called again then; not counted as an attempt.
    Again(Timestamp),
    /// Failed for now (one sentence, no secrets): again after a pause, or dead after the last attempt.
    Retry(String),
    /// Failed for good (one sentence, no secrets).
    Dead(String),
}
