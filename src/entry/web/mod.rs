//! The web view: server-rendered pages, assets inside the binary, readable without script.

mod act;
mod assets;
mod banner;
mod compare;
mod cookies;
mod diff;
mod guard;
mod home;
mod leaderboard;
mod live;
mod own_form;
mod page;
mod pick;
mod places;
mod progress;
mod run;
mod settings;
mod setup;
mod sign_in;
mod start;
mod task;
mod token;
mod visitor;
mod vote;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use secrecy::{ExposeSecret as _, SecretString};
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;

use crate::adapters::crypto::secret_hash;
use crate::domain::sha256::Sha256Hex;
use crate::service::Services;
pub use guard::is_this_machine;
pub use page::instead_of_json;
use places::Places;
use sign_in::SignIn;
use token::Csrf;

/// Counts a page of a session; when there were too many, the seconds until the next one may come (M49).
pub type SessionLimit = Arc<dyn Fn(&Sha256Hex) -> Result<(), u64> + Send + Sync>;

/// What every page works with.
#[derive(Clone)]
pub struct WebState {
    services: Services,
    local: bool,
    csrf: Csrf,
    /// Logins of those who run this installation.
    admins: Arc<[String]>,
    /// The operator's token, which opens the setup page while there is no App.
    admin: Option<Arc<Sha256Hex>>,
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
            admins: Arc::default(),
            admin: None,
            session_limit: Arc::new(|_| Ok(())),
            places: Places::new(),
            stop,
        }
    }

    /// Who of those that sign in runs this installation, and how fast a session may ask for pages.
    #[must_use]
    pub fn with_admins(self, admins: &[String], session_limit: SessionLimit) -> Self {
        Self { admins: admins.into(), session_limit, ..self }
    }

    /// The operator's token also opens the setup page.
    #[must_use]
    pub fn with_admin_token(self, token: Option<&SecretString>) -> Self {
        Self { admin: token.map(|token| Arc::new(secret_hash(token.expose_secret()))), ..self }
    }

    /// How people sign in; `None` in local mode, and while something is missing for it. The App may be made meanwhile.
    fn sign_in(&self) -> Option<SignIn> {
        if self.local {
            return None;
        }
        let oauth = self.services.app.now().oauth.clone()?;
        SignIn::new(oauth, self.services.policy.public_url.as_ref()?)
    }

    fn jar(&self) -> cookies::Jar {
        cookies::Jar { https: self.is_https() }
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
        .route("/tasks/{id}/vote", post(vote::vote))
        .route("/leaderboard", get(leaderboard::show))
        .route("/runs/{id}", get(run::show))
        .route("/runs/{id}/live", get(live::run))
        .route("/runs/{id}/patch", get(run::patch))
        .merge(settings::routes())
        .layer(from_fn_with_state(state.clone(), guard::visitors));
    let signing = sign_in::router();
    // In local mode nobody but this machine is answered, whatever is asked.
    let signing = if state.local { signing.layer(from_fn_with_state(state.clone(), guard::visitors)) } else { signing };
    let setup = setup::routes().layer(from_fn_with_state(state.clone(), setup::anybody));
    Router::new()
        .merge(pages)
        .merge(setup)
        .merge(signing)
        .route("/assets/style.css", get(assets::style))
        .route("/assets/view.js", get(assets::script))
        .route("/assets/icon.svg", get(assets::icon))
        .layer(CompressionLayer::new())
        .layer(from_fn(guard::headers))
        .layer(from_fn_with_state(state.clone(), guard::strict_transport))
        .with_state(state)
}
