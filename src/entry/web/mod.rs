//! The web view: server-rendered pages, assets inside the binary, readable without script.

mod assets;
mod banner;
mod compare;
mod diff;
mod guard;
mod home;
mod page;
mod pick;
mod token;
mod words;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower_http::compression::CompressionLayer;

use crate::service::Services;
pub use guard::is_this_machine;
use token::Csrf;

/// What every page works with.
#[derive(Clone)]
pub struct WebState {
    services: Services,
    local: bool,
    csrf: Csrf,
}

impl WebState {
    /// `local`: no sign-in, loopback only.
    pub fn new(services: Services, local: bool) -> Self {
        Self { services, local, csrf: Csrf::new() }
    }
}

/// All pages. `/` is the home page; whoever mounts it decides who gets it.
pub fn router(state: WebState) -> Router {
    let pages = Router::new()
        .route("/", get(home::show))
        .route("/tasks/{id}", get(compare::show))
        .route("/tasks/{id}/compare", get(compare::show))
        .route("/tasks/{id}/pick", get(pick::confirm).post(pick::pick))
        .layer(from_fn_with_state(state.clone(), guard::visitors));
    Router::new()
        .merge(pages)
        .route("/assets/style.css", get(assets::style))
        .route("/assets/view.js", get(assets::script))
        .route("/assets/icon.svg", get(assets::icon))
        .layer(CompressionLayer::new())
        .layer(from_fn(guard::headers))
        .with_state(state)
}
