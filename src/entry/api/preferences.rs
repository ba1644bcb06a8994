//! Preferences of the people who use this server by a client.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::{Caller, LIMITED};
use super::body::{Body, Fields};
use super::error::ApiError;
use super::form::{Example, Family, Shown, family, get, post};
use super::{ApiState, show};
use crate::domain::token::Scope;
use crate::service::rest::preferences::{self, PAIR, PrCreationMode, Preferences};

/// Preferences to save; what is left out is cleared.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NewPreferences {
    #[serde(rename = "default_repo_owner")]
    #[schema(max_length = 100)]
    repo_owner: Option<String>,
    #[serde(rename = "default_repo_name")]
    #[schema(max_length = 100)]
    repo_name: Option<String>,
    #[serde(rename = "default_branch")]
    #[schema(max_length = 244)]
    branch: Option<String>,
    /// For branches of the client's own; those of bakeoff begin with `bakeoff/`.
    #[serde(rename = "default_branch_prefix")]
    #[schema(max_length = 100)]
    branch_prefix: Option<String>,
    #[serde(rename = "default_pr_creation_mode")]
    pr_creation_mode: Option<PrCreationMode>,
}

impl Example for NewPreferences {
    fn example() -> Self {
        Self {
            repo_owner: Some("octo".into()),
            repo_name: Some("hello".into()),
            branch: Some("main".into()),
            branch_prefix: None,
            pr_creation_mode: Some(PrCreationMode::Create),
        }
    }
}

pub(super) fn routes() -> Family {
    family(
        "Preferences",
        "What clients of this server begin with.",
        vec![
            get("/v1/preferences", Scope::Read, "Shows the preferences", shown),
            post("/v1/preferences", Scope::Admin, "Saves the preferences in place of those before", save)
                .fails(403, LIMITED),
        ],
    )
}

async fn shown(State(state): State<ApiState>, caller: Caller) -> Result<Shown<show::Preferences>, ApiError> {
    let mut kept = preferences::get(&state.services).await?;
    let named = kept.default_repo_owner.as_deref().zip(kept.default_repo_name.as_deref());
    if named.is_some_and(|(owner, name)| !caller.may_name(&format!("{owner}/{name}"))) {
        (kept.default_repo_owner, kept.default_repo_name) = (None, None);
    }
    Ok(Shown(kept.into()))
}

fn read(mut fields: Fields) -> Result<Preferences, ApiError> {
    let mut text = |name: &str, max: usize| fields.optional_text(name, (0, max)).filter(|text| !text.is_empty());
    let mut wished = Preferences {
        default_repo_owner: text("default_repo_owner", 100),
        default_repo_name: text("default_repo_name", 100),
        default_branch: text("default_branch", 244),
        default_branch_prefix: text("default_branch_prefix", 100),
        default_pr_creation_mode: PrCreationMode::default(),
    };
    let words = PrCreationMode::ALL.map(PrCreationMode::as_str);
    let mode = fields.optional_word("default_pr_creation_mode", &words, PrCreationMode::parse);
    for (name, why) in preferences::problems(&wished) {
        fields.problem(if why == PAIR { "missing" } else { "value_error" }, name, why);
    }
    fields.finish()?;
    wished.default_pr_creation_mode = mode.unwrap_or_default();
    Ok(wished)
}

async fn save(
    State(state): State<ApiState>,
    caller: Caller,
    Body { fields, .. }: Body<NewPreferences>,
) -> Result<Shown<show::Preferences>, ApiError> {
    caller.unlimited()?;
    let wished = read(fields)?;
    preferences::save(&state.services, &wished, &caller.actor()).await?;
    Ok(Shown(wished.into()))
}
