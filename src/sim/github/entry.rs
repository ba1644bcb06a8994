//! The front door: reads a request whole, lets it suffer what was ordered, notes it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use serde_json::json;

use super::fault::{Act, Suffering};
use super::hub::Hub;
use super::log::LoggedCall;
use super::rest::{Refusal, whose};
use super::{git, rest};

/// More than any request of ours.
const MOST: usize = 256 << 20;

/// What every request needs.
#[derive(Clone)]
pub struct Door {
    pub hub: Arc<Hub>,
    pub rest: Router,
}

/// A request read whole.
pub struct Call {
    pub parts: Parts,
    pub body: Bytes,
}

/// Answers everything.
pub async fn enter(State(door): State<Door>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let method = parts.method.to_string();
    let path = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let (at, installation) = (door.hub.now(), whose(&door.hub, &parts.headers));
    let answer = match to_bytes(body, MOST).await {
        Ok(body) => {
            let call = Call { parts, body };
            match door.hub.suffering(&method, &path) {
                None => Ok(door.answer(call).await),
                Some(suffering) => door.suffer(call, suffering).await,
            }
        }
        Err(_) => Err(Broken),
    };
    let status = answer.as_ref().map_or(0, |r| r.status().as_u16());
    door.hub.write_log(LoggedCall { method, path, status, installation, at });
    answer.unwrap_or_else(|Broken| break_off(Vec::new()))
}

/// The connection ends without an answer.
struct Broken;

impl Door {
    async fn answer(&self, call: Call) -> Response {
        let path = call.parts.uri.path();
        if rest::oauth::is_asked(path) {
            rest::oauth::serve(&self.hub, &call)
        } else if rest::oauth::is_about_a_token(path) {
            rest::oauth::token(&self.hub, &call)
        } else if path.starts_with("/api/") {
            rest::answer(self, call).await
        } else if git::is_asked(path) {
            git::serve(&self.hub, call).await
        } else if let Some(page) = rest::make_app(&self.hub, &call) {
            page
        } else {
            rest::page(&self.hub, path)
        }
    }

    async fn suffer(&self, call: Call, suffering: Suffering) -> Result<Response, Broken> {
        tokio::time::sleep(suffering.delay).await;
        if let Some(gate) = suffering.gate {
            gate.cancelled().await;
        }
        let limited = |message: &str| Refusal::new(403, json!({ "message": message })).into_response();
        match suffering.act {
            Act::Nothing => Ok(self.answer(call).await),
            Act::Status(status) => Ok(Refusal::plain(status, "Server Error").into_response()),
            Act::Cut(after) => Ok(cut(self.answer(call).await, after).await),
            Act::ApplyThenFail(status) => {
                self.answer(call).await;
                Ok(Refusal::plain(status, "Server Error").into_response())
            }
            Act::ApplyThenReset => {
                self.answer(call).await;
                Err(Broken)
            }
            Act::Html => {
                Ok(Html("<!DOCTYPE html><html><title>Unicorn!</title><p>This page is taking too long").into_response())
            }
            Act::Secondary(wait) => {
                let mut answer = limited(SECONDARY);
                header(&mut answer, "retry-after", wait.map(|s| s.to_string()));
                Ok(answer)
            }
            Act::Primary(reset) => {
                let mut answer = limited("API rate limit exceeded for installation.");
                header(&mut answer, "x-ratelimit-limit", Some("5000".into()));
                header(&mut answer, "x-ratelimit-remaining", Some("0".into()));
                header(&mut answer, "x-ratelimit-reset", Some(reset.to_string()));
                Ok(answer)
            }
            Act::Reset => Err(Broken),
        }
    }
}

/// What GitHub says when too much is asked at once.
pub const SECONDARY: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

/// Sets a header when there is a value.
pub fn header(answer: &mut Response, name: &'static str, value: Option<String>) {
    if let Some(value) = value.and_then(|v| v.parse().ok()) {
        answer.headers_mut().insert(name, value);
    }
}

/// A body that ends in a broken connection. Sent bytes get a moment to leave before the break.
fn break_off(first: Vec<u8>) -> Response {
    let pause = if first.is_empty() { Duration::ZERO } else { Duration::from_millis(20) };
    let sent = futures::stream::iter((!first.is_empty()).then(|| Ok(Bytes::from(first))));
    let end = futures::stream::once(async move {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        Err(io::Error::other("broken off as ordered"))
    });
    Body::from_stream(sent.chain(end)).into_response()
}

async fn cut(answer: Response, after: usize) -> Response {
    let (mut parts, body) = answer.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let kept = whole.get(..after.min(whole.len())).unwrap_or_default().to_vec();
    parts.headers.insert("content-length", whole.len().into());
    Response::from_parts(parts, break_off(kept).into_body())
}
