//! The end of the manifest flow: the code that GitHub gave becomes an App and its credentials.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::Deserialize;

use crate::domain::clock::SharedClock;
use crate::domain::ids::GithubUserId;

use super::call::{Call, JSON, Verdict, judge};
use super::place::Place;
use super::skew::Skew;
use super::sort::{LEAST_PAUSE, sort};
use super::transport::{Outgoing, Transport};
use super::{GithubConfig, GithubError};

/// An App just made. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct NewApp {
    /// Its number.
    pub id: u64,
    /// Its name in addresses.
    pub slug: String,
    /// The login of the account it belongs to.
    pub owner: String,
    /// The person it belongs to, if it is no organisation.
    pub owner_id: Option<GithubUserId>,
    /// Client id, for signing in.
    pub client_id: String,
    /// Client secret, for signing in.
    pub client_secret: SecretString,
    /// What its deliveries are signed with.
    pub webhook_secret: SecretString,
    /// Its private key, PEM.
    pub private_key: SecretString,
}

#[derive(Deserialize)]
struct Owner {
    id: i64,
    login: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Converted {
    id: u64,
    slug: String,
    owner: Owner,
    client_id: String,
    client_secret: String,
    webhook_secret: String,
    pem: String,
}

/// Exchanges the code, which is good once and for an hour; `config` needs no App yet.
///
/// # Errors
/// [`GithubError::NotFound`] when the code is unknown, spent or too old. It is sent once: whether a broken answer
/// spent the code nobody can say.
pub async fn convert_manifest(config: &GithubConfig, clock: SharedClock, code: &str) -> Result<NewApp, GithubError> {
    let place = Place::new(&config.api_url)?;
    let transport = Transport::new(config, place.is_loopback())?;
    let path = format!("/app-manifests/{}/conversions", super::encode(code));
    let call = Call::post(path, &BTreeMap::<&str, &str>::new());
    let url = place.url(&call.path)?;
    let outgoing = Outgoing {
        method: &call.method,
        url: &url,
        bearer: None,
        accept: JSON,
        etag: None,
        body: call.body.as_deref(),
    };
    let result = transport.send(&outgoing).await;
    match (judge(&result), result) {
        (Verdict::Done, Ok(answer)) => read(&answer.body).ok_or(GithubError::UnknownOutcome),
        (Verdict::Refused, Ok(answer)) => Err(sort(&answer, &Skew::new(clock), LEAST_PAUSE)),
        (Verdict::NotSent, _) => Err(GithubError::Unavailable("it cannot be reached")),
        (Verdict::Hopeless(why), _) => Err(GithubError::Unavailable(why)),
        _ => Err(GithubError::UnknownOutcome),
    }
}

fn read(body: &[u8]) -> Option<NewApp> {
    let app: Converted = serde_json::from_slice(body).ok()?;
    Some(NewApp {
        id: app.id,
        slug: app.slug,
        owner_id: (app.owner.kind == "User").then_some(GithubUserId(app.owner.id)),
        owner: app.owner.login,
        client_id: app.client_id,
        client_secret: app.client_secret.into(),
        webhook_secret: app.webhook_secret.into(),
        private_key: app.pem.into(),
    })
}
