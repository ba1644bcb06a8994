//! The REST API: one endpoint family a file, every route with the scope it needs.

mod answer;
mod audit;
mod auth;
mod body;
mod budgets;
mod deliveries;
mod docs;
mod edge;
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
use axum::http::HeaderValue;
use axum::middleware::{from_fn, map_response};
use axum::response::{IntoResponse as _, Response};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use crate::adapters::crypto::secret_hash;
use crate::domain::ids::TokenId;
use crate::domain::sha256::Sha256Hex;
use crate::service::Services;
use crate::service::rest::new_tasks::NewTasks;
use crate::service::rest::tokens::{KNOWN_TOKENS_BYTES, KnownTokens};

pub use edge::{AddressLimit, Limit, Network, Proxies, limited};
pub use routes::{Listed, list as route_list, openapi};

/// Streams of logs that may be open at once; each holds a connection.
const MAX_STREAMS: usize = 256;

/// What every endpoint works with.
#[derive(Clone)]
pub struct ApiState {
    services: Services,
    new_tasks: NewTasks,
    admin: Option<Arc<Sha256Hex>>,
    stop: CancellationToken,
    token_limit: Limit<Option<TokenId>>,
    pick_wait: Duration,
    body_read: Duration,
    /// Places for streams of logs.
    streams: Arc<Semaphore>,
    known_tokens: Arc<KnownTokens>,
    known_answers: Arc<edge::KnownAnswers>,
}

impl ApiState {
    /// `admin_token` holds every scope; `stop` fires when the program ends (readiness).
    pub fn new(services: Services, admin_token: Option<&SecretString>, stop: CancellationToken) -> Self {
        Self {
            new_tasks: NewTasks::start(services.store.clone()),
            services,
            admin: admin_token.map(|token| Arc::new(secret_hash(token.expose_secret()))),
            stop,
            token_limit: Limit::new(0),
            pick_wait: Duration::from_secs(30),
            body_read: Duration::from_secs(30),
            streams: Arc::new(Semaphore::new(MAX_STREAMS)),
            known_tokens: Arc::new(KnownTokens::new(KNOWN_TOKENS_BYTES)),
            known_answers: Arc::new(edge::KnownAnswers::new(edge::KNOWN_ANSWERS_BYTES)),
        }
    }

    /// The number of the App whose deliveries are shown.
    fn app_id(&self) -> i64 {
        self.services.app.number()
    }

    /// How many streams of logs may be open at once.
    #[must_use]
    pub fn with_streams(self, streams: usize) -> Self {
        Self { streams: Arc::new(Semaphore::new(streams)), ..self }
    }

    /// How often each token may ask in a minute; 0 for any number.
    #[must_use]
    pub fn with_token_limit(self, per_minute: u32) -> Self {
        Self { token_limit: Limit::new(per_minute), ..self }
    }

    /// How long a body may take to arrive.
    #[must_use]
    pub fn with_body_read(self, body_read: Duration) -> Self {
        Self { body_read, ..self }
    }

    /// How long `POST …/prs` waits for the pull request before it answers 202.
    #[must_use]
    pub fn with_pick_wait(self, pick_wait: Duration) -> Self {
        Self { pick_wait, ..self }
    }
}

/// All routes of the table, and the answer to every address that is nobody's. Browsers of `origins` may use them, of
/// others not.
pub fn router(state: ApiState, origins: &[HeaderValue]) -> Router {
    let router = routes::router(&state).fallback(answer::unknown).with_state(state);
    match edge::cors(origins) {
        Some(layer) => router.layer(layer),
        None => router,
    }
}

/// What answers here, for programs that ask for `/`.
pub fn about() -> Response {
    axum::Json(show::About::now()).into_response()
}

/// Whether a path is asked by what watches over the program: it is never limited.
pub fn is_watched(path: &str) -> bool {
    matches!(path, "/health" | "/readyz" | "/metrics")
}

/// What every route of the program has: a name for each request, a panic is a 500, and a wrong method a 405 that says
/// so.
pub fn finished(router: Router) -> Router {
    router
        .layer(CatchPanicLayer::custom(answer::panicked))
        .layer(map_response(answer::as_json))
        .layer(from_fn(edge::named))
}
