//! `POST /tasks/{id}/act`: cancel, retry, add a model, revise: the same services as the commands. And the panel with
//! their forms.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::WebState;
use super::own_form::{OwnForm, Proven};
use super::page::{failed, message, not_found};
use super::visitor::Visitor;
use crate::domain::round::RoundStatus;
use crate::domain::run::{Letter, Run, RunStatus};
use crate::engine::render::{reply_text, without_markdown};
use crate::service::by_hand::{self, Done, Here};
use crate::service::comparison::{Comparison, compare};
use crate::service::rest::lookup;

/// The longest instruction, in characters.
pub(super) const MAX_INSTRUCTION: usize = 32_000;

/// What can be done to a round, for the forms.
pub(super) struct Acts {
    pub(super) task: String,
    pub(super) round: i64,
    pub(super) token: String,
    /// A name of the next press of a button.
    pub(super) once: String,
    /// Letter and model of the candidates at work.
    pub(super) working: Vec<(String, String)>,
    /// Those that ended without a patch.
    pub(super) failed: Vec<(String, String)>,
    /// Those with a patch.
    pub(super) patched: Vec<(String, String)>,
    /// Id and name of the models that can be added.
    pub(super) models: Vec<(String, String)>,
    pub(super) may_retry: bool,
    pub(super) may_revise: bool,
}

impl Acts {
    /// Whether there is anything to press.
    pub(super) fn any(&self) -> bool {
        let retry = self.may_retry && !self.failed.is_empty();
        let revise = self.may_revise && !self.patched.is_empty();
        retry || revise || !self.working.is_empty() || !self.models.is_empty()
    }
}

/// The forms for a task's newest round; `None` while it has none.
pub(super) async fn acts(state: &WebState, visitor: &Visitor, found: &Comparison) -> anyhow::Result<Option<Acts>> {
    let Some(round) = found.round.as_ref().filter(|round| round.number == found.task.round) else { return Ok(None) };
    let grows = matches!(round.status, RoundStatus::Running | RoundStatus::Choosing | RoundStatus::Failed);
    let models = if grows { lookup::models(&state.services).await? } else { Vec::new() };
    let of = |which: &dyn Fn(&Run) -> bool| -> Vec<(String, String)> {
        let named = |run: &Run| (run.letter.to_string(), run.answerer());
        found.runs.iter().filter(|run| which(run)).map(named).collect()
    };
    Ok(Some(Acts {
        task: found.task.id.to_string(),
        round: round.number,
        token: visitor.csrf().masked(),
        once: Uuid::now_v7().to_string(),
        working: of(&|run| !run.status.is_terminal()),
        failed: of(&|run| matches!(run.status, RunStatus::Failed | RunStatus::Canceled)),
        patched: of(&Run::has_patch),
        models: models.into_iter().map(|model| (model.id.to_string(), model.label().to_owned())).collect(),
        may_retry: !matches!(round.status, RoundStatus::Picked | RoundStatus::Merged),
        may_revise: !matches!(round.status, RoundStatus::Running | RoundStatus::Merged),
    }))
}

/// A press of one of the buttons.
#[derive(Deserialize)]
pub(super) struct Button {
    act: String,
    round: i64,
    once: Uuid,
    token: String,
    letter: Option<String>,
    model: Option<String>,
    instruction: Option<String>,
}

impl Proven for Button {
    const PAGE: &'static str = "task";

    fn proof(&self) -> &str {
        &self.token
    }
}

/// What it asks for.
enum Wish {
    Cancel(Option<Letter>),
    Retry(Option<Letter>),
    Add(crate::domain::ids::ModelId),
    Revise(Letter, String),
}

fn wish(button: &Button) -> Option<Wish> {
    let letter = match button.letter.as_deref().filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(Letter::parse(text)?),
    };
    Some(match button.act.as_str() {
        "cancel" => Wish::Cancel(letter),
        "retry" => Wish::Retry(letter),
        "add" => Wish::Add(button.model.as_deref()?.parse().ok()?),
        "revise" => {
            let text = button.instruction.as_deref()?.trim();
            let fits = !text.is_empty() && text.chars().count() <= MAX_INSTRUCTION;
            Wish::Revise(letter?, fits.then(|| text.to_owned())?)
        }
        _ => return None,
    })
}

pub(super) async fn act(
    State(state): State<WebState>,
    Path(task): Path<String>,
    OwnForm(visitor, button): OwnForm<Button>,
) -> Response {
    let Ok(id) = task.parse() else { return not_found() };
    let Some(wish) = wish(&button) else {
        let text = "Something is missing. To revise, say what should be different.";
        return message(StatusCode::BAD_REQUEST, "Not done", text);
    };
    let found = match compare(&state.services, id, Some(button.round)).await {
        Ok(Some(found)) => found,
        Ok(None) => return not_found(),
        Err(error) => return failed(&error),
    };
    if let Some(refused) = visitor.barred_from_acting(&state, &found.repo).await {
        return refused;
    }
    match carry_out(&state, &visitor, &found, &button, wish).await {
        Ok(Some(Ok(()))) => Redirect::to(&format!("/tasks/{id}")).into_response(),
        Ok(Some(Err(reply))) => message(StatusCode::CONFLICT, "Not done", &without_markdown(&reply_text(&reply))),
        Ok(None) => not_found(),
        Err(error) => failed(&error),
    }
}

async fn carry_out(
    state: &WebState,
    visitor: &Visitor,
    found: &Comparison,
    button: &Button,
    wish: Wish,
) -> anyhow::Result<Option<Done>> {
    let svc = &state.services;
    let Some(round) = &found.round else { return Ok(None) };
    let key = format!("web:{}", button.once);
    let here = Here { repo: &found.repo, task: &found.task, round, runs: &found.runs, person: visitor.person(), key };
    Ok(Some(match wish {
        Wish::Cancel(letter) => by_hand::cancel(svc, &here, letter).await?,
        Wish::Retry(letter) => by_hand::retry(svc, &here, letter).await?,
        Wish::Add(model) => by_hand::add(svc, &here, model).await?,
        Wish::Revise(letter, instruction) => by_hand::revise(svc, &here, letter, instruction).await?,
    }))
}
