//! Signing in through the GitHub App, and out (M40, M42).

mod gate;
mod login;
mod logout;
mod place;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use url::Url;

use super::WebState;
use super::cookies::Jar;
use crate::adapters::github::OAuth;
pub(super) use gate::{gate, known};

/// What it takes to sign people in.
#[derive(Debug, Clone)]
pub struct SignIn {
    oauth: OAuth,
    callback: Url,
    /// How browsers write where our pages come from.
    origin: Arc<str>,
    jar: Jar,
}

impl SignIn {
    /// People reach us at `public_url`; `None` when nobody could come back to it.
    pub fn new(oauth: OAuth, public_url: &Url) -> Option<Self> {
        let mut callback = public_url.clone();
        callback.set_path(&format!("{}/login/callback", public_url.path().trim_end_matches('/')));
        let origin = public_url.origin().ascii_serialization();
        let https = public_url.scheme() == "https";
        public_url.has_host().then(|| Self { oauth, callback, origin: origin.into(), jar: Jar { https } })
    }
}

/// The pages that nobody need be signed in for.
pub(super) fn router() -> Router<WebState> {
    Router::new()
        .route("/login", get(login::begin))
        .route("/login/callback", get(login::callback))
        .route("/logout", get(logout::page).post(logout::end))
}
