//! The GitHub App as the program knows it now: from the settings, else as it was made on the setup page. It can change
//! while the program runs, so nothing keeps a copy of it.

use std::sync::{Arc, PoisonError, RwLock};

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use crate::adapters::crypto::{KeyError, KeyRing, Place, Purpose, WebhookSecrets};
use crate::adapters::github::{GitHub, GithubConfig, GithubError, NewApp, OAuth};
use crate::adapters::store::app_credentials::{self, StoredApp};
use crate::adapters::store::{Store, StoreError};
use crate::domain::clock::SharedClock;
use crate::domain::ids::{AppCredentialsId, GithubUserId};
use crate::domain::permission::Person;
use crate::engine::render::redact::Secrets;

/// What the settings say of the App; each part wins over the stored one.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Number and private key.
    pub app: Option<(u64, SecretString)>,
    /// Webhook secrets, all accepted.
    pub webhook_secrets: Vec<SecretString>,
    /// Client id and secret.
    pub oauth: Option<(String, SecretString)>,
}

/// The App at one moment.
#[derive(Debug, Clone)]
pub struct Registered {
    /// Its client; `None` until there is an App.
    pub github: Option<GitHub>,
    /// What its deliveries are signed with.
    pub webhook_secrets: WebhookSecrets,
    /// How people sign in through it.
    pub oauth: Option<OAuth>,
    /// The App that was made on the setup page, whether it is the one in use or not.
    pub made_here: Option<MadeHere>,
}

/// An App that was made on the setup page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeHere {
    /// The record of its credentials.
    pub record: AppCredentialsId,
    /// Its number.
    pub app_id: u64,
    /// Its name in addresses.
    pub slug: String,
    /// The account it belongs to.
    pub owner: String,
    /// The person it belongs to, if it is no organisation: whoever owns the App holds everything it can do.
    pub owner_id: Option<GithubUserId>,
}

