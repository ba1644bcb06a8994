//! The REST API: one endpoint a file, scopes declared beside the route.

use axum::Router;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::service::Services;

/// What every endpoint works with.
#[derive(Clone)]
pub struct ApiState {
    services: Services,
    admin_token: Option<SecretString>,
    app_id: i64,
    stop: CancellationToken,
}

impl ApiState {
    /// `admin_token` holds every scope; `stop` fires when the program ends (readiness).
    pub fn new(services: Services, admin_token: Option<&SecretString>, app_id: i64, stop: CancellationToken) -> Self {
        Self { services, admin_token: admin_token.cloned(), app_id, stop }
    }
}

/// All routes below `/v1`, and health.
pub fn router(state: ApiState) -> Router {
    let _ = (&state.services, &state.admin_token, state.app_id, &state.stop);
    Router::new()
}
