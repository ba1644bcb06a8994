//! Builds the parts of the program from its settings.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use crate::adapters::crypto::{KeyError, KeyFileError, KeyRing, load_or_generate, read_private};
use crate::adapters::git::{GitError, GitSettings, Mirrors};
use crate::adapters::github::{GithubConfig, GithubError};
use crate::adapters::llm::{Connector, Deadlines, LlmSettings, ModelError};
use crate::adapters::queue::{LeaseQueue, Pool, QueueSettings};
use crate::adapters::store::{Backend, Store, StoreError, StoreOptions, meta};
use crate::domain::clock::{SharedClock, SystemClock};
use crate::engine::context::{Library, Patience};
use crate::engine::render::redact::Secrets;
use crate::service::caps::DiskFloor;
use crate::service::models::InvalidModel;
use crate::service::registration::Given;
use crate::service::{Policy, Registration, Services, keys, models};

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
    /// The file with the keys of this database is gone.
    #[error(
        "the encryption key file of this database is missing: put encryption.key back into the data folder, or give \
         its keys in BAKEOFF_ENCRYPTION_KEYS"
    )]
    KeyFileMissing,
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

/// Makes the data folder, closed to others, unless it is there.
pub fn make_folder(settings: &Settings) -> Result<(), StartError> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&settings.data_dir);
    made.map_err(|error| StartError::Io { what: "the data folder cannot be made".into(), error })
}

/// Opens the database with the settings' pools.
pub async fn open_store(settings: &Settings) -> Result<Store, StartError> {
    make_folder(settings)?;
    Ok(Store::connect(settings.database_url().expose_secret(), StoreOptions::default()).await?)
}

/// Where the keys lie when none are given.
pub fn key_file(settings: &Settings) -> PathBuf {
    settings.data_dir.join("encryption.key")
}

/// The key ring: the given keys, else the file of the data folder (SQLite only), made on the first start. Refuses
/// keys that do not open what is stored (F125).
pub async fn open_keys(settings: &Settings, store: &Store) -> Result<KeyRing, StartError> {
    let sealed = meta::get(&mut *store.read().await?, keys::SENTINEL).await?;
    let ring = match (&settings.encryption_keys, store.backend()) {
        (Some(list), _) => KeyRing::parse(list)?,
        (None, Backend::Postgres) => return Err(StartError::KeysRequired),
        // A fresh key would not open what is stored, and would stand where the right one belongs.
        (None, Backend::Sqlite) if sealed.is_some() && !key_file(settings).exists() => {
            return Err(StartError::KeyFileMissing);
        }
        (None, Backend::Sqlite) => from_key_file(settings)?,
    };
    match sealed {
        Some(sealed) => ring.check_sentinel(&sealed).map_err(StartError::WrongKeys)?,
        None => keep_sentinel(store, &ring).await?,
    }
    Ok(ring)
}

fn from_key_file(settings: &Settings) -> Result<KeyRing, StartError> {
    let path = key_file(settings);
    let loaded = load_or_generate(&path)?;
    if loaded.generated {
        tracing::warn!(
            file = %path.display(),
            "a new encryption key was made: back it up, without it the stored model keys are lost"
        );
    }
    Ok(loaded.ring)
}

/// Of two processes that start at once on a fresh database with different keys only one may go on.
async fn keep_sentinel(store: &Store, ring: &KeyRing) -> Result<(), StartError> {
    let mut tx = store.begin().await?;
    let sealed = meta::set_if_absent(&mut tx, keys::SENTINEL, &ring.sentinel()).await?;
    tx.commit().await?;
    ring.check_sentinel(&sealed).map_err(StartError::WrongKeys)
}

/// The App as the settings name it; what is stored comes when the database is open.
pub fn registration(settings: &Settings, clock: &SharedClock) -> Result<Registration, StartError> {
    let pace = &settings.pace;
    let config = GithubConfig {
        api_url: settings.github_api_url.as_str().trim_end_matches('/').to_owned(),
        web_url: settings.github_url.as_str().trim_end_matches('/').to_owned(),
        ca_file: settings.ca_file.clone(),
        request_timeout: pace.github_request,
        retry_pause: pace.github_retry,
        fresh_token_grace: pace.fresh_token_grace,
        write_spacing: pace.write_spacing,
        ..GithubConfig::default()
    };
    let oauth = settings.client_id.clone().zip(settings.client_secret.clone());
    let given = Given {
        app: settings.app.as_ref().map(|app| (app.app_id, app.private_key.clone())),
        webhook_secrets: settings.webhook_secrets.clone(),
        oauth,
    };
    Ok(Registration::new(config, given, Arc::clone(clock))?)
}

