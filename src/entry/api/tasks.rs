//! Tasks.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Caller;
use super::body::Body;
use super::error::ApiError;
use super::form::{Created, Example, Family, Kind, Piece, Shown, family, get, post};
use super::input::{self, Ids, Query};
use super::paging::Paging;
use super::{ApiState, show};
use crate::domain::ids::RepoId;
use crate::domain::token::Scope;
use crate::service::rest::tasks::{self, Among};

/// A task without an issue.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NewTask {
    repo_id: RepoId,
    #[schema(max_length = 1000)]
    title: Option<String>,
}

impl Example for NewTask {
    fn example() -> Self {
        Self { repo_id: Example::example(), title: Some("Greeting".into()) }
    }
}

pub(super) fn routes() -> Family {
    family(
        "Tasks",
        "A task is one issue's, or one client's, piece of work: a conversation, rounds of runs, and a pull request.",
        vec![
            get("/v1/tasks", Scope::Read, "Lists tasks by their last change, newest first", list)
                .remembered()
                .query("repo_id", "Of this repository only.", Kind::Id)
                .unknown(show::REPO),
            post("/v1/tasks", Scope::Run, "Makes a task", create).unknown(show::REPO),
            get("/v1/tasks/{id}", Scope::Read, "Shows a task with all that belongs to it", one).unknown(show::TASK),
        ],
    )
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Body { mut fields, .. }: Body<NewTask>,
) -> Result<Created<show::Task>, ApiError> {
    let repo_id = fields.text("repo_id", (0, 100));
    let title = fields.optional_text("title", (0, 1000));
    fields.finish()?;
    let repo = input::repo(&state, &caller, &repo_id).await?;
    let task = tasks::create_among(&state.services, &state.new_tasks, repo.id, title, caller.actor()).await?;
    Ok(Created((&task).into()))
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(words): Query,
    paging: Paging,
) -> Result<Piece<show::Task>, ApiError> {
    let among = match words.get("repo_id") {
        Some(id) => Among::Repo(input::repo(&state, &caller, id).await?.id),
        None => caller.limit().map_or(Among::All, Among::Named),
    };
    let rows = tasks::list(&state.services, among, &paging.page()).await?;
    Ok(paging.answer(rows, |task| (task.updated_at, task.id.to_string()), |task| Some((&task).into())))
}

async fn one(State(state): State<ApiState>, caller: Caller, ids: Ids) -> Result<Shown<show::TaskDetail>, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    let svc = &state.services;
    let messages = tasks::messages(svc, task.id).await?;
    let runs = tasks::runs(svc, task.id).await?;
    let pulls = tasks::pulls(svc, task.id).await?;
    Ok(Shown(show::TaskDetail::new(&task, &messages, &runs, &pulls)))
}
