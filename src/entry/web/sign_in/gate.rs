//! Before every page: who comes, by their session.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use secrecy::ExposeSecret as _;

use super::SignIn;
use super::place::login_href;
use crate::adapters::crypto::secret_hash;
use crate::entry::web::WebState;
use crate::entry::web::cookies::Cookie;
use crate::entry::web::page::{failed, message};
use crate::entry::web::visitor::{Visitor, answering};
use crate::service::sign_in;

/// Lets signed-in people on, and sends the others to the sign-in.
pub(in crate::entry::web) async fn gate(state: &WebState, mut request: Request, next: Next) -> Response {
    let Some(with) = state.sign_in() else {
        let reads = request.method() == Method::GET || request.method() == Method::HEAD;
        if reads && state.services.app.now().github.is_none() {
            // There is nothing else to see yet.
            return Redirect::to("/setup").into_response();
        }
        return cannot_sign_in();
    };
    let visitor = match known(state, &with, request.headers()).await {
        Ok(Some(visitor)) => visitor,
        Ok(None) => return away(&request),
        Err(error) => return failed(&error),
    };
    if let Some(session) = visitor.session()
        && let Err(wait_s) = (state.session_limit)(&secret_hash(session.expose_secret()))
    {
        let text = format!("You ask for pages faster than is allowed. Try again in {wait_s} s.");
        let mut answer = message(StatusCode::TOO_MANY_REQUESTS, "Too many requests", &text);
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
        return answer;
    }
    let top = visitor.top();
    request.extensions_mut().insert(visitor);
    let mut answer = answering(top, next.run(request)).await;
    // Whoever sits here next must not find it by going back.
    answer.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}

/// The visitor of a live session.
pub(in crate::entry::web) async fn known(
    state: &WebState,
    with: &SignIn,
    headers: &HeaderMap,
) -> anyhow::Result<Option<Visitor>> {
    let Some(cookie) = with.jar.get(headers, Cookie::Session) else { return Ok(None) };
    let found = sign_in::session(&state.services, &cookie).await?;
    Ok(found.map(|session| {
        let named = state.admins.iter().any(|admin| admin.eq_ignore_ascii_case(&session.person.login));
        let is_admin = named || state.services.app.is_owner(&session.person);
        Visitor::signed_in(session.person, is_admin, cookie, &with.origin)
    }))
}

/// A page is asked for again after signing in; to a script or a form that can only be said.
fn away(request: &Request) -> Response {
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    let mode = request.headers().get("sec-fetch-mode").and_then(|mode| mode.to_str().ok());
    if reads && mode.is_none_or(|mode| mode == "navigate") {
        let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
        return Redirect::to(&login_href(wanted)).into_response();
    }
    let text = "You are not signed in, or were away too long. Sign in and do it again: nothing was changed.";
    message(StatusCode::UNAUTHORIZED, "Not signed in", text)
}

/// What is missing is the operator's to know.
pub(super) fn cannot_sign_in() -> Response {
    let text = "Nobody can sign in here yet. Whoever runs this server can make its GitHub App at /setup, or set \
                BAKEOFF_PUBLIC_URL, BAKEOFF_GITHUB_CLIENT_ID and BAKEOFF_GITHUB_CLIENT_SECRET; `bakeoff doctor` says what \
                is missing.";
    message(StatusCode::FORBIDDEN, "Sign-in is not set up", text)
}
