//! The REST API: one endpoint family a file, every route with the scope it needs.

mod answer;
mod audit;
mod auth;
mod body;
mod budgets;
mod deliveries;
mod error;
mod form;
mod github;
mod health;
mod input;
mod link;
mod logs;
mod messages;
mod metrics;
mod models;
mod open;
mod paging;
mod preferences;
mod prs;
mod repos;
mod rounds;
mod routes;
mod runs;
mod show;
mod tasks;
mod tokens;
mod update;
mod usage;
mod votes;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::map_response;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use crate::adapters::crypto::{WebhookSecrets, secret_hash};
use crate::domain::sha256::Sha256Hex;
use crate::service::Services;

pub use routes::{Listed, list as route_list, openapi};

/// Streams of logs that may be open at once; each holds a connection.
const MAX_STREAMS: usize = 256;

/// What every endpoint works with.
#[derive(Clone)]
pub struct ApiState {
    services: Services,
    admin: Option<Arc<Sha256Hex>>,
    app_id: i64,
    stop: CancellationToken,
    pick_wait: Duration,
    body_read: Duration,
    webhook_secrets: Option<WebhookSecrets>,
    /// Places for streams of logs.
    streams: Arc<Semaphore>,
}

impl ApiState {
    /// `admin_token` holds every scope; `stop` fires when the program ends (readiness).
    pub fn new(services: Services, admin_token: Option<&SecretString>, app_id: i64, stop: CancellationToken) -> Self {
        Self {
            services,
            admin: admin_token.map(|token| Arc::new(secret_hash(token.expose_secret()))),
            app_id,
            stop,
            pick_wait: Duration::from_secs(30),
            body_read: Duration::from_secs(30),
            webhook_secrets: None,
            streams: Arc::new(Semaphore::new(MAX_STREAMS)),
        }
    }

    /// The receiver's secrets, whose use the metrics count.
    #[must_use]
    pub fn with_webhook_secrets(self, secrets: WebhookSecrets) -> Self {
        Self { webhook_secrets: Some(secrets), ..self }
    }

    /// How many streams of logs may be open at once.
    #[must_use]
    pub fn with_streams(self, streams: usize) -> Self {
        Self { streams: Arc::new(Semaphore::new(streams)), ..self }
    }

    /// How long `POST …/prs` waits for the pull request before it answers 202.
    #[must_use]
    pub fn with_pick_wait(self, pick_wait: Duration) -> Self {
        Self { pick_wait, ..self }
    }
}

/// All routes below `/v1`, health and metrics, and the answer to every address that is nobody's.
pub fn router(state: ApiState) -> Router {
    // Rate limits belong here, around the routes with a token.
    routes::router(&state).fallback(answer::unknown).with_state(state)
}

/// What every route of the program has: a panic is a 500, and a wrong method a 405 that says so.
pub fn finished(router: Router) -> Router {
    router.layer(CatchPanicLayer::custom(answer::panicked)).layer(map_response(answer::as_json))
}
