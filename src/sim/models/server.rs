//! The HTTP side: takes a request apart, remembers it, checks it, answers it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::Value;

use super::answer::{answer, json};
use super::state::{Running, SeenRequest, Shared};
use super::strict::{Complaint, check};
use super::vendor::{Issue, Vendor};

const MAX_REQUEST_BYTES: usize = 64 << 20;

/// Everything goes through one handler, because strictness begins with the path.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(handle).with_state(shared)
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let headers = headers.collect();
    let bytes = to_bytes(body, MAX_REQUEST_BYTES).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let vendor = Vendor::of_path(parts.uri.path());
    let model = vendor.map(|vendor| vendor.model(parts.uri.path(), &body)).unwrap_or_default();
    let seen = SeenRequest { path, headers, body, model };
    shared.lock().requests.push(seen.clone());
    let Some(vendor) = vendor else {
        return json(404, &serde_json::json!({"error": {"message": "no such path"}}));
    };
    respond(&shared, vendor, parts.method.as_str(), &seen).await
}

async fn respond(shared: &Arc<Shared>, vendor: Vendor, method: &str, seen: &SeenRequest) -> Response {
    let checked =
        if method == "POST" { check(vendor, seen, &shared.lock()) } else { Err(Complaint::new(405, "POST it")) };
    if let Err(Complaint { status, message }) = checked {
        return json(status, &vendor.error(status, "", &message));
    }
    let (reply, issue) = {
        let mut state = shared.lock();
        let Some(reply) = state.reply(seen) else {
            return json(404, &vendor.error(404, "", "no such model"));
        };
        state.answers += 1;
        let issue = Issue { number: state.answers, model: seen.model.clone() };
        state.signatures.extend(vendor.signatures(&reply, &issue));
        (reply, issue)
    };
    let running = Running::start(shared.clone());
    tokio::time::sleep(reply.delay).await;
    let wants_stream = vendor.wants_stream(seen);
    let (parts, body) = answer(vendor, &reply, &issue, wants_stream).into_parts();
    // The answer runs until its body is sent or dropped.
    let stream = futures::StreamExt::inspect(body.into_data_stream(), move |_| {
        let _ = &running;
    });
    Response::from_parts(parts, Body::from_stream(stream))
}
