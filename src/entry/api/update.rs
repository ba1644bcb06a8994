//! `POST …/prs/{pr_id}/update`: one more commit on an open pull request, from a run's patch.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Caller;
use super::body::Body;
use super::error::ApiError;
use super::form::{Decided, Example, Kind, Route, post};
use super::input::Ids;
use super::prs::{NO_APP, NO_PATCH, NO_RIGHT, PR_ID, decided, refused, unopened};
use super::{ApiState, show};
use crate::domain::ids::RunId;
use crate::domain::pick::PickForm;
use crate::domain::pull::{Pull, PullStatus};
use crate::domain::repo::Repo;
use crate::domain::run::Run;
use crate::domain::task::Task;
use crate::domain::token::Scope;
use crate::service::pick::{Choice, Refusal};
use crate::service::rest::lookup;
use crate::service::rest::prs::{self, Outcome, Wish};

/// The longest commit message taken, in characters.
const MAX_MESSAGE: usize = 10_000;
const OTHER_TASK: &str = "Run does not belong to this task";
const OTHER_BASE: &str = "Run does not stand on a commit of this pull request's branch";

/// A candidate to put on top.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PullRequestUpdate)]
pub(super) struct Update {
    selected_run_id: RunId,
    /// The commit's message; made from the run unless told.
    #[schema(max_length = 10_000)]
    message: Option<String>,
}

impl Example for Update {
    fn example() -> Self {
        Self { selected_run_id: Example::example(), message: Some("Answer the review".into()) }
    }
}

pub(super) fn route() -> Route {
    post("/v1/tasks/{id}/prs/{pr_id}/update", Scope::Pick, "Adds a run's patch to an open pull request", update)
        .part("pr_id", PR_ID, Kind::Id)
        .about(
            "The patch is merged onto the head of the moment and becomes one commit more. The same run again is the \
             same answer. When it takes over 30 seconds it is 202.",
        )
        .fails(400, NO_PATCH)
        .fails(400, OTHER_TASK)
        .fails(400, OTHER_BASE)
        .fails(403, NO_RIGHT)
        .fails(403, NO_APP)
        .fails(409, "The pull request has moved and conflicts in: greet.py.")
        .fails(502, "GitHub cannot be reached.")
        .unknown(show::TASK)
        .unknown(show::PULL)
        .unknown(show::RUN)
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    Body { mut fields, .. }: Body<Update>,
) -> Result<Decided<200, show::Advanced>, ApiError> {
    let (task, repo) = ids.task(&state, &caller).await?;
    let found = lookup::pull(&state.services, ids.read(1, show::PULL)?).await?;
    let pull = found.filter(|pull| pull.task_id == task.id).ok_or_else(|| ApiError::not_found(show::PULL))?;
    let run_id = fields.text("selected_run_id", (0, 100));
    let message = fields.optional_text("message", (0, MAX_MESSAGE)).filter(|text| !text.trim().is_empty());
    fields.finish()?;
    let run = run_of(&state, &task, &repo, &run_id).await?;
    fitting(&state, &repo, &run, &pull).await?;
    let (token_name, login) = (caller.name().to_owned(), caller.login());
    let (title, text) = match message.as_deref().map(|text| text.trim().split_once('\n')) {
        Some(Some((title, rest))) => (Some(title.to_owned()), Some(rest.trim().to_owned())),
        Some(None) => (message, None),
        None => (None, None),
    };
    let wish =
        Wish { run_id: run.id, pull_id: Some(pull.id), form: PickForm::Pull, title, body: text, token_name, login };
    let pick = match prs::choose(&state.services, &repo, wish).await? {
        Choice::Accepted(pick) | Choice::Same(pick) => pick,
        Choice::Refused(refusal) => return Err(refused(&refusal)),
    };
    match decided(&state, pick).await? {
        Outcome::Opened(pull) => {
            let latest_commit = Some(pull.head.to_string());
            Ok(Decided::Now(show::Advanced { url: pull.url, latest_commit }))
        }
        Outcome::Opening => Ok(promised(&task, &pull)),
        Outcome::Stale(paths) => {
            let detail = format!("The pull request has moved and conflicts in: {}.", paths.replace('\n', ", "));
            Err(ApiError::said(StatusCode::CONFLICT, detail))
        }
        other => Err(unopened(other)),
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
        return Err(ApiError::said(StatusCode::BAD_REQUEST, OTHER_TASK));
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
    Err(ApiError::said(StatusCode::BAD_REQUEST, OTHER_BASE))
}

/// Still at work: the pull request itself will show the commit.
fn promised(task: &Task, pull: &Pull) -> Decided<200, show::Advanced> {
    let shown = show::Advanced { url: pull.url.clone(), latest_commit: None };
    let place = format!("/v1/tasks/{}/prs/{}", task.id, pull.id);
    Decided::Later(shown, place)
}
