//! What the page after a form says once: sealed in a cookie for a minute, so that no link can put words on a page, and
//! so that any process can say it.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::super::WebState;
use crate::adapters::crypto::{Place, Purpose};

const NAME: &str = "bakeoff_said";
const HOST_NAME: &str = "__Host-bakeoff_said";
const SECONDS: u32 = 60;
const PLACE: Place<'static> = Place { purpose: Purpose::Session, record: "said" };

/// A sentence, whether it is a good one, and perhaps a secret that is shown this once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Said {
    pub(super) good: bool,
    pub(super) text: String,
    pub(super) secret: Option<String>,
}

fn set(answer: &mut Response, state: &WebState, value: &str, seconds: u32) {
    let (name, secure) = if state.is_https() { (HOST_NAME, "; Secure") } else { (NAME, "") };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    if let Ok(mut value) = HeaderValue::from_str(&text) {
        value.set_sensitive(true);
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
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
    set(&mut answer, state, &state.services.keys.encrypt(PLACE, &plain), SECONDS);
    answer
}

/// What is to be said on the page of this request.
pub(super) fn heard(state: &WebState, headers: &HeaderMap) -> Option<Said> {
    let name = if state.is_https() { HOST_NAME } else { NAME };
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, sealed) = pairs.find(|(known, _)| *known == name)?;
    let plain = state.services.keys.decrypt(PLACE, sealed).ok()?;
    serde_json::from_str(plain.expose_secret()).ok()
}

/// The page, after which it is said no more; nothing keeps a page with a secret.
pub(super) fn once(mut answer: Response, state: &WebState, said: Option<&Said>) -> Response {
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if said.is_some() {
        set(&mut answer, state, "", 0);
    }
    answer
}
