//! `POST /tasks/{id}/vote`: for or against a candidate, by whoever may read there. Pressed again, it is taken back: the
//! form says what a press comes to.

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::WebState;
use super::compare::{Asked, address};
use super::own_form::{OwnForm, Proven};
use super::page::{failed, message, not_found};
use super::pick::candidate;
use crate::domain::permission::Person;
use crate::domain::vote::{Ballot, VoteSource, Voter};
use crate::service::votes::cast;

/// A press of one of the buttons.
#[derive(Deserialize)]
pub(super) struct Button {
    run: String,
    vote: String,
    token: String,
    /// The question of the address where it was pressed.
    #[serde(default)]
    back: String,
}

impl Proven for Button {
    const PAGE: &'static str = "comparison";

    fn proof(&self) -> &str {
        &self.token
    }
}

/// As whom a visitor votes: the same person as on GitHub.
pub(super) fn voter(person: Option<&Person>) -> Voter {
    person.map_or_else(Voter::owner, |person| Voter::person(person.id, &person.login))
}

pub(super) async fn vote(
    State(state): State<WebState>,
    Path(task): Path<String>,
    OwnForm(visitor, button): OwnForm<Button>,
) -> Response {
    let (Ok(id), Some(ballot)) = (button.run.parse(), Ballot::parse(&button.vote)) else { return not_found() };
    let found = match candidate(&state, &task, id).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if let Some(refused) = visitor.barred(&state, &found.repo).await {
        return refused;
    }
    if !found.runs.iter().any(|run| run.id == id && run.has_patch()) {
        return message(StatusCode::CONFLICT, "Not counted", "Only a candidate with a patch can be voted on.");
    }
    let voter = voter(visitor.person());
    match cast(&state.services, id, VoteSource::Web, voter, ballot, &visitor.actor()).await {
        Ok(_) => Redirect::to(&back(&found, &button.back)).into_response(),
        Err(error) => failed(&error),
    }
}

/// The same view of the comparison, put together again from what is understood of it.
fn back(found: &crate::service::comparison::Comparison, question: &str) -> String {
    let uri: Uri = format!("/?{question}").parse().unwrap_or_default();
    let asked = Query::<Asked>::try_from_uri(&uri).map(|Query(asked)| asked).unwrap_or_default();
    let round = found.round.as_ref().map_or(0, |round| round.number);
    format!("{}#candidates", address(found.task.id, round, &asked))
}
