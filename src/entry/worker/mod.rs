//! Jobs: from the queue to a use case, and from its end back to the queue.

use anyhow::Error;
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::adapters::queue::{JobContext, JobHandler, Outcome};
use crate::domain::job::Job;
use crate::service::jobs::{Failure, Flow, Try, sort};
use crate::service::{Services, dress_pull, execute_run, inbound, open_pull, publish, reconcile, upkeep, watch};

/// Works on jobs with the use cases.
pub struct Worker {
    services: Services,
}

impl Worker {
    /// A worker over these use cases.
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    async fn work(&self, context: &JobContext) -> anyhow::Result<Flow> {
        let svc = &self.services;
        let attempt = Try { last: context.last_attempt };
        match &context.job {
            Job::HandleDelivery { app_id, guid } => inbound::handle_delivery(svc, *app_id, guid, attempt).await,
            Job::TellGivenUp { app_id, guid, crashed } => inbound::tell_given_up(svc, *app_id, guid, *crashed).await,
            Job::ExecuteRun { run_id } => execute_run::execute_run(svc, *run_id, &context.canceled, attempt).await,
            Job::Publish { round_id } => publish::publish(svc, *round_id).await,
            Job::WatchRound { round_id } => watch::watch_round(svc, *round_id).await,
            Job::OpenPull { pick_id } => open_pull::open_pull(svc, *pick_id, attempt).await,
            Job::DressPull { pick_id } => dress_pull::dress_pull(svc, *pick_id, attempt).await,
            Job::RedeliverFailed => reconcile::redeliver_failed(svc).await,
            Job::Upkeep => upkeep::upkeep(svc).await,
            Job::ScanComments { repo_id } => reconcile::scan_comments(svc, *repo_id, attempt).await,
        }
    }

    fn outcome(&self, context: &JobContext, error: &Error) -> Outcome {
        let reason = self.services.secrets.redact(&format!("{error:#}")).into_owned();
        match sort(error, self.services.now()) {
            Failure::Wait(at) => {
                tracing::info!(job.kind = context.job.kind(), %reason, "job waits");
                Outcome::Again(at)
            }
            Failure::Retry => {
                tracing::warn!(job.kind = context.job.kind(), job.attempt = context.attempt, %reason, "job failed");
                Outcome::Retry(reason)
            }
            Failure::Final => {
                tracing::warn!(job.kind = context.job.kind(), %reason, "job cannot succeed");
                Outcome::Dead(reason)
            }
        }
    }

    /// What people must hear when nobody will try again.
    async fn tell(&self, context: &JobContext, reason: &str) -> anyhow::Result<()> {
        let svc = &self.services;
        match &context.job {
            Job::HandleDelivery { app_id, guid } => inbound::abandon(svc, *app_id, guid, true, reason).await,
            Job::ExecuteRun { run_id } => execute_run::abandon(svc, *run_id, reason).await,
            Job::OpenPull { pick_id } => open_pull::abandon(svc, *pick_id, reason).await,
            Job::DressPull { pick_id } => dress_pull::abandon(svc, *pick_id).await,
            Job::TellGivenUp { .. }
            | Job::Publish { .. }
            | Job::WatchRound { .. }
            | Job::RedeliverFailed
            | Job::Upkeep
            | Job::ScanComments { .. } => Ok(()),
        }
    }
}

impl JobHandler for Worker {
    fn handle(&self, context: JobContext) -> BoxFuture<'_, Outcome> {
        async move {
            match self.work(&context).await {
                Ok(Flow::Done) => Outcome::Done,
                Ok(Flow::Again(at)) => Outcome::Again(at),
                Err(error) => self.outcome(&context, &error),
            }
        }
        .boxed()
    }

    fn give_up(&self, context: JobContext, reason: String) -> BoxFuture<'_, ()> {
        async move {
            tracing::error!(job.kind = context.job.kind(), %reason, "job given up");
            if let Err(error) = self.tell(&context, &reason).await {
                tracing::error!(job.kind = context.job.kind(), %error, "the end of a job could not be written down");
            }
        }
        .boxed()
    }
}
