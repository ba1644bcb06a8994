//! Runs: started together as one round, looked at, stopped.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Caller;
use super::body::{Body, Fields};
use super::error::ApiError;
use super::form::{Created, Done, Example, Family, Piece, Shown, family, get, post};
use super::input::Ids;
use super::messages::MAX_CHARS;
use super::paging::Paging;
use super::{ApiState, show};
use crate::domain::ids::{MessageId, ModelId};
use crate::domain::token::Scope;
use crate::engine::command::folder;
use crate::service::cancel::cancel_run;
use crate::service::caps::{Cap, Much};
use crate::service::rest::rounds::{self, By, Refused, Wish};
use crate::service::rest::tasks;

/// Runs of one call, at most.
const MAX_RUNS: usize = 256;
const NO_MODELS: &str = "model_ids cannot be empty";
const FINISHED: &str = "The run is finished already.";

/// A round to start: one run for each of its models, on one pinned commit.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NewRuns {
    #[schema(min_length = 1, max_length = 100_000)]
    instruction: String,
    /// Twice the same is two runs.
    #[schema(max_items = 256)]
    model_ids: Vec<ModelId>,
    /// A branch, tag or commit; the default branch unless told.
    #[schema(max_length = 244)]
    base_ref: Option<String>,
    /// Only this folder may change.
    #[schema(max_length = 1024)]
    path: Option<String>,
    /// The most that the round may spend.
    #[schema(exclusive_minimum = 0, maximum = 1_000_000_000)]
    budget_usd: Option<f64>,
    /// Named checks to run.
    #[schema(max_items = 20)]
    checks: Option<Vec<String>>,
    /// The message of the task that asks for it.
    message_id: Option<MessageId>,
}

impl Example for NewRuns {
    fn example() -> Self {
        Self {
            instruction: "Spell the greeting right".into(),
            model_ids: vec![Example::example()],
            base_ref: Some("main".into()),
            path: None,
            budget_usd: Some(2.0),
            checks: None,
            message_id: None,
        }
    }
}

pub(super) fn routes() -> Family {
    let path = "/v1/tasks/{id}/runs";
    family(
        "Runs",
        "A run is one model's attempt at a patch; the runs that start together are a round.",
        vec![
            get(path, Scope::Read, "Lists a task's runs, newest first", list).unknown(show::TASK),
            post(path, Scope::Run, "Starts a round: all of it or nothing", start)
                .fails(400, NO_MODELS)
                .fails(400, "Model not found: 01975f1e-8c00-7000-8000-000000000001")
                .fails(400, "Ref not found: v2")
                .fails(402, "The budget of this round is used up.")
                .fails(403, "The repository's .github/bakeoff.yml does not let ada start rounds.")
                .fails(502, "GitHub cannot be reached.")
                .fails(503, "Less than 10 % of the disk under this bakeoff is free, so nothing new starts until its owner makes room; what runs goes on.")
                .unknown(show::TASK),
            get("/v1/runs/{id}", Scope::Read, "Shows a run", one).unknown(show::RUN),
            post("/v1/runs/{id}/cancel", Scope::Run, "Stops a run", cancel)
                .about("It is `canceled` at once.")
                .fails(409, FINISHED)
                .unknown(show::RUN),
        ],
    )
}

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
        return Err(ApiError::said(StatusCode::BAD_REQUEST, NO_MODELS));
    }
    // No checks can be configured yet.
    if let Some(name) = checks.first() {
        return Err(ApiError::said(StatusCode::BAD_REQUEST, format!("Check not found: {name}")));
    }
    let by = By::Token { name: caller.name().to_owned(), login: caller.login() };
    Ok(Wish { instruction, model_ids, base_ref, path, budget, message_id, by })
}

fn status_of(refused: &Refused) -> StatusCode {
    match refused {
        Refused::Model(_) | Refused::Ref(_) | Refused::Message(_) => StatusCode::BAD_REQUEST,
        Refused::Cap(Cap { limit: Much::FreeDisk(_), .. }) => StatusCode::SERVICE_UNAVAILABLE,
        Refused::Commander(_) => StatusCode::FORBIDDEN,
        Refused::Price(_) | Refused::Budget(_) | Refused::Cap(_) => StatusCode::PAYMENT_REQUIRED,
        Refused::Server(_) => StatusCode::BAD_GATEWAY,
    }
}

async fn start(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    Body { fields, .. }: Body<NewRuns>,
) -> Result<Created<show::RunIds>, ApiError> {
    let (task, repo) = ids.task(&state, &caller).await?;
    let wish = read(fields, &caller)?;
    match rounds::start(&state.services, &repo, &task, wish).await? {
        Ok(run_ids) => Ok(Created(show::RunIds { run_ids })),
        Err(refused) => Err(ApiError::said(status_of(&refused), refused.to_string())),
    }
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    paging: Paging,
) -> Result<Piece<show::Run>, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    let runs = tasks::runs(&state.services, task.id).await?;
    Ok(paging.cut(
        tasks::with_papers(&state.services, runs).await?,
        |(run, _)| (run.created_at, run.id.to_string()),
        |(run, papers)| Some(show::Run::new(run, papers)),
    ))
}

async fn one(State(state): State<ApiState>, caller: Caller, ids: Ids) -> Result<Shown<show::Run>, ApiError> {
    let (run, _) = ids.run(&state, &caller).await?;
    let found = tasks::with_papers(&state.services, vec![run]).await?.pop();
    let (run, papers) = found.ok_or_else(|| ApiError::not_found(show::RUN))?;
    Ok(Shown(show::Run::new(run, papers)))
}

async fn cancel(State(state): State<ApiState>, caller: Caller, ids: Ids) -> Result<Done, ApiError> {
    let (run, _) = ids.run(&state, &caller).await?;
    if cancel_run(&state.services, run.id, &caller.actor()).await? {
        return Ok(Done);
    }
    Err(ApiError::said(StatusCode::CONFLICT, FINISHED))
}
