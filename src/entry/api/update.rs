//! `POST …/prs/{pr_id}/update`: one more commit on an open pull request, from a run's patch.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Json, Response};
use serde_json::json;

use super::auth::Caller;
use super::body::Fields;
use super::error::ApiError;
use super::input::Ids;
use super::prs::{decided, refused};
use super::{ApiState, show};
use crate::domain::pull::{Pull, PullStatus};
use crate::domain::repo::Repo;
use crate::domain::run::Run;
use crate::domain::task::Task;
use crate::service::pick::{Choice, Refusal};
use crate::service::rest::lookup;
use crate::service::rest::prs::{self, Outcome, Wish};

/// The longest commit message taken, in characters.
const MAX_MESSAGE: usize = 10_000;

pub(super) async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    mut body: Fields,
) -> Result<Response, ApiError> {
    let (task, repo) = ids.task(&state, &caller).await?;
    let found = lookup::pull(&state.services, ids.read(1, show::PULL)?).await?;
    let pull = found.filter(|pull| pull.task_id == task.id).ok_or_else(|| ApiError::not_found(show::PULL))?;
    let run_id = body.text("selected_run_id", (0, 100));
    let message = body.optional_text("message", (0, MAX_MESSAGE)).filter(|text| !text.trim().is_empty());
    body.finish()?;
    let run = run_of(&state, &task, &repo, &run_id).await?;
    fitting(&state, &repo, &run, &pull).await?;
    let (token_name, login) = (caller.name().to_owned(), caller.login());
    let (title, text) = match message.as_deref().map(|text| text.trim().split_once('\n')) {
        Some(Some((title, rest))) => (Some(title.to_owned()), Some(rest.trim().to_owned())),
        Some(None) => (message, None),
        None => (None, None),
    };
    let wish = Wish { run_id: run.id, pull_id: Some(pull.id), title, body: text, token_name, login };
    let pick = match prs::choose(&state.services, &repo, wish).await? {
        Choice::Accepted(pick) | Choice::Same(pick) => pick,
        Choice::Refused(refusal) => return Err(refused(&refusal)),
    };
    match decided(&state, pick).await? {
        Outcome::Opened(pull) => Ok(Json(json!({ "url": pull.url, "latest_commit": pull.head })).into_response()),
        Outcome::Opening => Ok(promised(&task, &pull)),
        Outcome::Stale(paths) => {
            let detail = format!("The pull request has moved and conflicts in: {}.", paths.replace('\n', ", "));
            Err(ApiError::said(StatusCode::CONFLICT, detail))
        }
        Outcome::Failed(why) => Err(ApiError::said(StatusCode::BAD_GATEWAY, why)),
    }
}

/// A run of this task; one of another task is a mistake, one that the caller may not see does not exist.
async fn run_of(state: &ApiState, task: &Task, repo: &Repo, id: &str) -> Result<Run, ApiError> {
    let found = match id.parse() {
        Ok(id) => lookup::run(&state.services, id).await?,
        Err(_) => None,
    };
    let (run, _) = found.filter(|(_, home)| home.id == repo.id).ok_or_else(|| ApiError::not_found(show::RUN))?;
    if run.task_id != task.id {
        return Err(ApiError::said(StatusCode::BAD_REQUEST, "Run does not belong to this task"));
    }
    Ok(run)
}

/// Whether the patch can go onto the branch at all; the pull request's state is judged with the pick.
async fn fitting(state: &ApiState, repo: &Repo, run: &Run, pull: &Pull) -> Result<(), ApiError> {
    if !run.has_patch() {
        return Err(refused(&Refusal::NoPatch(run.letter)));
    }
    if state.services.client(repo).is_err() {
        return Err(refused(&Refusal::NoApp));
    }
    if pull.status != PullStatus::Open || prs::fits(&state.services, repo, run, pull).await? {
        return Ok(());
    }
    Err(ApiError::said(StatusCode::BAD_REQUEST, "Run does not stand on a commit of this pull request's branch"))
}

/// Still at work: the pull request itself will show the commit.
fn promised(task: &Task, pull: &Pull) -> Response {
    let shown = json!({ "url": pull.url, "latest_commit": null });
    let place = format!("/v1/tasks/{}/prs/{}", task.id, pull.id);
    (StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(shown)).into_response()
}
