//! `/setup`: the GitHub App made with one button. Before there is an App nobody can sign in, so that another right
//! opens this page: see [`who`].

mod page;
mod way;
mod who;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use serde::Deserialize;

use super::WebState;
use super::cookies::Cookie;
use super::page::{failed, foreign_form, message};
use super::visitor::Visitor;
use crate::service::setup;
pub(super) use who::anybody;

use page::{Entrance, Finished, Making};
use way::Browser;
use who::Right;

/// The pages; they need no sign-in and look after themselves.
pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route("/setup", get(show))
        .route("/setup/enter", post(enter))
        .route("/setup/callback", get(callback))
        .route("/setup/doctor", get(page::doctor))
}

#[derive(Deserialize)]
struct Asked {
    /// The key of the log's link.
    #[serde(default)]
    key: String,
    /// The organisation that the App is to belong to.
    #[serde(default)]
    org: String,
}

async fn show(
    State(state): State<WebState>,
    Extension(visitor): Extension<Option<Visitor>>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    let right = match who::right(&state, visitor.as_ref(), &headers).await {
        Ok(right) => right,
        Err(error) => return failed(&error),
    };
    let is_made = state.services.app.now().github.is_some();
    match right {
        None => {
            let browser = Browser::of(&headers, &state);
            let page = Entrance::of(&state, &browser, is_made, asked.key, None).page(StatusCode::OK);
            browser.remembered(page, &state)
        }
        Some(Right::Visit(_)) if is_made => Finished::of(&state, visitor.as_ref()).page(),
        Some(_) => {
            let browser = Browser::of(&headers, &state);
            let state_text = setup::make_state(&state.services, browser.secret());
            let is_asked_for_another = !asked.org.is_empty();
            let answer = if is_made && !is_asked_for_another {
                Finished::of(&state, visitor.as_ref()).page()
            } else {
                Making::of(&state, visitor.as_ref(), asked.org.trim(), &state_text).page(&state)
            };
            browser.remembered(answer, &state)
        }
    }
}

#[derive(Deserialize)]
struct Brought {
    #[serde(default)]
    token: String,
    #[serde(default)]
    key: String,
}

/// Takes the key of the log, or the operator's token.
async fn enter(State(state): State<WebState>, headers: HeaderMap, Form(brought): Form<Brought>) -> Response {
    let browser = Browser::of(&headers, &state);
    if !browser.csrf(&state).proves(&brought.token, &headers) {
        return foreign_form("setup page");
    }
    match setup::enter(&state.services, &brought.key, state.admin.as_deref()).await {
        Ok(Some(visit)) => {
            let mut answer = Redirect::to("/setup").into_response();
            state.jar().give(&mut answer, Cookie::Setup, &visit);
            answer
        }
        Ok(None) => {
            let is_made = state.services.app.now().github.is_some();
            let wrong = "This opens nothing. A key from the log works once, and for a day.";
            Entrance::of(&state, &browser, is_made, String::new(), Some(wrong)).page(StatusCode::FORBIDDEN)
        }
        Err(error) => failed(&error.into()),
    }
}

#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
}

/// GitHub sends the browser back here with a code.
async fn callback(
    State(state): State<WebState>,
    Extension(visitor): Extension<Option<Visitor>>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Response {
    let actor = match who::right(&state, visitor.as_ref(), &headers).await {
        Ok(Some(Right::Visit(_))) if state.services.app.now().github.is_some() => {
            return Redirect::to("/setup").into_response();
        }
        Ok(Some(right)) => right.actor(),
        Ok(None) => {
            let text =
                "Your time on the setup page is over, or it began in another browser. Open the setup page again.";
            return message(StatusCode::FORBIDDEN, "Not set up", text);
        }
        Err(error) => return failed(&error),
    };
    let browser = Browser::of(&headers, &state);
    match setup::spend_state(&state.services, &back.state, browser.secret()).await {
        Ok(true) => {}
        Ok(false) => {
            let text = "This did not begin on the setup page in this browser, or it was used before. Open the setup page \
                        and press the button there.";
            return message(StatusCode::BAD_REQUEST, "Not set up", text);
        }
        Err(error) => return failed(&error.into()),
    }
    if !way::is_code(&back.code) {
        return message(
            StatusCode::BAD_REQUEST,
            "Not set up",
            "GitHub sent no code along. Begin again on the setup page.",
        );
    }
    match setup::register(&state.services, &back.code, &actor).await {
        Ok(Ok(())) => Redirect::to("/setup").into_response(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the App could not be taken over from GitHub");
            message(StatusCode::BAD_GATEWAY, "Not set up", page::refusal(&error))
        }
        Err(error) => failed(&error),
    }
}
