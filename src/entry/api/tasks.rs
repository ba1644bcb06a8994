//! Tasks.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Json, Response};

use super::auth::Caller;
use super::body::Fields;
use super::error::ApiError;
use super::input::{self, Ids, Query};
use super::paging::Paging;
use super::{ApiState, show};
use crate::service::rest::tasks;

pub(super) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    mut body: Fields,
) -> Result<Response, ApiError> {
    let repo_id = body.text("repo_id", (0, 100));
    let title = body.optional_text("title", (0, 1000));
    body.finish()?;
    let repo = input::repo(&state, &caller, &repo_id).await?;
    let task = tasks::create(&state.services, repo.id, title, &caller.actor()).await?;
    Ok((StatusCode::CREATED, Json(show::task(&task))).into_response())
}

pub(super) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(words): Query,
    paging: Paging,
) -> Result<Response, ApiError> {
    let repo = match words.get("repo_id") {
        Some(id) => Some(input::repo(&state, &caller, id).await?.id),
        None => None,
    };
    let rows = tasks::list(&state.services, repo, &paging.page()).await?;
    let shown = |repo: Option<&crate::domain::repo::Repo>| repo.is_some_and(|repo| caller.sees(repo));
    Ok(paging.answer(
        rows,
        |(task, _)| (task.updated_at, task.id.to_string()),
        |(task, repo)| shown(repo.as_ref()).then(|| show::task(&task)),
    ))
}

pub(super) async fn one(State(state): State<ApiState>, caller: Caller, ids: Ids) -> Result<Response, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    let svc = &state.services;
    let messages = tasks::messages(svc, task.id).await?;
    let runs = tasks::runs(svc, task.id).await?;
    let pulls = tasks::pulls(svc, task.id).await?;
    Ok(Json(show::task_detail(&task, &messages, &runs, &pulls)).into_response())
}