/// The model providers' client.
pub fn llm(settings: &Settings) -> Result<Connector, StartError> {
    let read = |path: &PathBuf| {
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
        budget_user_day: settings.budget_user_day,
        budget_installation_day: settings.budget_installation_day,
        ceilings: settings.budget_ceilings,
        counts: settings.counts,
        disk: Some(DiskFloor { folder: settings.data_dir.clone(), percent: settings.disk_free_percent })
            .filter(|floor| floor.percent > 0),
        budget_warn_percent: settings.budget_warn_percent,
        run_deadline: pace.run_deadline,
        model_retry_wait: pace.model_retry_wait,
        poll_floor: pace.poll_floor,
        pick_grace: pace.pick_grace,
        status_spacing: pace.status_spacing,
        adopt_wait: pace.adopt_wait,
        reconcile_every: pace.reconcile,
        looking_age: pace.looking,
        forbidden_paths: settings.forbidden_paths.clone(),
        forbidden_paths_except: settings.forbidden_paths_except.clone(),
        ..Policy::default()
    }
}

/// Makes the settings' secrets known to the scan of comments and log lines (M33).
pub fn register_secrets(settings: &Settings, secrets: &Secrets) {
    let app_key = settings.app.as_ref().map(|app| &app.private_key);
    if let Some(list) = &settings.encryption_keys {
        register_list(list, secrets);
    }
    let single = [app_key, settings.admin_token.as_ref(), settings.client_secret.as_ref()];
    let models = settings.models.iter().map(|model| &model.api_key);
    for secret in single.into_iter().flatten().chain(&settings.webhook_secrets).chain(models) {
        secrets.register(secret.expose_secret());
    }
    let password = settings.database_url.as_ref().and_then(|url| url::Url::parse(url.expose_secret()).ok());
    if let Some(password) = password.as_ref().and_then(url::Url::password) {
        secrets.register(password);
    }
}

fn register_list(keys: &SecretString, secrets: &Secrets) {
    for key in keys.expose_secret().split([',', '\n']) {
        secrets.register(key.trim());
    }
}

/// Git's settings.
pub fn git(settings: &Settings) -> GitSettings {
    GitSettings {
        ca_file: settings.ca_file.clone(),
        allow_local: settings.allow_local_repos,
        idle_timeout: Duration::from_mins(1),
        ..GitSettings::default()
    }
}

/// Puts the program together over an open, migrated database.
pub async fn build(settings: Settings, store: Store) -> Result<Parts, StartError> {
    build_with(settings, store, Secrets::new()).await
}

/// The same; `secrets` is what the log's scan looks for, and learns every secret there is.
pub async fn build_with(settings: Settings, store: Store, secrets: Secrets) -> Result<Parts, StartError> {
    register_secrets(&settings, &secrets);
    let clock: SharedClock = Arc::new(SystemClock);
    let keys = open_keys(&settings, &store).await?;
    if let (None, Ok(list)) = (&settings.encryption_keys, read_private(&key_file(&settings))) {
        register_list(&list, &secrets);
    }
    let queue =
        Arc::new(LeaseQueue::new(store.clone(), Arc::clone(&clock), queue_settings(settings.workers, &settings.pace)));
    let services = Services {
        queue: Arc::<LeaseQueue>::clone(&queue),
        app: registration(&settings, &clock)?,
        mirrors: Mirrors::new(settings.data_dir.clone(), git(&settings))?,
        library: Library::new(&settings.data_dir, Patience::default()),
        llm: Arc::new(llm(&settings)?),
        keys,
        clock,
        secrets: Arc::new(secrets),
        policy: Arc::new(policy(&settings)),
        store,
    };
    if let Err(error) = services.app.refresh(&services.store, &services.keys, &services.secrets).await {
        // The rest works without it, and the page that can make another is part of the rest.
        tracing::error!(%error, "the App that was made on the setup page is not in use");
    }
    models::load_file(&services, settings.models.clone()).await?.map_err(StartError::Model)?;
    Ok(Parts { services, queue, settings })
}
