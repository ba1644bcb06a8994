//! `POST /start`: a task by hand: repository, branch, instruction, models.

use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use url::form_urlencoded;

use super::WebState;
use super::act::MAX_INSTRUCTION;
use super::own_form::proven;
use super::page::{failed, message};
use super::visitor::Visitor;
use crate::domain::ids::RepoId;
use crate::service::rest::lookup;
use crate::service::rest::rounds::{By, Wish, start_new};

/// Models of one task, at most.
const MAX_MODELS: usize = 26;
/// The longest name of a branch, tag or commit, in characters.
const MAX_REF: usize = 244;
/// A task's title is the first line of its instruction, in characters.
const MAX_TITLE: usize = 100;

/// The form as a browser sends it; `model` comes once for each that is ticked.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    token: String,
    repo: String,
    base_ref: String,
    instruction: String,
    models: Vec<String>,
}

fn read(body: &[u8]) -> Asked {
    let mut asked = Asked::default();
    for (name, value) in form_urlencoded::parse(body) {
        let value = value.into_owned();
        match &*name {
            "token" => asked.token = value,
            "repo" => asked.repo = value,
            "base_ref" => asked.base_ref = value.trim().to_owned(),
            "instruction" => asked.instruction = value.replace("\r\n", "\n").trim().to_owned(),
            "model" => asked.models.push(value),
            _ => {}
        }
    }
    asked
}

/// What is missing or too much.
fn problem(asked: &Asked) -> Option<&'static str> {
    let too_long = |text: &str, max: usize| text.chars().count() > max;
    match () {
        () if asked.instruction.is_empty() => Some("Say what is to be done."),
        () if too_long(&asked.instruction, MAX_INSTRUCTION) => Some("The instruction is too long."),
        () if too_long(&asked.base_ref, MAX_REF) => Some("No branch has so long a name."),
        () if asked.models.is_empty() => Some("Tick at least one model."),
        () if asked.models.len() > MAX_MODELS => Some("So many models cannot work at once."),
        () => None,
    }
}

pub(super) async fn by_hand(
    State(state): State<WebState>,
    visitor: Visitor,
    headers: HeaderMap,
    RawForm(body): RawForm,
) -> Response {
    let asked = read(&body);
    if let Err(refused) = proven(&visitor, &asked.token, &headers, "start page") {
        return refused;
    }
    if let Some(problem) = problem(&asked) {
        return message(StatusCode::BAD_REQUEST, "Not started", problem);
    }
    let unknown = || message(StatusCode::BAD_REQUEST, "Not started", "There is no such repository.");
    let Ok(id) = asked.repo.parse::<RepoId>() else { return unknown() };
    let repo = match lookup::repo(&state.services, id).await {
        Ok(Some(repo)) if !repo.gone => repo,
        Ok(_) => return unknown(),
        Err(error) => return failed(&error.into()),
    };
    match visitor.may_read(&state, &repo).await {
        Ok(true) => {}
        Ok(false) => return unknown(),
        Err(error) => return failed(&error),
    }
    if let Some(refused) = visitor.barred_from_acting(&state, &repo).await {
        return refused;
    }
    let title: String = asked.instruction.lines().next().unwrap_or_default().chars().take(MAX_TITLE).collect();
    let wish = Wish {
        instruction: asked.instruction,
        model_ids: asked.models,
        base_ref: Some(asked.base_ref).filter(|name| !name.is_empty()),
        path: None,
        budget: None,
        message_id: None,
        by: By::web(visitor.person().cloned()),
    };
    match start_new(&state.services, &repo, title, wish).await {
        Ok(Ok(task)) => Redirect::to(&format!("/tasks/{task}")).into_response(),
        Ok(Err(refused)) => message(StatusCode::CONFLICT, "Not started", &refused.to_string()),
        Err(error) => failed(&error),
    }
}
