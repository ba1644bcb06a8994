//! Pull requests: a candidate is chosen, and its pull request opened.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Json, Response};
use serde_json::json;

use super::auth::Caller;
use super::body::Fields;
use super::error::ApiError;
use super::input::Ids;
use super::paging::Paging;
use super::{ApiState, show};
use crate::domain::ids::{PickId, PullId};
use crate::domain::run::Run;
use crate::domain::task::Task;
use crate::engine::render::{branch_name, reply_text};
use crate::service::pick::{Choice, Refusal, refusal_reply};
use crate::service::rest::prs::{self, Outcome, Wish};
use crate::service::rest::{lookup, tasks};

/// GitHub's own limits, in characters.
const MAX_TITLE: usize = 256;
const MAX_BODY: usize = 65_536;

pub(super) fn refused(refusal: &Refusal) -> ApiError {
    match refusal {
        Refusal::Unknown => ApiError::not_found(show::RUN),
        Refusal::NoPatch(_) | Refusal::StillRunning(_) => {
            ApiError::said(StatusCode::BAD_REQUEST, "Run has no patch to apply")
        }
        Refusal::NoRight => {
            ApiError::said(StatusCode::FORBIDDEN, "The token's person may not write to this repository.")
        }
        Refusal::NoApp => ApiError::said(StatusCode::FORBIDDEN, "The GitHub App is not installed on this repository."),
        other => ApiError::said(StatusCode::CONFLICT, reply_text(&refusal_reply(other))),
    }
}

pub(super) async fn open(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    mut body: Fields,
) -> Result<Response, ApiError> {
    let (task, repo) = ids.task(&state, &caller).await?;
    let run_id = body.text("selected_run_id", (0, 100));
    let title = body.optional_text("title", (0, MAX_TITLE)).filter(|title| !title.trim().is_empty());
    let text = body.optional_text("body", (0, MAX_BODY));
    body.finish()?;
    let run = match run_id.parse() {
        Ok(id) => lookup::run(&state.services, id).await?,
        Err(_) => None,
    };
    let run = run.map(|(run, _)| run).filter(|run| run.task_id == task.id);
    let run = run.ok_or_else(|| ApiError::not_found(show::RUN))?;
    let (token_name, login) = (caller.name().to_owned(), caller.login());
    let wish = Wish { run_id: run.id, pull_id: None, title, body: text, token_name, login };
    match prs::choose(&state.services, &repo, wish).await? {
        Choice::Accepted(pick) | Choice::Same(pick) => wait(&state, &task, &run, pick).await,
        Choice::Refused(refusal) => Err(refused(&refusal)),
    }
}

/// What a pick came to, or that it is still at work after a while.
pub(super) async fn decided(state: &ApiState, pick: PickId) -> anyhow::Result<Outcome> {
    tokio::select! {
        outcome = prs::decided(&state.services, pick) => outcome,
        () = tokio::time::sleep(state.pick_wait) => Ok(Outcome::Opening),
        () = state.stop.cancelled() => Ok(Outcome::Opening),
    }
}

/// Answers with the pull request, or after a while with the promise of one.
async fn wait(state: &ApiState, task: &Task, run: &Run, pick: PickId) -> Result<Response, ApiError> {
    match decided(state, pick).await? {
        Outcome::Opened(pull) => {
            let shown = json!({ "pr_id": pull.id, "url": pull.url, "branch": pull.branch, "number": pull.number });
            Ok((StatusCode::CREATED, Json(shown)).into_response())
        }
        Outcome::Opening => Ok(promised(task, run, pick.opens())),
        Outcome::Stale(paths) => {
            let detail = format!("The base branch has moved and conflicts in: {}.", paths.replace('\n', ", "));
            Err(ApiError::said(StatusCode::CONFLICT, detail))
        }
        Outcome::Failed(why) => Err(ApiError::said(StatusCode::BAD_GATEWAY, why)),
    }
}

/// The id it will have, and where to look for it.
fn promised(task: &Task, run: &Run, id: PullId) -> Response {
    let branch = branch_name(task.issue.as_ref().map(|issue| issue.number), task.id, run.letter, run.id, 1);
    let shown = json!({ "pr_id": id, "url": null, "branch": branch, "number": null });
    let place = format!("/v1/tasks/{}/prs/{id}", task.id);
    let headers = [(header::LOCATION, place), (header::RETRY_AFTER, "1".to_owned())];
    (StatusCode::ACCEPTED, headers, Json(shown)).into_response()
}

/// A promise that was not kept.
fn lost(why: &str) -> ApiError {
    ApiError::said(
        StatusCode::NOT_FOUND,
        format!("PR not found: it could not be opened: {}.", why.trim_end_matches('.')),
    )
}

pub(super) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    paging: Paging,
) -> Result<Response, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    let all = tasks::pulls(&state.services, task.id).await?;
    Ok(paging.cut(all, |p| (p.created_at, p.id.to_string()), |p| Some(show::pull(&p))))
}

pub(super) async fn one(State(state): State<ApiState>, caller: Caller, ids: Ids) -> Result<Response, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    let id = ids.read(1, show::PULL)?;
    let found = lookup::pull(&state.services, id).await?;
    if let Some(pull) = found.filter(|pull| pull.task_id == task.id) {
        return Ok(Json(show::pull(&pull)).into_response());
    }
    match prs::promise(&state.services, task.id, id).await? {
        Some((_, Outcome::Opened(pull))) => Ok(Json(show::pull(&pull)).into_response()),
        Some((run, Outcome::Opening)) => Ok(promised(&task, &run, id)),
        Some((_, Outcome::Stale(_))) => Err(lost("the base branch has moved and conflicts")),
        Some((_, Outcome::Failed(why))) => Err(lost(&why)),
        None => Err(ApiError::not_found(show::PULL)),
    }
}
