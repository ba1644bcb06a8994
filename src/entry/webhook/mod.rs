//! `POST /webhooks/github`: verified over the raw bytes, stored, answered; no GitHub and no model call here (M10).
//!
//! The answers, in this order: 413 · 415 · 503 no secret · 401 · 400 · 200 pong · 204 · 200 duplicate · 202 · 503.

mod body;
mod envelope;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use bytes::Bytes;
use serde_json::json;

use crate::adapters::crypto::Signature;
use crate::adapters::queue::{Accepted, Inbox, NewDelivery};
use crate::domain::clock::{SharedClock, Timestamp};
use crate::service::Registration;

use body::{BodyError, Budget};
use envelope::{Envelope, is_used};

pub use envelope::subscribed_events;

/// The largest payload GitHub sends, in bytes.
pub const MAX_BODY_BYTES: usize = 25 * 1024 * 1024;
/// The longest delivery header, in characters.
const MAX_GUID_CHARS: usize = 128;

/// What the receiver needs.
#[derive(Clone)]
pub struct Receiver {
    /// Where deliveries are stored.
    pub inbox: Inbox,
    /// The App the deliveries are for, and all secrets that are accepted.
    pub app: Registration,
    /// The time.
    pub clock: SharedClock,
    /// How long a body may take to arrive.
    pub read_timeout: Duration,
    /// Deliveries of older events are kept but not run.
    pub max_age: Duration,
    budget: Arc<Budget>,
}

impl Receiver {
    /// A receiver with the standing limits on bodies.
    pub fn new(inbox: Inbox, app: Registration, clock: SharedClock, read_timeout: Duration) -> Self {
        let max_age = Duration::from_hours(24);
        Self { inbox, app, clock, read_timeout, max_age, budget: Arc::new(Budget::standard()) }
    }
}

/// The route.
pub fn router(receiver: Receiver) -> Router {
    Router::new().route("/webhooks/github", post(receive)).with_state(receiver)
}

fn answer(status: StatusCode, detail: &str) -> Response {
    (status, Json(json!({ "detail": detail }))).into_response()
}

async fn receive(State(receiver): State<Receiver>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match take(&receiver, &parts.headers, body).await {
        Ok(response) | Err(response) => response,
    }
}

async fn take(receiver: &Receiver, headers: &HeaderMap, body: Body) -> Result<Response, Response> {
    body::check_length(headers, MAX_BODY_BYTES)
        .map_err(|()| answer(StatusCode::PAYLOAD_TOO_LARGE, "The payload is over 25 MiB."))?;
    check_type(headers)?;
    let secrets = receiver.app.now().webhook_secrets.clone();
    if secrets.is_empty() {
        return Err(unavailable("No webhook secret is configured."));
    }
    // A request without a well-formed signature is refused before its body is read.
    let signature = signature(headers)?;
    let (bytes, _held) = read(receiver, headers, body).await?;
    if secrets.verify(&signature, &bytes).is_none() {
        return Err(unsigned());
    }
    let (guid, event) = names(headers)?;
    let envelope =
        Envelope::read(&bytes).ok_or_else(|| answer(StatusCode::BAD_REQUEST, "The payload is not a JSON object."))?;
    if event == "ping" {
        return Ok(Json(json!({ "status": "pong" })).into_response());
    }
    if !is_used(&event, envelope.action.as_deref()) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    store(receiver, guid, event, envelope, &bytes).await
}

fn check_type(headers: &HeaderMap) -> Result<(), Response> {
    let refuse = |why| answer(StatusCode::UNSUPPORTED_MEDIA_TYPE, why);
    let content = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = content.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(refuse("The content type must be application/json."));
    }
    match headers.get(header::CONTENT_ENCODING) {
        None => Ok(()),
        Some(encoding) if encoding.as_bytes().eq_ignore_ascii_case(b"identity") => Ok(()),
        Some(_) => Err(refuse("Compressed payloads are not taken.")),
    }
}

fn unsigned() -> Response {
    answer(StatusCode::UNAUTHORIZED, "The signature is missing or wrong.")
}

fn unavailable(why: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "30")], Json(json!({ "detail": why }))).into_response()
}

fn signature(headers: &HeaderMap) -> Result<Signature, Response> {
    let header = headers.get("x-hub-signature-256").and_then(|v| v.to_str().ok());
    header.and_then(Signature::parse).ok_or_else(unsigned)
}

async fn read(receiver: &Receiver, headers: &HeaderMap, body: Body) -> Result<(Bytes, body::Held), Response> {
    let read = body::read(body, headers, MAX_BODY_BYTES, &receiver.budget);
    match tokio::time::timeout(receiver.read_timeout, read).await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(BodyError::TooLarge)) => Err(answer(StatusCode::PAYLOAD_TOO_LARGE, "The payload is over 25 MiB.")),
        Ok(Err(BodyError::NoRoom)) => Err(unavailable("Too many large payloads at once.")),
        Ok(Err(BodyError::Broken)) => Err(answer(StatusCode::BAD_REQUEST, "The payload broke off.")),
        Err(_) => Err(answer(StatusCode::REQUEST_TIMEOUT, "The payload took too long to arrive.")),
    }
}

fn names(headers: &HeaderMap) -> Result<(String, String), Response> {
    let word = |name: &str, max: usize| {
        let text = headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim).filter(|text| !text.is_empty());
        text.filter(|text| text.chars().count() <= max).map(str::to_owned)
    };
    match (word("x-github-delivery", MAX_GUID_CHARS), word("x-github-event", 64)) {
        (Some(guid), Some(event)) => Ok((guid, event)),
        _ => Err(answer(StatusCode::BAD_REQUEST, "The delivery or event header is missing or too long.")),
    }
}

async fn store(
    receiver: &Receiver,
    guid: String,
    event: String,
    envelope: Envelope,
    bytes: &[u8],
) -> Result<Response, Response> {
    let payload = std::str::from_utf8(bytes)
        .map_err(|_| answer(StatusCode::BAD_REQUEST, "The payload is not UTF-8."))?
        .to_owned();
    let now = receiver.clock.now();
    let happened = envelope.happened_at.as_deref().and_then(Timestamp::parse_rfc3339);
    let delivery = NewDelivery {
        app_id: receiver.app.number(),
        guid,
        event,
        action: envelope.action,
        payload,
        received_at: now,
        installation_id: envelope.installation_id,
        too_old: happened.is_some_and(|at| now.since(at) > receiver.max_age),
    };
    let status = |code, word: &str| (code, Json(json!({ "status": word }))).into_response();
    match receiver.inbox.accept(delivery).await {
        // One that is too old to run is taken all the same: to GitHub it is delivered.
        Ok(Accepted::Queued | Accepted::TooOld) => Ok(status(StatusCode::ACCEPTED, "queued")),
        Ok(Accepted::Duplicate) => Ok(status(StatusCode::OK, "duplicate")),
        Err(_) => Err(unavailable("The database cannot take the delivery now.")),
    }
}
