//! The same POST twice is carried out once (F127): what an `Idempotency-Key` stands for, and the answer it got.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use crate::adapters::crypto::{Place, Purpose};
use crate::adapters::store::StoreError;
use crate::adapters::store::answers::{self, Answer, Begun, Named};
use crate::service::Services;

/// How long an answer is kept.
const KEPT: Duration = Duration::from_hours(24);
/// An attempt that has left no answer by then was killed; longer than any request may work.
const LOST: Duration = Duration::from_mins(2);

/// Who asks, under which key, for what.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The token's id.
    pub token: String,
    /// The caller's key.
    pub key: String,
    /// Method, path and body.
    pub request: Vec<u8>,
}

/// An answer that is given again.
#[derive(Debug)]
pub struct Kept {
    /// The HTTP status.
    pub status: u16,
    /// The `Location` header.
    pub location: Option<String>,
    /// The body.
    pub body: SecretString,
}

/// What a request with a key is.
#[derive(Debug)]
pub enum Turn {
    /// New: to be carried out, under this name.
    First(String),
    /// Answered before.
    Again(Kept),
    /// At work elsewhere.
    Running,
    /// Something else than what the key stood for.
    Other,
    /// Answered before, under an encryption key that is gone.
    Unreadable,
}

impl Asked {
    fn named(&self) -> Named<'_> {
        Named { token: &self.token, key: &self.key }
    }

    fn record(&self) -> String {
        format!("{}:{}", self.token, self.key)
    }
}

/// Takes the key, or says what it stands for.
pub async fn begin(svc: &Services, asked: &Asked) -> Result<Turn, StoreError> {
    let attempt = uuid::Uuid::new_v4().to_string();
    let now = svc.now();
    let mac = svc.keys.mac(&asked.request);
    let begun = Begun { named: asked.named(), mac: &mac, attempt: &attempt, at: now };
    let mut tx = svc.store.begin().await?;
    let mine = answers::begin(&mut tx, begun, now.minus(KEPT), now.minus(LOST)).await?;
    let known = if mine { None } else { answers::known(&mut tx, asked.named()).await? };
    tx.commit().await?;
    let Some(known) = known else { return Ok(if mine { Turn::First(attempt) } else { Turn::Running }) };
    if !svc.keys.is_mac(&known.mac, &asked.request) {
        return Ok(Turn::Other);
    }
    Ok(known.answer.map_or(Turn::Running, |answer| opened(svc, asked, answer)))
}

fn opened(svc: &Services, asked: &Asked, answer: Answer) -> Turn {
    let record = asked.record();
    let place = Place { purpose: Purpose::Answer, record: &record };
    match (svc.keys.decrypt(place, &answer.sealed_body), u16::try_from(answer.status)) {
        (Ok(body), Ok(status)) => Turn::Again(Kept { status, location: answer.location, body }),
        _ => Turn::Unreadable,
    }
}

/// Keeps what the first attempt was answered. The body may hold a secret, so each is sealed.
pub async fn keep(svc: &Services, asked: &Asked, attempt: &str, kept: &Kept) -> Result<(), StoreError> {
    let record = asked.record();
    let place = Place { purpose: Purpose::Answer, record: &record };
    let answer = Answer {
        status: kept.status.into(),
        location: kept.location.clone(),
        sealed_body: svc.keys.encrypt(place, &SecretString::from(kept.body.expose_secret())),
    };
    let mut tx = svc.store.begin().await?;
    answers::keep(&mut tx, asked.named(), attempt, &answer).await?;
    tx.commit().await
}

/// Lets the key go: the attempt was refused and changed nothing.
pub async fn free(svc: &Services, asked: &Asked, attempt: &str) -> Result<(), StoreError> {
    let mut tx = svc.store.begin().await?;
    answers::free(&mut tx, asked.named(), attempt).await?;
    tx.commit().await
}
