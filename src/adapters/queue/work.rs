//! One claimed job in a task of its own: called, watched for panics, its outcome turned into an ending.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use tokio_util::sync::CancellationToken;

use super::adapter::{JobContext, JobHandler, Outcome};
use super::backoff;
use super::claim::Claimed;
use super::finish::{Ending, Finish};
use super::settings::QueueSettings;
use crate::domain::clock::SharedClock;
use crate::domain::job::Job;

const PANICKED: &str = "the job panicked";
const CRASHED: &str = "the process crashed twice while it did this";
const UNREADABLE: &str = "this version of bakeoff cannot read the job";

/// What a job's task needs to know.
#[derive(Clone)]
pub(super) struct Workshop {
    pub(super) handler: Arc<dyn JobHandler>,
    pub(super) clock: SharedClock,
    pub(super) settings: QueueSettings,
}

impl Workshop {
    /// Does the job; whatever it does, there is an ending.
    pub(super) async fn work(self, claimed: Claimed, canceled: CancellationToken) -> Finish {
        let job: Option<Job> = serde_json::from_str(&claimed.payload).ok();
        let ending = match &job {
            // Perhaps a newer process, started beside this one, can.
            None if claimed.attempt < self.settings.max_attempts => self.retry(claimed.attempt, UNREADABLE.into()),
            None => Ending::Dead(UNREADABLE.into()),
            Some(job) => self.ending(self.context(&claimed, job.clone(), canceled), claimed.crashes).await,
        };
        Finish { job_id: claimed.job_id, token: claimed.token, attempt: claimed.attempt, job, ending }
    }

    fn context(&self, claimed: &Claimed, job: Job, canceled: CancellationToken) -> JobContext {
        JobContext {
            job_id: claimed.job_id,
            token: claimed.token,
            job,
            attempt: claimed.attempt,
            last_attempt: claimed.attempt >= self.settings.max_attempts,
            canceled,
        }
    }

    async fn ending(&self, context: JobContext, crashes: i64) -> Ending {
        let standing = context.job.is_standing();
        if crashes >= self.settings.max_crashes && standing {
            tracing::warn!(job.kind = context.job.kind(), job.id = %context.job_id, reason = CRASHED, "job is postponed");
            return Ending::Again(self.clock.now().plus(self.settings.longest_pause));
        }
        if crashes >= self.settings.max_crashes {
            // Even telling people may be what crashes: it has one chance.
            let told = crashes == self.settings.max_crashes;
            return self.dead(context, CRASHED.into(), told).await;
        }
        let working = async { self.handler.handle(context.clone()).await };
        let handled = AssertUnwindSafe(working).catch_unwind().await;
        let panicked = handled.is_err();
        match handled.unwrap_or_else(|_| Outcome::Retry(PANICKED.into())) {
            Outcome::Done => Ending::Done,
            Outcome::Again(at) => Ending::Again(at),
            Outcome::Dead(reason) => self.dead(context, reason, false).await,
            Outcome::Retry(reason) if context.last_attempt && !standing => self.dead(context, reason, panicked).await,
            Outcome::Retry(reason) => {
                tracing::info!(job.kind = context.job.kind(), job.id = %context.job_id, job.attempt = context.attempt, reason, "job will be tried again");
                self.retry(context.attempt, reason)
            }
        }
    }

    fn retry(&self, attempt: i64, reason: String) -> Ending {
        let pause = backoff::pause(&self.settings, attempt, rand::random());
        Ending::Retry(self.clock.now().plus(pause), reason)
    }

    async fn dead(&self, context: JobContext, reason: String, tell: bool) -> Ending {
        tracing::warn!(job.kind = context.job.kind(), job.id = %context.job_id, job.attempt = context.attempt, reason, "job is given up");
        if tell {
            let telling = async { self.handler.give_up(context, reason.clone()).await };
            if AssertUnwindSafe(telling).catch_unwind().await.is_err() {
                tracing::error!("a job panicked while people were told that it is given up");
            }
        }
        Ending::Dead(reason)
    }
}
