//! The same POST twice is carried out once (F127): what an `Idempotency-Key` stands for, and the answer it got.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use crate::adapters::crypto::{Place, Purpose};
use crate::adapters::store::answers::{self, Answer, Begun, Named};
use crate::adapters::store::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::sha256::Sha256Hex;
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
        record(&self.token, &self.key)
    }
}

/// The name of a kept body for its seal.
pub fn record(token: &str, key: &str) -> String {
    format!("{token}:{key}")
}

/// Forgets answers whose time is over; how many that were.
pub async fn sweep(conn: &mut Conn, now: Timestamp) -> Result<u64, StoreError> {
    answers::forget(conn, now.minus(KEPT)).await
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
    let is_same = svc.keys.is_mac(&known.mac, &asked.request);
    Ok(match known.answer {
        Some(answer) => opened(svc, asked, answer, is_same),
        None if is_same => Turn::Running,
        None => Turn::Other,
    })
}

/// The hash under the seal tells the request too: it outlives an exchange of the keys, which the keyed one does not.
fn opened(svc: &Services, asked: &Asked, answer: Answer, is_same: bool) -> Turn {
    let record = asked.record();
    let place = Place { purpose: Purpose::Answer, record: &record };
    let (Ok(sealed), Ok(status)) = (svc.keys.decrypt(place, &answer.sealed_body), u16::try_from(answer.status)) else {
        return if is_same { Turn::Unreadable } else { Turn::Other };
    };
    let Some((request, body)) = sealed.expose_secret().split_once('\n') else { return Turn::Unreadable };
    if request != Sha256Hex::of(&asked.request).as_str() {
        return Turn::Other;
    }
    Turn::Again(Kept { status, location: answer.location, body: SecretString::from(body) })
}

/// Keeps what the first attempt was answered. The body may hold a secret, so each is sealed, below its request's hash.
pub async fn keep(svc: &Services, asked: &Asked, attempt: &str, kept: &Kept) -> Result<(), StoreError> {
    let record = asked.record();
    let place = Place { purpose: Purpose::Answer, record: &record };
    let both = SecretString::from(format!("{}\n{}", Sha256Hex::of(&asked.request), kept.body.expose_secret()));
    let sealed_body = svc.keys.encrypt(place, &both);
    let answer = Answer { status: kept.status.into(), location: kept.location.clone(), sealed_body };
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
