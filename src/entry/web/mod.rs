//! The web view: server-rendered pages, assets inside the binary, readable without script.

mod assets;
mod compare;
mod diff;
mod guard;
mod home;
mod page;
mod pick;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use crate::service::Services;
use guard::Csrf;
pub use guard::is_this_machine;

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
        .route("/tasks/{id}/pick", post(pick::pick))
        .layer(from_fn_with_state(state.clone(), guard::visitors));
    Router::new()
        .merge(pages)
        .route("/assets/style.css", get(assets::style))
        .layer(from_fn(guard::headers))
        .with_state(state)
}
