//! Model profiles.

use axum::extract::State;
use axum::http::StatusCode;
use secrecy::SecretString;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Caller;
use super::body::{Body, Fields};
use super::error::ApiError;
use super::form::{Created, Done, Example, Family, Piece, Shown, delete, family, get, patch, post};
use super::input::Ids;
use super::paging::Paging;
use super::{ApiState, show};
use crate::domain::model::{KeyLimits, Provider, ToolUse, Wire};
use crate::domain::money::{Prices, UsdMicros};
use crate::domain::token::Scope;
use crate::service::models::{self, Changed, Deleted, NewModel};
use crate::service::rest::lookup;

const IN_FILE: &str = "The model stands in the settings file and can only be changed there.";

/// A model to know, with its key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewModelProfile)]
pub(super) struct NewProfile {
    provider: Provider,
    /// The vendor's name of the model.
    #[schema(min_length = 1, max_length = 200)]
    model_name: String,
    /// The name shown to people.
    #[schema(min_length = 1, max_length = 200)]
    display_name: Option<String>,
    /// The word in commands; made from the name unless told.
    #[schema(min_length = 1, max_length = 64)]
    alias: Option<String>,
    /// Whether `/bakeoff` alone asks it.
    default: Option<bool>,
    /// Never shown again but for its last four characters.
    #[schema(min_length = 1, max_length = 10_000)]
    api_key: String,
    /// Another server than the vendor's; required for `openai_compatible`.
    #[schema(min_length = 1, max_length = 2000)]
    base_url: Option<String>,
    wire: Option<Wire>,
    tools: Option<ToolUse>,
    /// Needed for a model whose price is not known, unless it is free.
    prices: Option<show::Prices>,
    free: Option<bool>,
    /// The alias of the profile that is asked when this one cannot be.
    #[schema(min_length = 1, max_length = 64)]
    fallback: Option<String>,
    /// Calls at once with its key, in each process.
    #[schema(minimum = 1)]
    max_concurrent: Option<u32>,
    /// Calls begun within a minute with its key, in each process.
    #[schema(minimum = 1)]
    requests_per_minute: Option<u32>,
}

impl Example for NewProfile {
    fn example() -> Self {
        Self {
            provider: Provider::Anthropic,
            model_name: "claude-sonnet-4-5".into(),
            display_name: Some("Claude Sonnet".into()),
            alias: Some("sonnet".into()),
            default: Some(true),
            api_key: "sk-ant-example".into(),
            base_url: None,
            wire: None,
            tools: Some(ToolUse::Auto),
            prices: Some(show::Prices { input: 3.0, output: 15.0, cached_input: Some(0.3) }),
            free: None,
            fallback: None,
            max_concurrent: Some(8),
            requests_per_minute: None,
        }
    }
}

/// What is to be different about a model.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ModelChange {
    #[schema(min_length = 1, max_length = 200)]
    display_name: Option<String>,
    /// The word in commands.
    #[schema(min_length = 1, max_length = 64)]
    alias: Option<String>,
    default: Option<bool>,
    #[schema(min_length = 1, max_length = 10_000)]
    api_key: Option<String>,
    tools: Option<ToolUse>,
    prices: Option<show::Prices>,
    free: Option<bool>,
    #[schema(min_length = 1, max_length = 64)]
    fallback: Option<String>,
    #[schema(minimum = 1)]
    max_concurrent: Option<u32>,
    #[schema(minimum = 1)]
    requests_per_minute: Option<u32>,
}

impl Example for ModelChange {
    fn example() -> Self {
        Self {
            display_name: None,
            alias: Some("claude".into()),
            default: Some(true),
            api_key: None,
            tools: None,
            prices: Some(show::Prices { input: 3.0, output: 15.0, cached_input: Some(0.3) }),
            free: None,
            fallback: None,
            max_concurrent: None,
            requests_per_minute: None,
        }
    }
}

pub(super) fn routes() -> Family {
    family(
        "Models",
        "Which models can be asked, with whose keys. Keys go in and never come out.",
        vec![
            get("/v1/models", Scope::Read, "Lists model profiles, newest first", list).remembered(),
            post("/v1/models", Scope::Admin, "Adds a model profile", add),
            get("/v1/models/{id}", Scope::Read, "Shows a model profile", one).unknown(show::MODEL),
            patch("/v1/models/{id}", Scope::Admin, "Changes a model profile", change)
                .about(
                    "What is left out stays, and null clears. Provider, model and base_url never change: a key is for one \
                     server.",
                )
                .fails(409, IN_FILE)
                .unknown(show::MODEL),
            delete("/v1/models/{id}", Scope::Admin, "Takes a model profile away", remove)
                .about("Queued runs of it fail, running ones finish, and all keep their provider and model name.")
                .fails(409, IN_FILE)
                .unknown(show::MODEL),
        ],
    )
}

async fn list(State(state): State<ApiState>, paging: Paging) -> Result<Piece<show::Model>, ApiError> {
    let all = lookup::models(&state.services).await?;
    Ok(paging.cut(all, |m| (m.created_at, m.id.to_string()), |m| Some((&m).into())))
}

