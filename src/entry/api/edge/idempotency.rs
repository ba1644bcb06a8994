//! `Idempotency-Key` on a POST: sent again after a lost answer, it is carried out once and answered alike (F127).

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tracing::Instrument as _;

use crate::entry::api::ApiState;
use crate::entry::api::auth::Caller;
use crate::entry::api::body::whole;
use crate::entry::api::error::ApiError;
use crate::service::rest::answers::{self, Asked, Kept, Turn};

/// The caller's key.
pub(in crate::entry::api) const HEADER: &str = "Idempotency-Key";
/// Marks an answer that is given again.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The longest key, in bytes.
const MAX_KEY: usize = 255;

pub(in crate::entry::api) const OTHER: &str = "The Idempotency-Key was used for another request.";
pub(in crate::entry::api) const RUNNING: &str = "The first request with this Idempotency-Key is still at work.";
const UNREADABLE: &str = "The answer to this Idempotency-Key cannot be read any more.";

fn key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get(HEADER) else { return Ok(None) };
    let bytes = value.as_bytes();
    let right = (1..=MAX_KEY).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    match value.to_str() {
        Ok(text) if right => Ok(Some(text.to_owned())),
        _ => Err(ApiError::Invalid(vec![json!({
            "type": "value_error",
            "loc": ["header", HEADER],
            "msg": "Input should be 1 to 255 visible ASCII characters",
            "input": String::from_utf8_lossy(bytes),
        })])),
    }
}

fn conflict(text: &str) -> Response {
    ApiError::said(StatusCode::CONFLICT, text).into_response()
}

fn again(kept: Kept) -> Response {
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    let body = kept.body.expose_secret().to_owned();
    let mut response = (status, body.clone()).into_response();
    let headers = response.headers_mut();
    if body.is_empty() {
        headers.remove(header::CONTENT_TYPE);
    } else {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Some(location) = kept.location.and_then(|place| HeaderValue::from_str(&place).ok()) {
        headers.insert(header::LOCATION, location);
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Carries a request out once for its key.
pub async fn once(State(state): State<ApiState>, caller: Caller, request: Request, next: Next) -> Response {
    match key(request.headers()) {
        Ok(None) => next.run(request).await,
        Ok(Some(key)) => match keyed(&state, &caller, key, request, next).await {
            Ok(response) => response,
            Err(error) => error.into_response(),
        },
        Err(error) => error.into_response(),
    }
}

async fn keyed(
    state: &ApiState,
    caller: &Caller,
    key: String,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let line = format!("{} {}\n", request.method(), request.uri());
    let (parts, body) = request.into_parts();
    let bytes = whole(&parts.headers, body, state.body_read).await?;
    let asked = Asked { token: caller.id(), key, request: [line.as_bytes(), &bytes].concat() };
    let attempt = match answers::begin(&state.services, &asked).await? {
        Turn::First(attempt) => attempt,
        Turn::Again(kept) => return Ok(again(kept)),
        Turn::Other => return Ok(conflict(OTHER)),
        Turn::Unreadable => return Ok(conflict(UNREADABLE)),
        Turn::Running => {
            let mut response = conflict(RUNNING);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            return Ok(response);
        }
    };
    let request = Request::from_parts(parts, Body::from(bytes));
    let state = state.clone();
    // A caller who hangs up does not stop what has begun: its answer is there when the caller comes back.
    let work = async move { finish(&state, &asked, &attempt, next.run(request).await).await };
    tokio::spawn(work.in_current_span()).await.map_err(|error| ApiError::Internal(error.into()))?
}

/// Keeps a success; whatever was refused changed nothing, so its key is free again.
async fn finish(state: &ApiState, asked: &Asked, attempt: &str, response: Response) -> Result<Response, ApiError> {
    if !response.status().is_success() {
        answers::free(&state.services, asked, attempt).await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.map_err(|error| ApiError::Internal(error.into()))?;
    let text = String::from_utf8(bytes.to_vec()).map_err(|error| ApiError::Internal(error.into()))?;
    let location = parts.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let kept = Kept { status: parts.status.as_u16(), location, body: SecretString::from(text) };
    if let Err(error) = answers::keep(&state.services, asked, attempt, &kept).await {
        // It is done; without its answer the key says "still at work" until it is given up.
        tracing::warn!(%error, "an answer was not kept for its Idempotency-Key");
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}
