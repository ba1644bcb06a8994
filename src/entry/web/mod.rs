//! The web view: server-rendered pages, assets inside the binary, readable without script.

mod act;
mod assets;
mod banner;
mod compare;
mod diff;
mod guard;
mod home;
mod live;
mod page;
mod pick;
mod places;
mod progress;
mod run;
mod sign_in;
mod start;
mod task;
mod token;
mod visitor;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;

use crate::domain::sha256::Sha256Hex;
use crate::service::Services;
pub use guard::is_this_machine;
use places::Places;
pub use sign_in::SignIn;
use token::Csrf;

/// Counts a page of a session; when there were too many, the seconds until the next one may come (M49).
pub type SessionLimit = Arc<dyn Fn(&Sha256Hex) -> Result<(), u64> + Send + Sync>;

/// What every page works with.
#[derive(Clone)]
pub struct WebState {
    services: Services,
    local: bool,
    csrf: Csrf,
    /// How people sign in; `None` in local mode, and while something is missing for it.
    sign_in: Option<SignIn>,
    /// Logins of those who run this installation.
    admins: Arc<[String]>,
    session_limit: SessionLimit,
    /// Places for pages that listen to live news.
    places: Places,
    /// Fires when the program ends.
    stop: CancellationToken,
}

impl WebState {
    /// `local`: no sign-in, loopback only. Live news end when `stop` fires.
    pub fn new(services: Services, local: bool, stop: CancellationToken) -> Self {
        Self {
            services,
            local,
            csrf: Csrf::new(),
            sign_in: None,
            admins: Arc::default(),
            session_limit: Arc::new(|_| Ok(())),
            places: Places::new(),
            stop,
        }
    }

    /// How people sign in, who of them runs this installation, and how fast a session may ask for pages.
    #[must_use]
    pub fn with_sign_in(self, sign_in: Option<SignIn>, admins: &[String], session_limit: SessionLimit) -> Self {
        Self { sign_in, admins: admins.into(), session_limit, ..self }
    }

    /// Whether people reach us by https.
    fn is_https(&self) -> bool {
        self.services.policy.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }
}

/// All pages. `/` is the home page; whoever mounts it decides who gets it.
pub fn router(state: WebState) -> Router {
    let pages = Router::new()
        .route("/", get(home::show))
        .route("/start", post(start::by_hand))
        .route("/tasks/{id}", get(task::show))
        .route("/tasks/{id}/live", get(live::round))
        .route("/tasks/{id}/act", post(act::act))
        .route("/tasks/{id}/compare", get(compare::show))
        .route("/tasks/{id}/pick", get(pick::confirm).post(pick::pick))
        .route("/runs/{id}", get(run::show))
        .route("/runs/{id}/live", get(live::run))
        .route("/runs/{id}/patch", get(run::patch))
        .layer(from_fn_with_state(state.clone(), guard::visitors));
    let signing = sign_in::router();
    // In local mode nobody but this machine is answered, whatever is asked.
    let signing = if state.local { signing.layer(from_fn_with_state(state.clone(), guard::visitors)) } else { signing };
    Router::new()
        .merge(pages)
        .merge(signing)
        .route("/assets/style.css", get(assets::style))
        .route("/assets/view.js", get(assets::script))
        .route("/assets/icon.svg", get(assets::icon))
        .layer(CompressionLayer::new())
        .layer(from_fn(guard::headers))
        .layer(from_fn_with_state(state.clone(), guard::strict_transport))
        .with_state(state)
}
