//! REST and GraphQL.

pub mod access;
mod answer;
mod app;
mod auth;
mod comments;
mod contents;
mod deliveries;
mod graphql;
mod issues;
mod manifest;
pub mod oauth;
mod page;
mod pulls;
mod reactions;
mod refs;
mod refusal;
mod repos;
mod routes;
mod web;

pub use answer::answer;
pub use auth::{Caller, caller_of_token, whose};
pub use manifest::make_app;
pub use refusal::Refusal;
pub use routes::router;
pub use web::page;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::Value;

/// What every handler gives.
type Reply = Result<Response, Refusal>;
/// What every handler takes.
type Shared = State<Arc<super::hub::Hub>>;

fn ok(body: Value) -> Response {
    Json(body).into_response()
}

fn created(body: Value) -> Response {
    (StatusCode::CREATED, Json(body)).into_response()
}

/// The JSON object in a body; an empty body is an empty object.
fn object(body: &Bytes) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(serde_json::json!({}));
    }
    match serde_json::from_slice(body) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => Ok(value),
        Ok(_) => Err(Refusal::plain(400, "Body should be a JSON object")),
        Err(_) => Err(Refusal::plain(400, "Problems parsing JSON")),
    }
}

/// A text field.
fn text<'a>(body: &'a Value, field: &str) -> Option<&'a str> {
    body.get(field).and_then(Value::as_str)
}
