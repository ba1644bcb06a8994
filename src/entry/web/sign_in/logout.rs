//! `/logout`: the button's form ends the session; the page says that it ended.

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::gate::{cannot_sign_in, known};
use super::login::Page;
use super::place::login_href;
use crate::entry::web::WebState;
use crate::entry::web::cookies::Cookie;
use crate::entry::web::page::{failed, foreign_form, not_found, render};
use crate::entry::web::visitor::Top;
use crate::service::sign_in;

/// Whoever is signed in finds the button in the page's header line.
pub(super) async fn page(State(state): State<WebState>, headers: HeaderMap) -> Response {
    if state.local {
        return not_found();
    }
    let Some(with) = state.sign_in() else { return cannot_sign_in() };
    let (top, title, text) = match known(&state, &with, &headers).await {
        Ok(Some(visitor)) => {
            (visitor.top(), "Sign out", "You are signed in. The button above ends your session in this browser.")
        }
        Ok(None) => (
            Top::default(),
            "Signed out",
            "Your session in this browser has ended. On GitHub you are still signed in, so the next sign-in may ask you \
             nothing.",
        ),
        Err(error) => return failed(&error),
    };
    let href = if top.login.is_some() { String::new() } else { login_href("/") };
    render(StatusCode::OK, &Page { top, title, text, href })
}

/// The form behind the button.
#[derive(Deserialize)]
pub(super) struct Button {
    token: String,
}

pub(super) async fn end(State(state): State<WebState>, headers: HeaderMap, Form(button): Form<Button>) -> Response {
    if state.local {
        return not_found();
    }
    let Some(with) = state.sign_in() else { return cannot_sign_in() };
    let visitor = match known(&state, &with, &headers).await {
        Ok(Some(visitor)) => visitor,
        Ok(None) => return Redirect::to("/logout").into_response(),
        Err(error) => return failed(&error),
    };
    if !visitor.csrf().proves(&button.token, &headers) {
        return foreign_form("page");
    }
    if let (Some(session), Some(person)) = (visitor.session(), visitor.person())
        && let Err(error) = sign_in::end(&state.services, session, person).await
    {
        return failed(&error.into());
    }
    let mut answer = Redirect::to("/logout").into_response();
    with.jar.take(&mut answer, Cookie::Session);
    answer
}
