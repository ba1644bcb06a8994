//! Use cases, one file each; the only code that opens transactions.
//!
//! Everything here may be called twice for the same thing (jobs are at-least-once): the tables are the truth, a
//! status changes by compare-and-set, and what is done on GitHub goes through [`effects`].

pub mod again;
pub mod audit;
pub mod budget;
pub mod by_hand;
pub mod cancel;
pub mod caps;
pub mod commands;
pub mod comparison;
pub mod dress_pull;
pub mod effects;
pub mod execute_run;
pub mod grow_round;
pub mod health;
mod history;
pub mod inbound;
pub mod jobs;
pub mod kept_caps;
pub mod keys;
pub mod models;
pub mod open_pull;
pub mod pick;
pub mod policy;
pub mod progress;
pub mod publish;
pub mod pulls;
pub mod reconcile;
pub mod registration;
pub mod repo_file;
pub mod repos;
pub mod rest;
pub mod rights;
pub mod round_state;
pub mod setup;
pub mod sign_in;
pub mod start_round;
pub mod tokens;
pub mod upkeep;
pub mod votes;
pub mod watch;

use std::sync::Arc;

use crate::adapters::crypto::KeyRing;
use crate::adapters::git::Mirrors;
use crate::adapters::github::{GitHub, GithubError, RepoClient};
use crate::adapters::llm::Connector;
use crate::adapters::queue::QueueAdapter;
use crate::adapters::store::{Store, Tx};
use crate::domain::clock::{SharedClock, Timestamp};
use crate::domain::ids::{InstallationId, ModelId};
use crate::domain::job::{Job, NewJob};
use crate::domain::repo::Repo;
use crate::engine::context::Library;
use crate::engine::render::redact::Secrets;

pub use policy::Policy;
pub use registration::Registration;

/// What every use case works with. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The tables.
    pub store: Store,
    /// The queue that wakes work up.
    pub queue: Arc<dyn QueueAdapter>,
    /// The GitHub App, which may be set up while the program runs.
    pub app: Registration,
    /// Copies of repositories.
    pub mirrors: Mirrors,
    /// What is known of their sources.
    pub library: Arc<Library>,
    /// Model providers.
    pub llm: Arc<Connector>,
    /// Encryption of stored keys.
    pub keys: KeyRing,
    /// The time.
    pub clock: SharedClock,
    /// What must never leave in a text.
    pub secrets: Arc<Secrets>,
    /// The operator's decisions.
    pub policy: Arc<Policy>,
}

impl Services {
    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The App's client for GitHub.
    pub fn github(&self) -> Result<GitHub, GithubError> {
        self.app.now().github.clone().ok_or(GithubError::NotConfigured("it is not set up yet"))
    }

    /// GitHub's API for one repository through its installation.
    pub fn client(&self, repo: &Repo) -> Result<RepoClient, GithubError> {
        let (Some(installation), Some(id), Some(name)) = (repo.installation_id, repo.github_id, repo.name.clone())
        else {
            return Err(GithubError::NotConfigured("the App is not installed there"));
        };
        Ok(self.github()?.repo(installation, id, name))
    }

    /// Puts a job into the queue within the caller's transaction.
    pub async fn enqueue(&self, tx: &mut Tx, job: Job) -> anyhow::Result<()> {
        let run_at = self.now();
        self.enqueue_at(tx, job, run_at, None, None).await
    }

    /// Likewise for a later time and with shares of limits.
    pub async fn enqueue_at(
        &self,
        tx: &mut Tx,
        job: Job,
        run_at: Timestamp,
        installation_id: Option<InstallationId>,
        model_id: Option<ModelId>,
    ) -> anyhow::Result<()> {
        Ok(self.queue.enqueue(tx, NewJob { job, run_at, installation_id, model_id }).await?)
    }
}
