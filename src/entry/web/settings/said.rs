//! What the page after a form says once: sealed in a cookie for a minute, so that no link can put words on a page, and
//! so that any process can say it.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::super::WebState;
use super::super::cookies::Cookie;
use crate::adapters::crypto::{Place, Purpose};

const PLACE: Place<'static> = Place { purpose: Purpose::Session, record: "said" };

/// A sentence, whether it is a good one, and perhaps a secret that is shown this once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Said {
    pub(super) good: bool,
    pub(super) text: String,
    pub(super) secret: Option<String>,
}

/// On to a page that says this.
pub(super) fn then(
    state: &WebState,
    to: &str,
    good: bool,
    text: impl Into<String>,
    secret: Option<String>,
) -> Response {
    let said = Said { good, text: text.into(), secret };
    let mut answer = Redirect::to(to).into_response();
    let plain = SecretString::from(serde_json::json!(said).to_string());
    state.jar().give(&mut answer, Cookie::Said, &state.services.keys.encrypt(PLACE, &plain).into());
    answer
}

/// What is to be said on the page of this request.
pub(super) fn heard(state: &WebState, headers: &HeaderMap) -> Option<Said> {
    let sealed = state.jar().get(headers, Cookie::Said)?;
    let plain = state.services.keys.decrypt(PLACE, sealed.expose_secret()).ok()?;
    serde_json::from_str(plain.expose_secret()).ok()
}

/// The page, after which it is said no more; nothing keeps a page with a secret.
pub(super) fn once(mut answer: Response, state: &WebState, said: Option<&Said>) -> Response {
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if said.is_some() {
        state.jar().take(&mut answer, Cookie::Said);
    }
    answer
}
