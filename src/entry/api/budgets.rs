//! The caps in force.

use axum::extract::State;
use axum::http::StatusCode;

use super::auth::Caller;
use super::error::ApiError;
use super::form::{Family, Kind, Shown, family, get};
use super::input::{self, Query};
use super::usage::NAME_ONE;
use super::{ApiState, show};
use crate::domain::token::Scope;
use crate::service::rest::budgets::in_force;

pub(super) fn routes() -> Family {
    family(
        "Budgets",
        "What may be spent. A repository's own file can lower the caps of the server.",
        vec![
            get("/v1/budgets", Scope::Read, "Lists the caps in force, the narrowest first", list)
                .query("repo_id", "As they are in this repository.", Kind::Id)
                .fails(403, NAME_ONE)
                .fails(502, "GitHub cannot be reached.")
                .unknown(show::REPO),
        ],
    )
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(words): Query,
) -> Result<Shown<Vec<show::BudgetCap>>, ApiError> {
    let repo = match words.get("repo_id") {
        Some(id) => Some(input::repo(&state, &caller, id).await?),
        None if caller.is_limited() => return Err(ApiError::said(StatusCode::FORBIDDEN, NAME_ONE)),
        None => None,
    };
    // What others spend is nothing for who sees one repository.
    let found = in_force(&state.services, repo.as_ref(), caller.is_limited()).await?;
    Ok(Shown(show::BudgetCap::all(&found)))
}
