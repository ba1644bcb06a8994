//! Rounds of a task: listed, compared, and as evidence for programs.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::auth::Caller;
use super::error::ApiError;
use super::form::{Described, Draft, Example, Family, Kind, Piece, Shown, family, get};
use super::input::{Ids, Query};
use super::paging::{Paging, invalid};
use super::{ApiState, show};
use crate::domain::task::Task;
use crate::domain::token::Scope;
use crate::engine::evidence::{document, evidence_schema};
use crate::service::rest::compared::{self, Compared};

const ROUND: (&str, &str) = ("round", "Its number; the newest unless told.");

pub(super) fn routes() -> Family {
    let (name, words) = ROUND;
    let number = Kind::Number(1, i64::MAX);
    family(
        "Rounds",
        "A round is one command or one call of `POST …/runs`: several candidates for one pinned commit.",
        vec![
            get("/v1/tasks/{id}/rounds", Scope::Read, "Lists a task's rounds, newest first", list).unknown(show::TASK),
            get("/v1/tasks/{id}/rounds/{number}", Scope::Read, "Shows a round", one)
                .part("number", "Counted from 1 within the task.", number)
                .unknown(show::TASK)
                .unknown(show::ROUND),
            get("/v1/tasks/{id}/compare", Scope::Read, "Compares a round's candidates", compare)
                .about("With a row for every file that somebody touched, and who made the same change.")
                .query(name, words, number)
                .unknown(show::TASK)
                .unknown(show::ROUND),
            get("/v1/tasks/{id}/evidence", Scope::Read, "Tells what is known of a round's candidates", evidence)
                .about("A versioned document; its schema is at the address in `schema`.")
                .query(name, words, number)
                .unknown(show::TASK)
                .unknown(show::ROUND),
            get("/v1/schemas/evidence/{version}", Scope::Read, "Shows the JSON Schema of evidence", schema)
                .part("version", "The document's version.", number)
                .unknown(show::SCHEMA),
        ],
    )
}

/// The evidence of a round; its own schema says more.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Evidence(Value);

impl PartialSchema for Evidence {
    fn schema() -> RefOr<Schema> {
        let words = "The evidence of a round, as `/v1/schemas/evidence/1` describes it.";
        ObjectBuilder::new().schema_type(SchemaType::Type(Type::Object)).description(Some(words)).into()
    }
}

impl ToSchema for Evidence {}

impl Example for Evidence {
    fn example() -> Self {
        Self(json!({ "schema": "/v1/schemas/evidence/1", "version": 1, "round": 1, "candidates": [] }))
    }
}

/// 200 with a JSON Schema.
struct JsonSchema(&'static str);

impl IntoResponse for JsonSchema {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, HeaderValue::from_static("application/schema+json"))], self.0).into_response()
    }
}

impl Described for JsonSchema {
    fn describe(draft: &mut Draft) {
        let any = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Object));
        draft.gives_as(200, "The schema.", "application/schema+json", any.into(), None);
    }
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    paging: Paging,
) -> Result<Piece<show::Round>, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    let all = compared::rounds(&state.services, task.id).await?;
    Ok(paging.cut(all, |r| (r.round.created_at, r.round.id.to_string()), |r| Some((&r).into())))
}

async fn one(State(state): State<ApiState>, caller: Caller, ids: Ids) -> Result<Shown<show::Round>, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    let found = compared::round(&state.services, task.id, ids.read(1, show::ROUND)?).await?;
    Ok(Shown((&found.ok_or_else(|| ApiError::not_found(show::ROUND))?).into()))
}

/// The round that the query names.
async fn found(state: &ApiState, task: &Task, Query(words): &Query) -> Result<Compared, ApiError> {
    let number = match words.get("round") {
        None => None,
        Some(text) => match text.parse::<i64>() {
            Ok(number) => Some(number),
            Err(_) => return Err(invalid("int_parsing", "round", "Input should be a valid integer", text)),
        },
    };
    let found = compared::compared(&state.services, task.id, number).await?;
    found.ok_or_else(|| ApiError::not_found(show::ROUND))
}

async fn compare(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    words: Query,
) -> Result<Shown<show::Comparison>, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    Ok(Shown((&found(&state, &task, &words).await?).into()))
}

async fn evidence(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    words: Query,
) -> Result<Shown<Evidence>, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    let known = found(&state, &task, &words).await?;
    let written = document(task.id, &known.candidates.round, &known.candidates.runs, &known.calls);
    Ok(Shown(Evidence(serde_json::to_value(written).map_err(anyhow::Error::from)?)))
}

async fn schema(ids: Ids) -> Result<JsonSchema, ApiError> {
    let version: String = ids.read(0, show::SCHEMA)?;
    let found = evidence_schema(&version).map(JsonSchema);
    found.ok_or_else(|| ApiError::said(StatusCode::NOT_FOUND, format!("{} not found", show::SCHEMA)))
}
