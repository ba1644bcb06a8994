//! The caps in force, and those that are kept in the place of the defaults.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::{Caller, LIMITED};
use super::body::Body;
use super::error::ApiError;
use super::form::{Example, Family, Kind, Shown, family, get, put};
use super::input::{self, Query};
use super::usage::NAME_ONE;
use super::{ApiState, show};
use crate::domain::token::Scope;
use crate::service::kept_caps::{self, CapName};
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
            put("/v1/budgets", Scope::Admin, "Keeps caps in the place of the defaults", change)
                .about(
                    "A cap that is left out stays as it is, and null takes the kept one away. It holds at once, in every \
                     process. What the environment or the settings file gives is the most a kept cap may be.",
                )
                .fails(403, LIMITED),
        ],
    )
}

/// Caps to keep, in dollars.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BudgetCaps {
    #[schema(minimum = 0)]
    run_usd: Option<f64>,
    #[schema(minimum = 0)]
    round_usd: Option<f64>,
    /// Of each repository in a day (UTC).
    #[schema(minimum = 0)]
    repo_day_usd: Option<f64>,
    /// Of all together in a day (UTC).
    #[schema(minimum = 0)]
    day_usd: Option<f64>,
    /// Of each person in a day (UTC).
    #[schema(minimum = 0)]
    user_day_usd: Option<f64>,
}

impl Example for BudgetCaps {
    fn example() -> Self {
        Self { run_usd: Some(0.5), round_usd: Some(2.0), repo_day_usd: None, day_usd: Some(50.0), user_day_usd: None }
    }
}

async fn change(
    State(state): State<ApiState>,
    caller: Caller,
    Body { mut fields, .. }: Body<BudgetCaps>,
) -> Result<Shown<Vec<show::BudgetCap>>, ApiError> {
    caller.unlimited()?;
    let mut wishes = Vec::new();
    for name in CapName::ALL {
        if fields.is_named(name.field()) {
            wishes.push((name, fields.usd(name.field())));
        }
    }
    let mut again = fields.clone();
    fields.finish()?;
    if let Err(above) = kept_caps::change(&state.services, &wishes, &caller.actor()).await? {
        for refused in above {
            again.problem("less_than_equal", refused.name.field(), format!("Input should be {refused}"));
        }
        return Err(again.refused());
    }
    let found = in_force(&state.services, None, false).await?;
    Ok(Shown(show::BudgetCap::all(&found)))
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
