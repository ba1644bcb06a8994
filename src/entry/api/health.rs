//! Whether the process lives, and whether it takes work.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;

use super::ApiState;
use super::error::ApiError;
use super::form::Shown;
use super::show::{Health, Ready};
use crate::service::rest::gauges;

/// How long the database may take to show a sign of life.
const DATABASE: Duration = Duration::from_secs(2);

pub(super) const STOPPING: &str = "The program is stopping.";
pub(super) const NO_DATABASE: &str = "The database cannot answer now.";

pub(super) async fn health() -> Result<Shown<Health>, ApiError> {
    Ok(Shown(Health::now()))
}

pub(super) async fn ready(State(state): State<ApiState>) -> Result<Shown<Ready>, ApiError> {
    if state.stop.is_cancelled() {
        return Err(ApiError::said(StatusCode::SERVICE_UNAVAILABLE, STOPPING));
    }
    match tokio::time::timeout(DATABASE, gauges::jobs_by_status(&state.services)).await {
        Ok(Ok(_)) => Ok(Shown(Ready::now())),
        Ok(Err(_)) | Err(_) => Err(ApiError::said(StatusCode::SERVICE_UNAVAILABLE, NO_DATABASE)),
    }
}
