//! Builds the parts of the program from its settings.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;

use crate::adapters::crypto::{KeyError, KeyFileError, KeyRing, load_or_generate};
use crate::adapters::git::{GitError, GitSettings, Mirrors};
use crate::adapters::github::{GitHub, GithubConfig, GithubError};
use crate::adapters::llm::{Connector, Deadlines, LlmSettings, ModelError};
use crate::adapters::queue::{LeaseQueue, Pool, QueueSettings};
use crate::adapters::store::{Backend, Store, StoreError, StoreOptions, meta};
use crate::domain::clock::{SharedClock, SystemClock};
use crate::engine::render::redact::Secrets;
use crate::service::models::InvalidModel;
use crate::service::{Policy, Services, models};

use super::settings::{Pace, Settings};

/// Why the program cannot start: one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error("the database cannot be used: {0}")]
    Store(#[from] StoreError),
    /// The key file.
    #[error("{0}")]
    KeyFile(#[from] KeyFileError),
    /// The given keys.
    #[error("BAKEOFF_ENCRYPTION_KEYS: {0}")]
    Keys(#[from] KeyError),
    /// No keys for a shared database.
    #[error("BAKEOFF_ENCRYPTION_KEYS is required with Postgres: make one with `bakeoff keys generate`")]
    KeysRequired,
    /// The stored secrets were encrypted with other keys.
    #[error("the encryption keys do not fit this database ({0}): give the keys it was made with")]
    WrongKeys(KeyError),
    /// The App's settings.
    #[error("the GitHub App's settings cannot be used: {0}")]
    Github(#[from] GithubError),
    /// Git.
    #[error("the git mirrors cannot be used: {0}")]
    Git(#[from] GitError),
    /// Model providers.
    #[error("{0}")]
    Llm(#[from] ModelError),
    /// A profile of the settings file.
    #[error("[[models]] in the settings file, {}: {}", .0.field, .0.message)]
    Model(InvalidModel),
    /// A file or folder.
    #[error("{what}: {error}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// Something else.
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

/// The parts, put together.
pub struct Parts {
    /// The use cases.
    pub services: Services,
    /// The queue, as its own type (it is started by it).
    pub queue: Arc<LeaseQueue>,
    /// What was told from outside.
    pub settings: Settings,
}

/// Opens the database with the settings' pools.
pub async fn open_store(settings: &Settings) -> Result<Store, StartError> {
    std::fs::create_dir_all(&settings.data_dir)
        .map_err(|error| StartError::Io { what: "the data folder cannot be made".into(), error })?;
    Ok(Store::connect(settings.database_url().expose_secret(), StoreOptions::default()).await?)
}

/// The key ring: the given keys, else the file of the data folder (SQLite only).
pub fn key_ring(settings: &Settings, backend: Backend) -> Result<KeyRing, StartError> {
    match (&settings.encryption_keys, backend) {
        (Some(list), _) => Ok(KeyRing::parse(list)?),
        (None, Backend::Postgres) => Err(StartError::KeysRequired),
        (None, Backend::Sqlite) => {
            let path = settings.data_dir.join("encryption.key");
            let loaded = load_or_generate(&path)?;
            if loaded.generated {
                tracing::warn!(
                    file = %path.display(),
                    "a new encryption key was made: back it up, without it the stored model keys are lost"
                );
            }
            Ok(loaded.ring)
        }
    }
}

/// Refuses a start with keys that do not open what is stored (F125).
async fn check_keys(store: &Store, keys: &KeyRing) -> Result<(), StartError> {
    let mut tx = store.begin().await?;
    let sealed = meta::set_if_absent(&mut tx, "key_sentinel", &keys.sentinel()).await?;
    tx.commit().await?;
    keys.check_sentinel(&sealed).map_err(StartError::WrongKeys)
}

fn github(settings: &Settings, clock: &SharedClock) -> Result<Option<GitHub>, StartError> {
    let Some(app) = &settings.app else { return Ok(None) };
    let pace = &settings.pace;
    let config = GithubConfig {
        api_url: settings.github_api_url.as_str().trim_end_matches('/').to_owned(),
        web_url: settings.github_url.as_str().trim_end_matches('/').to_owned(),
        app_id: app.app_id,
        private_key: app.private_key.clone(),
        ca_file: settings.ca_file.clone(),
        request_timeout: pace.github_request,
        retry_pause: pace.github_retry,
        fresh_token_grace: pace.fresh_token_grace,
        write_spacing: pace.write_spacing,
        ..GithubConfig::default()
    };
    Ok(Some(GitHub::new(config, Arc::clone(clock))?))
}

fn llm(settings: &Settings) -> Result<Connector, StartError> {
    let read = |path: &std::path::PathBuf| {
        std::fs::read(path).map_err(|error| StartError::Io { what: "BAKEOFF_CA_FILE cannot be read".into(), error })
    };
    let pace = &settings.pace;
    Ok(Connector::new(LlmSettings {
        deadlines: Deadlines {
            first_event: pace.model_first_event,
            idle: pace.model_idle,
            total: pace.run_deadline,
            ..Deadlines::default()
        },
        allowed_hosts: settings.allowed_model_hosts.clone(),
        extra_ca: settings.ca_file.as_ref().map(read).transpose()?,
        ..LlmSettings::default()
    })?)
}

fn queue_settings(workers: usize, pace: &Pace) -> QueueSettings {
    let share = |all: usize| (all - all / 8).max(1);
    QueueSettings {
        long: Pool { workers, per_installation: share(workers) },
        per_model: workers,
        lease: pace.lease,
        poll: pace.queue_poll,
        grace: pace.stop_grace,
        first_pause: pace.job_pause,
        longest_pause: pace.job_pause_max,
        ..QueueSettings::default()
    }
}

/// The operator's decisions as the use cases follow them.
fn policy(settings: &Settings) -> Policy {
    let pace = &settings.pace;
    Policy {
        public_url: settings.public_url.clone(),
        github_url: settings.github_url.clone(),
        allow_local_repos: settings.allow_local_repos,
        max_candidates: settings.max_candidates,
        budget_run: settings.budget_run,
        budget_round: settings.budget_round,
        budget_repo_day: settings.budget_repo_day,
        budget_day: settings.budget_day,
        run_deadline: pace.run_deadline,
        model_retry_wait: pace.model_retry_wait,
        poll_floor: pace.poll_floor,
        pick_grace: pace.pick_grace,
        status_spacing: pace.status_spacing,
        adopt_wait: pace.adopt_wait,
        reconcile_every: pace.reconcile,
        forbidden_paths: settings.forbidden_paths.clone(),
        forbidden_paths_except: settings.forbidden_paths_except.clone(),
        ..Policy::default()
    }
}

/// The process's own secrets, so that the outgoing scan knows them (M33).
fn own_secrets(settings: &Settings) -> Secrets {
    let secrets = Secrets::new();
    let app_key = settings.app.as_ref().map(|app| &app.private_key);
    for key in settings.encryption_keys.iter().flat_map(|list| list.expose_secret().split(',')) {
        secrets.register(key.trim());
    }
    let single = [app_key, settings.admin_token.as_ref(), settings.client_secret.as_ref()];
    for secret in single.into_iter().flatten().chain(&settings.webhook_secrets) {
        secrets.register(secret.expose_secret());
    }
    secrets
}

/// Puts the program together over an open, migrated database.
pub async fn build(settings: Settings, store: Store) -> Result<Parts, StartError> {
    let clock: SharedClock = Arc::new(SystemClock);
    let keys = key_ring(&settings, store.backend())?;
    check_keys(&store, &keys).await?;
    let git = GitSettings {
        ca_file: settings.ca_file.clone(),
        allow_local: settings.allow_local_repos,
        idle_timeout: Duration::from_secs(60),
        ..GitSettings::default()
    };
    let queue =
        Arc::new(LeaseQueue::new(store.clone(), Arc::clone(&clock), queue_settings(settings.workers, &settings.pace)));
    let services = Services {
        queue: Arc::<LeaseQueue>::clone(&queue),
        github: github(&settings, &clock)?,
        mirrors: Mirrors::new(settings.data_dir.clone(), git)?,
        llm: Arc::new(llm(&settings)?),
        keys,
        clock,
        secrets: Arc::new(own_secrets(&settings)),
        policy: Arc::new(policy(&settings)),
        store,
    };
    models::load_file(&services, settings.models.clone()).await?.map_err(StartError::Model)?;
    Ok(Parts { services, queue, settings })
}
