//! `GET /login` sends a browser to GitHub; `GET /login/callback` takes it back with a code.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use secrecy::SecretString;
use serde::Deserialize;

use super::SignIn;
use super::gate::cannot_sign_in;
use super::place::{login_href, safe};
use crate::adapters::crypto::{is_visit_secret, visit_secret};
use crate::adapters::github::SignInError;
use crate::entry::web::WebState;
use crate::entry::web::cookies::Cookie;
use crate::entry::web::page::{failed, not_found, render};
use crate::entry::web::visitor::Top;
use crate::service::sign_in;

#[derive(Template)]
#[template(path = "signed_out.html")]
pub(super) struct Page {
    pub(super) top: Top,
    pub(super) title: &'static str,
    pub(super) text: &'static str,
    /// The way to sign in.
    pub(super) href: String,
}

/// Where to go afterwards.
#[derive(Deserialize)]
pub(super) struct Wanted {
    to: Option<String>,
}

pub(super) async fn begin(State(state): State<WebState>, Query(wanted): Query<Wanted>, headers: HeaderMap) -> Response {
    if state.local {
        return Redirect::to(&safe(wanted.to.as_deref())).into_response();
    }
    let Some(with) = state.sign_in() else { return cannot_sign_in() };
    // One secret for all tabs of a browser: they may sign in at once.
    let browser = with.jar.get(&headers, Cookie::SignIn).unwrap_or_else(visit_secret);
    match sign_in::begin(&state.services, &browser, &safe(wanted.to.as_deref())).await {
        Ok(begun) => {
            let to = with.oauth.authorize_url(&with.callback, &begun.state, &begun.pkce.challenge);
            let mut answer = Redirect::to(to.as_str()).into_response();
            with.jar.give(&mut answer, Cookie::SignIn, &browser);
            fresh(answer)
        }
        Err(error) => failed(&error.into()),
    }
}

/// What GitHub sends a browser back with.
#[derive(Deserialize)]
pub(super) struct Told {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// Why somebody is not signed in.
enum Refused {
    /// Not known here: too old, used, or another browser's.
    State,
    Denied,
    GitHub(SignInError),
    Ours(anyhow::Error),
}

pub(super) async fn callback(State(state): State<WebState>, Query(told): Query<Told>, headers: HeaderMap) -> Response {
    if state.local {
        return not_found();
    }
    let Some(with) = state.sign_in() else { return cannot_sign_in() };
    let answer = match take(&state, &with, &told, &headers).await {
        Ok((cookie, to)) => {
            let mut answer = Redirect::to(&to).into_response();
            with.jar.give(&mut answer, Cookie::Session, &cookie);
            answer
        }
        Err(refused) => explain(refused),
    };
    fresh(answer)
}

/// The cookie of the new session, and where to go.
async fn take(
    state: &WebState,
    with: &SignIn,
    told: &Told,
    headers: &HeaderMap,
) -> Result<(SecretString, String), Refused> {
    let svc = &state.services;
    let browser = with.jar.get(headers, Cookie::SignIn).ok_or(Refused::State)?;
    let given = told.state.clone().filter(|given| is_visit_secret(given)).map(SecretString::from);
    let given = given.ok_or(Refused::State)?;
    let back = sign_in::come_back(svc, &browser, &given).await.map_err(|error| Refused::Ours(error.into()))?;
    let back = back.ok_or(Refused::State)?;
    match told.error.as_deref() {
        None => {}
        Some("access_denied") => return Err(Refused::Denied),
        Some("redirect_uri_mismatch") => return Err(Refused::GitHub(SignInError::Callback)),
        Some(_) => return Err(Refused::GitHub(SignInError::Unavailable("it refused the sign-in"))),
    }
    let code = told.code.as_deref().ok_or(Refused::GitHub(SignInError::Code))?;
    let person = with.oauth.person(&with.callback, code, &back.pkce.verifier).await.map_err(Refused::GitHub)?;
    let before = with.jar.get(headers, Cookie::Session);
    let cookie = sign_in::admit(svc, person, before.as_ref()).await.map_err(|error| Refused::Ours(error.into()))?;
    Ok((cookie, back.to))
}

fn explain(refused: Refused) -> Response {
    let (status, text) = match refused {
        Refused::Ours(error) => return failed(&error),
        Refused::State => (
            StatusCode::BAD_REQUEST,
            "This sign-in took too long, was used before, or began in another browser. Please begin again.",
        ),
        Refused::Denied => (
            StatusCode::FORBIDDEN,
            "You did not let GitHub say who you are. Without that nothing can be shown: bakeoff shows each person only \
             what they may see on GitHub.",
        ),
        Refused::GitHub(error) => {
            tracing::warn!(%error, "a sign-in failed");
            match error {
                SignInError::Code => {
                    (StatusCode::BAD_REQUEST, "GitHub's code was used before or is too old. Please begin again.")
                }
                SignInError::Client => (
                    StatusCode::BAD_GATEWAY,
                    "GitHub does not take this App's client id and secret. Whoever runs bakeoff must correct them.",
                ),
                SignInError::Callback => (
                    StatusCode::BAD_GATEWAY,
                    "GitHub does not know this address as a callback URL of the App. Whoever runs bakeoff must add it to \
                     the App's settings there.",
                ),
                SignInError::NotAPerson => (StatusCode::FORBIDDEN, "Only people can sign in."),
                SignInError::Unavailable(_) => {
                    (StatusCode::BAD_GATEWAY, "GitHub cannot be asked now who you are. Try again in a moment.")
                }
            }
        }
    };
    render(status, &Page { top: Top::default(), title: "Not signed in", text, href: login_href("/") })
}

/// No step of a sign-in is kept by the browser.
fn fresh(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    answer
}
