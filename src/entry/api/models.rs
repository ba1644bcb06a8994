//! Model profiles.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Json, Response};
use secrecy::SecretString;

use super::auth::Caller;
use super::body::Fields;
use super::error::ApiError;
use super::input::Ids;
use super::paging::Paging;
use super::{ApiState, show};
use crate::domain::model::{KeyLimits, Provider, ToolUse, Wire};
use crate::domain::money::{Prices, UsdMicros};
use crate::service::models::{self, Deleted, NewModel};
use crate::service::rest::lookup;

pub(super) async fn list(State(state): State<ApiState>, paging: Paging) -> Result<Response, ApiError> {
    let all = lookup::models(&state.services).await?;
    Ok(paging.cut(all, |m| (m.created_at, m.id.to_string()), |m| Some(show::model(&m))))
}

pub(super) async fn one(State(state): State<ApiState>, ids: Ids) -> Result<Response, ApiError> {
    let found = lookup::model(&state.services, ids.read(0, show::MODEL)?).await?;
    let model = found.ok_or_else(|| ApiError::not_found(show::MODEL))?;
    Ok(Json(show::model(&model)).into_response())
}

/// Dollars per million tokens; cached ones cost what others cost unless told.
fn prices(fields: &mut Fields) -> Result<Option<Prices>, ApiError> {
    let Some(mut given) = fields.object("prices") else { return Ok(None) };
    let (input, output, cached) = (given.usd("input"), given.usd("output"), given.usd("cached_input"));
    for (name, value) in [("input", input), ("output", output)] {
        if value.is_none() {
            given.problem("missing", name, "Field required");
        }
    }
    given.finish()?;
    let or_zero = |value: Option<UsdMicros>| value.unwrap_or(UsdMicros::ZERO);
    Ok(Some(Prices { input: or_zero(input), output: or_zero(output), cached_input: cached.unwrap_or(or_zero(input)) }))
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
        wire: fields.optional_word("wire", &["responses", "chat"], Wire::parse),
        tools: fields.optional_word("tools", &["auto", "off"], ToolUse::parse).unwrap_or_default(),
        prices: prices(&mut fields)?,
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

pub(super) async fn add(State(state): State<ApiState>, caller: Caller, body: Fields) -> Result<Response, ApiError> {
    let mut again = body.clone();
    let new = read(body)?;
    match models::add(&state.services, new, &caller.actor()).await? {
        Ok(model) => Ok((StatusCode::CREATED, Json(show::model(&model))).into_response()),
        Err(invalid) => {
            again.problem("value_error", invalid.field, invalid.message);
            again.finish().map(|()| StatusCode::UNPROCESSABLE_ENTITY.into_response())
        }
    }
}

pub(super) async fn delete(State(state): State<ApiState>, caller: Caller, ids: Ids) -> Result<Response, ApiError> {
    match models::delete(&state.services, ids.read(0, show::MODEL)?, &caller.actor()).await? {
        Deleted::Yes => Ok(StatusCode::NO_CONTENT.into_response()),
        Deleted::Unknown => Err(ApiError::not_found(show::MODEL)),
        Deleted::InFile => Err(ApiError::said(
            StatusCode::CONFLICT,
            "The model stands in the settings file and can only be taken out there.",
        )),
    }
}
