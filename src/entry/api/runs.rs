//! Runs: started together as one round, looked at, stopped.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Json, Response};
use serde_json::json;

use super::auth::Caller;
use super::body::Fields;
use super::error::ApiError;
use super::input::Ids;
use super::messages::MAX_CHARS;
use super::paging::Paging;
use super::{ApiState, show};
use crate::engine::command::folder;
use crate::service::cancel::cancel_run;
use crate::service::rest::rounds::{self, Refused, Wish};
use crate::service::rest::tasks;

/// Runs of one call, at most.
const MAX_RUNS: usize = 256;

fn read(mut fields: Fields, caller: &Caller) -> Result<Wish, ApiError> {
    let instruction = fields.text("instruction", (1, MAX_CHARS));
    let model_ids = fields.texts("model_ids", MAX_RUNS, true);
    let base_ref = fields.optional_text("base_ref", (0, 244)).filter(|name| !name.is_empty());
    let path = fields.optional_text("path", (0, 1024)).filter(|path| !path.is_empty());
    let path = match path.as_deref().map(folder).transpose() {
        Ok(path) => path,
        Err(why) => {
            fields.problem("value_error", "path", why);
            None
        }
    };
    let budget = fields.usd("budget_usd");
    if budget.is_some_and(|amount| amount.0 == 0) {
        fields.problem("greater_than", "budget_usd", "Input should be greater than 0");
    }
    let checks = fields.texts("checks", 20, false);
    let message_id = fields.optional_text("message_id", (0, 100));
    fields.finish()?;
    if model_ids.is_empty() {
        return Err(ApiError::said(StatusCode::BAD_REQUEST, "model_ids cannot be empty"));
    }
    // No checks can be configured yet.
    if let Some(name) = checks.first() {
        return Err(ApiError::said(StatusCode::BAD_REQUEST, format!("Check not found: {name}")));
    }
    let token_name = caller.name().to_owned();
    Ok(Wish { instruction, model_ids, base_ref, path, budget, message_id, token_name })
}

fn status_of(refused: &Refused) -> StatusCode {
    match refused {
        Refused::Model(_) | Refused::Ref(_) | Refused::Message(_) => StatusCode::BAD_REQUEST,
        Refused::Price(_) | Refused::Budget(_) | Refused::Cap(_) => StatusCode::PAYMENT_REQUIRED,
        Refused::Server(_) => StatusCode::BAD_GATEWAY,
    }
}

pub(super) async fn start(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    body: Fields,
) -> Result<Response, ApiError> {
    let (task, repo) = ids.task(&state, &caller).await?;
    let wish = read(body, &caller)?;
    match rounds::start(&state.services, &repo, &task, wish).await? {
        Ok(runs) => Ok((StatusCode::CREATED, Json(json!({ "run_ids": runs }))).into_response()),
        Err(refused) => Err(ApiError::said(status_of(&refused), refused.to_string())),
    }
}

pub(super) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    paging: Paging,
) -> Result<Response, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    let mut rows = Vec::new();
    for run in tasks::runs(&state.services, task.id).await? {
        let papers = tasks::papers(&state.services, run.id).await?;
        rows.push((run, papers));
    }
    Ok(paging.cut(
        rows,
        |(run, _)| (run.created_at, run.id.to_string()),
        |(run, papers)| Some(show::run(&run, &papers)),
    ))
}

pub(super) async fn one(State(state): State<ApiState>, caller: Caller, ids: Ids) -> Result<Response, ApiError> {
    let (run, _) = ids.run(&state, &caller).await?;
    let papers = tasks::papers(&state.services, run.id).await?;
    Ok(Json(show::run(&run, &papers)).into_response())
}

pub(super) async fn cancel(State(state): State<ApiState>, caller: Caller, ids: Ids) -> Result<Response, ApiError> {
    let (run, _) = ids.run(&state, &caller).await?;
    if cancel_run(&state.services, run.id, &caller.actor()).await? {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Err(ApiError::said(StatusCode::CONFLICT, "The run is finished already."))
}
