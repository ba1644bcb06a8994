//! `/tasks/{id}/pick`: a page that names what is picked, and its button; the same code path as every other pick.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::WebState;
use super::compare::may_pick;
use super::own_form::{OwnForm, Proven};
use super::page::{failed, message, not_found, render};
use super::visitor::{Top, Visitor};
use super::words::title;
use crate::domain::characters::made_visible;
use crate::domain::ids::RunId;
use crate::domain::pick::{PickForm, PickSource};
use crate::domain::run::Run;
use crate::domain::sha256::Sha256Hex;
use crate::engine::render::{reply_text, without_markdown};
use crate::service::comparison::{Comparison, of_run};
use crate::service::pick::{Choice, PickRequest, accept, refusal_reply};

/// Which candidate.
#[derive(Deserialize)]
pub(super) struct Wanted {
    run: String,
}

#[derive(Template)]
#[template(path = "pick.html")]
struct Page {
    top: Top,
    title: String,
    task: String,
    repo: String,
    run: String,
    letter: String,
    model: String,
    base: String,
    commit: String,
    /// Path, lines added, lines removed.
    files: Vec<(String, i64, i64)>,
    warnings: Vec<String>,
    hash: String,
    token: String,
    back: String,
    /// The pull request that gets a commit.
    adds_to: Option<i64>,
}

/// The comparison of a run of this task, or the answer to who asks for something else.
pub(super) async fn candidate(state: &WebState, task: &str, run: RunId) -> Result<Comparison, Response> {
    match of_run(&state.services, run).await {
        Ok(Some(found)) if found.task.id.to_string() == task => Ok(found),
        Ok(_) => Err(not_found()),
        Err(error) => Err(failed(&error)),
    }
}

pub(super) async fn confirm(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(task): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let Ok(run) = wanted.run.parse() else { return not_found() };
    let found = match candidate(&state, &task, run).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let Some(run) = found.runs.iter().find(|row| row.id == run) else { return not_found() };
    if let Some(refused) = visitor.barred_from_acting(&state, &found.repo).await {
        return refused;
    }
    match page(visitor.top(), &found, run, visitor.csrf().masked()) {
        Some(page) => render(StatusCode::OK, &page),
        None => message(StatusCode::CONFLICT, "Not to be picked", "This candidate cannot be picked now."),
    }
}

fn page(top: Top, found: &Comparison, run: &Run, token: String) -> Option<Page> {
    let (round, hash) = (found.round.as_ref()?, run.result.patch_sha256.as_ref()?);
    if !may_pick(found, run) {
        return None;
    }
    let file = |file: &crate::domain::patch::FileDiff| (made_visible(&file.path), file.added_lines, file.removed_lines);
    Some(Page {
        top,
        title: title(&found.task),
        task: found.task.id.to_string(),
        repo: found.repo.name.as_ref().map_or_else(|| found.repo.url.clone(), ToString::to_string),
        run: run.id.to_string(),
        letter: run.letter.to_string(),
        model: run.answerer(),
        base: round.base_ref.clone(),
        commit: round.base_commit.short().to_owned(),
        files: run.result.files_changed.iter().map(file).collect(),
        warnings: run.result.warnings.clone(),
        hash: hash.to_string(),
        token,
        back: format!("/tasks/{}/compare?round={}", found.task.id, round.number),
        adds_to: found.pulls.iter().find(|pull| round.pull_id == Some(pull.id)).map(|pull| pull.number),
    })
}

/// The form behind the button.
#[derive(Deserialize)]
pub(super) struct Button {
    run: String,
    patch_sha256: String,
    token: String,
}

impl Proven for Button {
    const PAGE: &'static str = "comparison";

    fn proof(&self) -> &str {
        &self.token
    }
}

pub(super) async fn pick(
    State(state): State<WebState>,
    Path(task): Path<String>,
    OwnForm(visitor, button): OwnForm<Button>,
) -> Response {
    let (Ok(run_id), Some(shown)) = (button.run.parse(), Sha256Hex::parse(&button.patch_sha256)) else {
        return not_found();
    };
    let found = match candidate(&state, &task, run_id).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if let Some(refused) = visitor.barred_from_acting(&state, &found.repo).await {
        return refused;
    }
    let request = PickRequest {
        run_id,
        source: PickSource::Web,
        person: visitor.person().cloned(),
        token_name: None,
        pull_id: None,
        form: PickForm::Pull,
        shown: Some(shown),
        title: None,
        body: None,
    };
    match accept(&state.services, request).await {
        Ok(Choice::Accepted(_) | Choice::Same(_)) => Redirect::to(&format!("/tasks/{task}/compare")).into_response(),
        Ok(Choice::Refused(refusal)) => {
            message(StatusCode::CONFLICT, "Not picked", &without_markdown(&reply_text(&refusal_reply(&refusal))))
        }
        Err(error) => failed(&error),
    }
}
