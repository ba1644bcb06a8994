//! What was spent.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use super::auth::Caller;
use super::error::ApiError;
use super::form::{Family, Kind, Shown, family, get};
use super::input::{self, Query};
use super::{ApiState, show};
use crate::adapters::store::spending::{Group, Span};
use crate::domain::clock::Timestamp;
use crate::domain::token::Scope;
use crate::service::rest::usage::{By, told};

/// Why a token for some repositories must name one.
pub(super) const NAME_ONE: &str = "This token is limited to repositories: name one of them with repo_id.";

fn invalid(name: &str, msg: &str, input: &str) -> ApiError {
    ApiError::Invalid(vec![json!({ "type": "value_error", "loc": ["query", name], "msg": msg, "input": input })])
}

/// A day or a moment.
pub(super) fn moment(words: &HashMap<String, String>, name: &str, otherwise: Timestamp) -> Result<Timestamp, ApiError> {
    let Some(text) = words.get(name) else { return Ok(otherwise) };
    let day = (text.len() == 10).then(|| format!("{text}T00:00:00Z"));
    let read = Timestamp::parse_rfc3339(day.as_deref().unwrap_or(text));
    read.ok_or_else(|| invalid(name, "Input should be a date such as 2026-01-31, or a moment with its zone", text))
}

pub(super) fn routes() -> Family {
    family(
        "Usage",
        "What was spent, by the moment of each call of a model (UTC), and the caps of today.",
        vec![
            get("/v1/usage", Scope::Read, "Tells what was spent", spent)
                .query("group_by", "By what the parts are told apart; by `day` unless told.", Kind::OneOf(&By::WORDS))
                .query("from", "From this day or moment on.", Kind::Moment)
                .query("to", "Before this day or moment.", Kind::Moment)
                .query("repo_id", "Of this repository only.", Kind::Id)
                .fails(403, NAME_ONE)
                .unknown(show::REPO),
        ],
    )
}

async fn spent(
    State(state): State<ApiState>,
    caller: Caller,
    Query(words): Query,
) -> Result<Shown<show::Spending>, ApiError> {
    let by = match words.get("group_by") {
        None => By::Part(Group::Day),
        Some(word) => By::parse(word).ok_or_else(|| {
            let words = By::WORDS.join(", ");
            invalid("group_by", &format!("Input should be one of {words}"), word)
        })?,
    };
    let repo = match words.get("repo_id") {
        Some(id) => Some(input::repo(&state, &caller, id).await?.id),
        None if caller.is_limited() => {
            return Err(ApiError::said(StatusCode::FORBIDDEN, NAME_ONE));
        }
        None => None,
    };
    let from = moment(&words, "from", Timestamp(0))?;
    let to = moment(&words, "to", Timestamp(i64::MAX))?;
    let told = told(&state.services, by, Span { from, to, repo }).await?;
    Ok(Shown((&told).into()))
}
