//! Pull requests: a candidate is chosen, and its pull request opened.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Caller;
use super::body::{Body, Fields};
use super::error::ApiError;
use super::form::{Decided, Example, Family, Kind, Piece, Route, family, get, post};
use super::input::Ids;
use super::paging::Paging;
use super::{ApiState, link, show, update};
use crate::domain::ids::{PickId, PullId, RunId};
use crate::domain::pick::PickForm;
use crate::domain::repo::Repo;
use crate::domain::run::Run;
use crate::domain::task::Task;
use crate::domain::token::Scope;
use crate::engine::render::{branch_name, reply_text, without_markdown};
use crate::service::pick::{Choice, Refusal, refusal_reply};
use crate::service::rest::prs::{self, Outcome, Wish};
use crate::service::rest::{lookup, tasks};

/// GitHub's own limits, in characters.
const MAX_TITLE: usize = 256;
const MAX_BODY: usize = 65_536;

pub(super) const PR_ID: &str = "The pull request's id.";
const OTHER_FORM: &str = "The candidate is being opened in another form; ask again.";
pub(super) const NO_PATCH: &str = "Run has no patch to apply";
pub(super) const NO_RIGHT: &str = "The token's person may not write to this repository.";
pub(super) const NO_APP: &str = "The GitHub App is not installed on this repository.";

/// A candidate to open.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewPullRequest)]
pub(super) struct NewPull {
    selected_run_id: RunId,
    /// Made from the run unless told.
    #[schema(max_length = 256)]
    title: Option<String>,
    #[schema(max_length = 65_536)]
    body: Option<String>,
}

impl Example for NewPull {
    fn example() -> Self {
        Self { selected_run_id: Example::example(), title: Some("Spell the greeting right".into()), body: None }
    }
}

/// A candidate to open with words made from it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AutoPullRequest)]
struct AutoPull {
    selected_run_id: RunId,
}

impl Example for AutoPull {
    fn example() -> Self {
        Self { selected_run_id: Example::example() }
    }
}

/// What every way to open one can answer besides.
fn opening(route: Route) -> Route {
    route
        .fails(400, NO_PATCH)
        .fails(403, NO_RIGHT)
        .fails(403, NO_APP)
        .fails(409, "The base branch has moved and conflicts in: greet.py.")
        .fails(502, "GitHub cannot be reached.")
        .unknown(show::TASK)
        .unknown(show::RUN)
}

pub(super) fn routes() -> Family {
    let path = "/v1/tasks/{id}/prs";
    family(
        "Pull requests",
        "A candidate is chosen, and its pull request opened, kept true by webhooks and advanced.",
        vec![
            get(path, Scope::Read, "Lists a task's pull requests, newest first", list).unknown(show::TASK),
            opening(
                post(path, Scope::Pick, "Opens the pull request of a run", open)
                    .about("The same run again is the same answer. When opening takes over 30 seconds it is 202."),
            ),
            opening(
                post("/v1/tasks/{id}/prs/auto", Scope::Pick, "Opens the pull request of a run in its own words", auto)
                    .about("Title and description are made from the run and the repository's pull request template."),
            ),
            opening(
                post("/v1/tasks/{id}/prs/link", Scope::Pick, "Pushes a run's branch for a person to go on", link::link)
                    .about(
                        "Everything is checked as for a pull request, and none is opened: `url` is GitHub's page from \
                         which a person opens it. It is the task's pull request from then on.",
                    ),
            ),
            get("/v1/tasks/{id}/prs/{pr_id}", Scope::Read, "Shows a pull request", one)
                .part("pr_id", PR_ID, Kind::Id)
                .unknown(show::TASK)
                .unknown(show::PULL),
            update::route(),
        ],
    )
}

pub(super) fn refused(refusal: &Refusal) -> ApiError {
    match refusal {
        Refusal::Unknown => ApiError::not_found(show::RUN),
        Refusal::NoPatch(_) | Refusal::StillRunning(_) => ApiError::said(StatusCode::BAD_REQUEST, NO_PATCH),
        Refusal::NoRight => ApiError::said(StatusCode::FORBIDDEN, NO_RIGHT),
        Refusal::NoApp => ApiError::said(StatusCode::FORBIDDEN, NO_APP),
        other => ApiError::said(StatusCode::CONFLICT, without_markdown(&reply_text(&refusal_reply(other)))),
    }
}

/// A candidate that was chosen.
pub(super) struct Chosen {
    pub(super) task: Task,
    pub(super) repo: Repo,
    pub(super) run: Run,
    pub(super) pick: PickId,
}

