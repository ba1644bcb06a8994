//! What was spent.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Json, Response};
use serde_json::{Value, json};

use super::ApiState;
use super::auth::Caller;
use super::error::ApiError;
use super::input::{self, Query};
use crate::adapters::store::budget_warnings::Warning;
use crate::adapters::store::spending::{Group, Span, Sum};
use crate::domain::clock::Timestamp;
use crate::service::budget::Budget;
use crate::service::rest::usage::{By, told};

fn invalid(name: &str, msg: &str, input: &str) -> ApiError {
    ApiError::Invalid(vec![json!({ "type": "value_error", "loc": ["query", name], "msg": msg, "input": input })])
}

/// A day or a moment.
fn moment(words: &HashMap<String, String>, name: &str, otherwise: Timestamp) -> Result<Timestamp, ApiError> {
    let Some(text) = words.get(name) else { return Ok(otherwise) };
    let day = (text.len() == 10).then(|| format!("{text}T00:00:00Z"));
    let read = Timestamp::parse_rfc3339(day.as_deref().unwrap_or(text));
    read.ok_or_else(|| invalid(name, "Input should be a date such as 2026-01-31, or a moment with its zone", text))
}

fn sum(sum: &Sum) -> Value {
    json!({
        "runs": sum.runs,
        "calls": sum.calls,
        "input_tokens": sum.usage.input_tokens,
        "output_tokens": sum.usage.output_tokens,
        "cached_input_tokens": sum.usage.cached_input_tokens,
        "cache_write_tokens": sum.usage.cache_write_tokens,
        "cost_usd": sum.cost.as_usd(),
    })
}

fn part(part: &Sum) -> Value {
    let mut shown = sum(part);
    if let Value::Object(fields) = &mut shown {
        fields.insert("key".into(), json!(part.key));
        fields.insert("name".into(), json!(part.name.as_ref().unwrap_or(&part.key)));
    }
    shown
}

fn budget(budget: &Budget) -> Value {
    json!({
        "whose": budget.whose,
        "cap_usd": budget.cap.as_usd(),
        "spent_usd": budget.spend.spent.as_usd(),
        "reserved_usd": budget.spend.reserved.as_usd(),
        "left_usd": budget.cap.minus(budget.spend.total()).as_usd(),
    })
}

fn warning(warning: &Warning) -> Value {
    json!({
        "whose": warning.whose,
        "spent_usd": warning.spent.as_usd(),
        "cap_usd": warning.cap.as_usd(),
        "at": warning.at.to_rfc3339(),
    })
}

pub(super) async fn show(
    State(state): State<ApiState>,
    caller: Caller,
    Query(words): Query,
) -> Result<Response, ApiError> {
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
            let why = "This token is limited to repositories: name one of them with repo_id.";
            return Err(ApiError::said(StatusCode::FORBIDDEN, why));
        }
        None => None,
    };
    let from = moment(&words, "from", Timestamp(0))?;
    let to = moment(&words, "to", Timestamp(i64::MAX))?;
    let told = told(&state.services, by, Span { from, to, repo }).await?;
    Ok(Json(json!({
        "total": sum(&told.total),
        "parts": told.parts.iter().map(part).collect::<Vec<_>>(),
        "budgets": told.budgets.iter().map(budget).collect::<Vec<_>>(),
        "warnings": told.warnings.iter().map(warning).collect::<Vec<_>>(),
    }))
    .into_response())
}