/// Why a stored App cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// The database.
    #[error("the App's credentials cannot be read: {0}")]
    Store(#[from] StoreError),
    /// The keys do not open them.
    #[error("the App's credentials cannot be opened: {0}")]
    Keys(#[from] KeyError),
    /// What was sealed is not what we seal.
    #[error("the App's credentials are damaged")]
    Damaged,
    /// The key is none.
    #[error("{0}")]
    Github(#[from] GithubError),
}

/// What is sealed together, so that no part can be exchanged alone.
#[derive(Serialize, Deserialize)]
struct Parts {
    private_key: String,
    webhook_secret: String,
    client_secret: String,
}

/// Seals the secrets of an App for its record.
pub fn seal(keys: &KeyRing, id: AppCredentialsId, app: &NewApp) -> String {
    let text = |secret: &SecretString| secret.expose_secret().to_owned();
    let parts = Parts {
        private_key: text(&app.private_key),
        webhook_secret: text(&app.webhook_secret),
        client_secret: text(&app.client_secret),
    };
    let plain = SecretString::from(serde_json::json!(parts).to_string());
    keys.encrypt(Place { purpose: Purpose::AppCredential, record: &id.to_string() }, &plain)
}

fn open(keys: &KeyRing, app: &StoredApp) -> Result<Parts, RegistrationError> {
    let place = Place { purpose: Purpose::AppCredential, record: &app.id.to_string() };
    let plain = keys.decrypt(place, &app.sealed)?;
    serde_json::from_str(plain.expose_secret()).map_err(|_| RegistrationError::Damaged)
}

/// The App, shared by all parts of the process. Cheap to clone.
#[derive(Clone)]
pub struct Registration(Arc<Inner>);

struct Inner {
    /// How GitHub is reached, without an App.
    template: GithubConfig,
    given: Given,
    clock: SharedClock,
    now: RwLock<Arc<Registered>>,
}

impl Registration {
    /// What the settings say; [`Self::refresh`] adds what is stored.
    pub fn new(template: GithubConfig, given: Given, clock: SharedClock) -> Result<Self, GithubError> {
        let client = |(id, key): &(u64, SecretString)| client(&template, &clock, *id, key);
        let first = Registered {
            github: given.app.as_ref().map(client).transpose()?,
            webhook_secrets: WebhookSecrets::new(&given.webhook_secrets),
            oauth: given.oauth.clone().map(|(id, secret)| OAuth::new(&template, id, secret)).transpose()?,
            made_here: None,
        };
        Ok(Self(Arc::new(Inner { template, given, clock, now: RwLock::new(Arc::new(first)) })))
    }

    /// The App now.
    pub fn now(&self) -> Arc<Registered> {
        Arc::clone(&self.0.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How GitHub is reached, without an App.
    pub fn template(&self) -> &GithubConfig {
        &self.0.template
    }

    /// Whether the settings name the App, so that a stored one is not used.
    pub fn is_given(&self) -> bool {
        self.0.given.app.is_some()
    }

    /// The App's number; 0 until there is one.
    pub fn number(&self) -> i64 {
        self.now().github.as_ref().map_or(0, GitHub::app_id)
    }

    /// Whether this person owns the App that was made here and is in use.
    pub fn is_owner(&self, person: &Person) -> bool {
        let owner = self.now().made_here.as_ref().and_then(|made| made.owner_id);
        !self.is_given() && owner == Some(person.id)
    }

    /// Takes up what is stored, if it is not what is in use; whether anything changed. What the secrets of an App are
    /// is told to `secrets` before it is used.
    pub async fn refresh(&self, store: &Store, keys: &KeyRing, secrets: &Secrets) -> Result<bool, RegistrationError> {
        let known = self.now().made_here.as_ref().map(|made| made.record);
        let mut conn = store.read().await?;
        if app_credentials::current(&mut conn).await? == known {
            return Ok(false);
        }
        let stored = app_credentials::get(&mut conn).await?;
        drop(conn);
        let next = match stored {
            Some(app) => self.with(&app, open(keys, &app)?, secrets)?,
            None => Self::new(self.0.template.clone(), self.0.given.clone(), Arc::clone(&self.0.clock))?.now(),
        };
        *self.0.now.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(true)
    }

    /// The stored App with the settings' parts in the place of its own.
    fn with(&self, app: &StoredApp, parts: Parts, secrets: &Secrets) -> Result<Arc<Registered>, RegistrationError> {
        let Parts { private_key, webhook_secret, client_secret } = parts;
        for secret in [&private_key, &webhook_secret, &client_secret] {
            secrets.register(secret);
        }
        let before = self.now();
        let made_here = Some(MadeHere {
            record: app.id,
            app_id: app.app_id,
            slug: app.slug.clone(),
            owner: app.owner.clone(),
            owner_id: app.owner_id,
        });
        if self.is_given() {
            return Ok(Arc::new(Registered { made_here, ..(*before).clone() }));
        }
        let github = client(&self.0.template, &self.0.clock, app.app_id, &private_key.into())?;
        let given = &self.0.given;
        let webhook_secrets = if given.webhook_secrets.is_empty() {
            WebhookSecrets::new(&[SecretString::from(webhook_secret)])
        } else {
            before.webhook_secrets.clone()
        };
        let oauth = match &before.oauth {
            Some(oauth) if given.oauth.is_some() => oauth.clone(),
            _ => OAuth::new(&self.0.template, app.client_id.clone(), client_secret.into())?,
        };
        let oauth = Some(oauth);
        Ok(Arc::new(Registered { github: Some(github), webhook_secrets, oauth, made_here }))
    }
}

fn client(
    template: &GithubConfig,
    clock: &SharedClock,
    app_id: u64,
    key: &SecretString,
) -> Result<GitHub, GithubError> {
    let config = GithubConfig { app_id, private_key: key.clone(), ..template.clone() };
    GitHub::new(config, Arc::clone(clock))
}