/// Chooses what the body names; what is opened of it is `form`.
pub(super) async fn choose(
    state: &ApiState,
    caller: &Caller,
    ids: &Ids,
    mut fields: Fields,
    form: PickForm,
) -> Result<Chosen, ApiError> {
    let (task, repo) = ids.task(state, caller).await?;
    let run_id = fields.text("selected_run_id", (0, 100));
    // A filled template leaves no room for words of the client's own.
    let own = form != PickForm::Template;
    let title = own.then(|| fields.optional_text("title", (0, MAX_TITLE))).flatten();
    let text = own.then(|| fields.optional_text("body", (0, MAX_BODY))).flatten();
    fields.finish()?;
    let run = match run_id.parse() {
        Ok(id) => lookup::run(&state.services, id).await?,
        Err(_) => None,
    };
    let run = run.map(|(run, _)| run).filter(|run| run.task_id == task.id);
    let run = run.ok_or_else(|| ApiError::not_found(show::RUN))?;
    let (token_name, login) = (caller.name().to_owned(), caller.login());
    let title = title.filter(|title| !title.trim().is_empty());
    let wish = Wish { run_id: run.id, pull_id: None, form, title, body: text, token_name, login };
    match prs::choose(&state.services, &repo, wish).await? {
        Choice::Accepted(pick) | Choice::Same(pick) => Ok(Chosen { task, repo, run, pick }),
        Choice::Refused(refusal) => Err(refused(&refusal)),
    }
}

async fn open(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    Body { fields, .. }: Body<NewPull>,
) -> Result<Decided<201, show::Opened>, ApiError> {
    wait(&state, choose(&state, &caller, &ids, fields, PickForm::Pull).await?).await
}

async fn auto(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    Body { fields, .. }: Body<AutoPull>,
) -> Result<Decided<201, show::Opened>, ApiError> {
    wait(&state, choose(&state, &caller, &ids, fields, PickForm::Template).await?).await
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
async fn wait(state: &ApiState, chosen: Chosen) -> Result<Decided<201, show::Opened>, ApiError> {
    match decided(state, chosen.pick).await? {
        Outcome::Opened(pull) => Ok(Decided::Now(show::Opened {
            pr_id: pull.id,
            url: Some(pull.url),
            branch: pull.branch.to_string(),
            number: Some(pull.number),
        })),
        Outcome::Opening => Ok(promised(&chosen.task, &chosen.run, chosen.pick.opens())),
        other => Err(unopened(other)),
    }
}

/// Why there is nothing to show for a pick.
pub(super) fn unopened(outcome: Outcome) -> ApiError {
    match outcome {
        Outcome::Stale(paths) => {
            let detail = format!("The base branch has moved and conflicts in: {}.", paths.replace('\n', ", "));
            ApiError::said(StatusCode::CONFLICT, detail)
        }
        Outcome::Failed(why) => ApiError::said(StatusCode::BAD_GATEWAY, why),
        Outcome::Opened(pull) => refused(&Refusal::PullOpen { number: pull.number, url: pull.url }),
        // Another wish for this candidate was faster, and of another form.
        Outcome::Linked(_) | Outcome::Opening => ApiError::said(StatusCode::CONFLICT, OTHER_FORM),
    }
}

/// The id it will have, and where to look for it.
fn promised<const NOW: u16, T>(task: &Task, run: &Run, id: PullId) -> Decided<NOW, T, show::Opened> {
    let branch = branch_name(task.issue.as_ref().map(|issue| issue.number), task.id, run.letter, run.id, 1);
    let shown = show::Opened { pr_id: id, url: None, branch: branch.to_string(), number: None };
    Decided::Later(shown, format!("/v1/tasks/{}/prs/{id}", task.id))
}

/// A promise that was not kept.
fn lost(why: &str) -> ApiError {
    ApiError::said(
        StatusCode::NOT_FOUND,
        format!("PR not found: it could not be opened: {}.", why.trim_end_matches('.')),
    )
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    paging: Paging,
) -> Result<Piece<show::Pull>, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    let all = tasks::pulls(&state.services, task.id).await?;
    Ok(paging.cut(all, |p| (p.created_at, p.id.to_string()), |p| Some((&p).into())))
}

async fn one(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
) -> Result<Decided<200, show::Pull, show::Opened>, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    let id = ids.read(1, show::PULL)?;
    let found = lookup::pull(&state.services, id).await?;
    if let Some(pull) = found.filter(|pull| pull.task_id == task.id) {
        return Ok(Decided::Now((&pull).into()));
    }
    match prs::promise(&state.services, task.id, id).await? {
        Some((_, Outcome::Opened(pull))) => Ok(Decided::Now(pull.as_ref().into())),
        Some((run, Outcome::Opening)) => Ok(promised(&task, &run, id)),
        Some((_, Outcome::Stale(_))) => Err(lost("the base branch has moved and conflicts")),
        Some((_, Outcome::Failed(why))) => Err(lost(&why)),
        Some((_, Outcome::Linked(_))) | None => Err(ApiError::not_found(show::PULL)),
    }
}
