//! `POST /tasks/{id}/pick`: the button; the same code path as every other pick.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::WebState;
use super::page::{failed, message, not_found};
use crate::domain::pick::PickSource;
use crate::domain::sha256::Sha256Hex;
use crate::engine::render::reply_text;
use crate::service::pick::{Choice, PickRequest, accept, refusal_reply};

/// The form behind the button.
#[derive(Deserialize)]
pub(super) struct Button {
    run: String,
    patch_sha256: String,
    token: String,
}

pub(super) async fn pick(
    State(state): State<WebState>,
    Path(task): Path<String>,
    headers: HeaderMap,
    Form(button): Form<Button>,
) -> Response {
    if !state.csrf.proves(&button.token, &headers) {
        return message(
            StatusCode::FORBIDDEN,
            "Not from this page",
            "Open the comparison again and press the button there.",
        );
    }
    let (Ok(run_id), Some(shown)) = (button.run.parse(), Sha256Hex::parse(&button.patch_sha256)) else {
        return not_found();
    };
    let source = PickSource::Web;
    let request = PickRequest {
        run_id,
        source,
        person: None,
        token_name: None,
        pull_id: None,
        shown: Some(shown),
        title: None,
        body: None,
    };
    match accept(&state.services, request).await {
        Ok(Choice::Accepted(_) | Choice::Same(_)) => Redirect::to(&format!("/tasks/{task}/compare")).into_response(),
        Ok(Choice::Refused(refusal)) => {
            message(StatusCode::CONFLICT, "Not picked", &reply_text(&refusal_reply(&refusal)))
        }
        Err(error) => failed(&error),
    }
}
