//! The web view: server-rendered pages, assets inside the binary, readable without script.

use axum::Router;

use crate::service::Services;

/// What every page works with.
#[derive(Clone)]
pub struct WebState {
    services: Services,
    local: bool,
}

impl WebState {
    /// `local`: no sign-in, loopback only.
    pub fn new(services: Services, local: bool) -> Self {
        Self { services, local }
    }
}

/// All pages.
pub fn router(state: WebState) -> Router {
    let _ = (&state.services, state.local);
    Router::new()
}
