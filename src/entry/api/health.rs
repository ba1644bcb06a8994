//! Whether the process lives, and whether it takes work.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Json, Response};
use serde_json::{Value, json};

use super::ApiState;
use super::error::detail;
use crate::service::rest::gauges;

/// How long the database may take to show a sign of life.
const DATABASE: Duration = Duration::from_secs(2);

pub(super) async fn health() -> Json<Value> {
    Json(json!({ "status": "healthy", "version": env!("CARGO_PKG_VERSION") }))
}

pub(super) async fn ready(State(state): State<ApiState>) -> Response {
    if state.stop.is_cancelled() {
        return detail(StatusCode::SERVICE_UNAVAILABLE, "The program is stopping.");
    }
    match tokio::time::timeout(DATABASE, gauges::jobs_by_status(&state.services)).await {
        Ok(Ok(_)) => Json(json!({ "status": "ready" })).into_response(),
        Ok(Err(_)) | Err(_) => detail(StatusCode::SERVICE_UNAVAILABLE, "The database cannot answer now."),
    }
}