async fn one(State(state): State<ApiState>, ids: Ids) -> Result<Shown<show::Model>, ApiError> {
    let found = lookup::model(&state.services, ids.read(0, show::MODEL)?).await?;
    let model = found.ok_or_else(|| ApiError::not_found(show::MODEL))?;
    Ok(Shown((&model).into()))
}

/// Dollars per million tokens; cached ones cost what others cost unless told.
fn prices(fields: &mut Fields) -> Option<Prices> {
    let mut given = fields.object("prices")?;
    let (input, output, cached) = (given.usd("input"), given.usd("output"), given.usd("cached_input"));
    for (name, value) in [("input", input), ("output", output)] {
        if value.is_none() {
            given.problem("missing", name, "Field required");
        }
    }
    fields.join(given);
    let or_zero = |value: Option<UsdMicros>| value.unwrap_or(UsdMicros::ZERO);
    Some(Prices { input: or_zero(input), output: or_zero(output), cached_input: cached.unwrap_or(or_zero(input)) })
}

fn read(mut fields: Fields) -> Result<NewModel, ApiError> {
    let words = Provider::ALL.map(Provider::as_str);
    let provider = fields.word("provider", &words, Provider::parse);
    let new = NewModel {
        provider: provider.unwrap_or(Provider::OpenAi),
        model_name: fields.text("model_name", (1, 200)),
        display_name: fields.optional_text("display_name", (1, 200)),
        alias: fields.optional_text("alias", (1, 64)),
        default: fields.flag("default"),
        api_key: SecretString::from(fields.text("api_key", (1, 10_000))),
        base_url: fields.optional_text("base_url", (1, 2000)),
        wire: fields.optional_word("wire", &Wire::ALL.map(Wire::as_str), Wire::parse),
        tools: fields.optional_word("tools", &ToolUse::ALL.map(ToolUse::as_str), ToolUse::parse).unwrap_or_default(),
        prices: prices(&mut fields),
        free: fields.flag("free"),
        fallback: fields.optional_text("fallback", (1, 64)),
        limits: KeyLimits {
            max_concurrent: fields.optional_count("max_concurrent"),
            requests_per_minute: fields.optional_count("requests_per_minute"),
        },
    };
    fields.finish()?;
    Ok(new)
}

async fn add(
    State(state): State<ApiState>,
    caller: Caller,
    Body { fields, .. }: Body<NewProfile>,
) -> Result<Created<show::Model>, ApiError> {
    let mut again = fields.clone();
    let new = read(fields)?;
    match models::add(&state.services, new, &caller.actor()).await? {
        Ok(model) => Ok(Created((&model).into())),
        Err(invalid) => {
            again.problem("value_error", invalid.field, invalid.message);
            Err(again.refused())
        }
    }
}

/// What of a profile is never cleared, only replaced.
fn replaced<T>(fields: &mut Fields, name: &str, read: impl FnOnce(&mut Fields) -> T) -> Option<T> {
    fields.is_given(name).then(|| read(fields))
}

fn read_change(mut fields: Fields) -> Result<models::ModelChange, ApiError> {
    let tools = ToolUse::ALL.map(ToolUse::as_str);
    let change = models::ModelChange {
        display_name: fields.changed("display_name", |f| f.optional_text("display_name", (1, 200))),
        alias: fields.optional_text("alias", (1, 64)),
        default: replaced(&mut fields, "default", |f| f.flag("default")),
        api_key: fields.optional_text("api_key", (1, 10_000)).map(SecretString::from),
        tools: fields.optional_word("tools", &tools, ToolUse::parse),
        prices: fields.changed("prices", prices),
        free: replaced(&mut fields, "free", |f| f.flag("free")),
        fallback: fields.changed("fallback", |f| f.optional_text("fallback", (1, 64))),
        max_concurrent: fields.changed("max_concurrent", |f| f.optional_count("max_concurrent")),
        requests_per_minute: fields.changed("requests_per_minute", |f| f.optional_count("requests_per_minute")),
    };
    fields.finish()?;
    Ok(change)
}

async fn change(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    Body { fields, .. }: Body<ModelChange>,
) -> Result<Shown<show::Model>, ApiError> {
    let mut again = fields.clone();
    let change = read_change(fields)?;
    match models::change(&state.services, ids.read(0, show::MODEL)?, change, &caller.actor()).await? {
        Changed::Yes(model) => Ok(Shown((&*model).into())),
        Changed::Unknown => Err(ApiError::not_found(show::MODEL)),
        Changed::InFile => Err(ApiError::said(StatusCode::CONFLICT, IN_FILE)),
        Changed::Invalid(invalid) => {
            again.problem("value_error", invalid.field, invalid.message);
            Err(again.refused())
        }
    }
}

async fn remove(State(state): State<ApiState>, caller: Caller, ids: Ids) -> Result<Done, ApiError> {
    match models::delete(&state.services, ids.read(0, show::MODEL)?, &caller.actor()).await? {
        Deleted::Yes => Ok(Done),
        Deleted::Unknown => Err(ApiError::not_found(show::MODEL)),
        Deleted::InFile => Err(ApiError::said(StatusCode::CONFLICT, IN_FILE)),
    }
}
