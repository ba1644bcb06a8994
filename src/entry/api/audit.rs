//! The audit trail: read with filters, checked, copied whole.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt as _;

use super::auth::{Caller, LIMITED};
use super::error::ApiError;
use super::form::{Described, Draft, Family, Kind, Piece, Shown, family, get};
use super::input::Query;
use super::paging::{Paging, invalid};
use super::usage::moment;
use super::{ApiState, show};
use crate::adapters::store::StoreError;
use crate::adapters::store::audit::Filter;
use crate::domain::clock::Timestamp;
use crate::domain::token::Scope;
use crate::service::rest::trail;

pub(super) fn routes() -> Family {
    family(
        "Audit",
        "Who did what. Nothing here is ever changed or removed, and each entry's hash covers the one before it.",
        vec![
            get("/v1/audit", Scope::Admin, "Lists what happened, newest first", list)
                .about("Without `limit` at most 1000 entries.")
                .query("actor", "Only what this one did.", Kind::Text)
                .query("action", "Only this action, or a family of them: `pick` finds `pick.accept`.", Kind::Text)
                .query("subject", "Only what was done to this.", Kind::Text)
                .query("from", "From this day or moment on.", Kind::Moment)
                .query("to", "Before this day or moment.", Kind::Moment)
                .fails(403, LIMITED),
            get("/v1/audit/verify", Scope::Admin, "Looks through the whole chain", verify).fails(403, LIMITED),
            get("/v1/audit/export", Scope::Admin, "Copies the trail, oldest first", export)
                .about("With it the chain can be checked without this server.")
                .query("after", "Only entries above this number.", Kind::Number(0, i64::MAX))
                .fails(403, LIMITED),
        ],
    )
}

/// 200 with one entry a line.
struct Lines(Body);

impl IntoResponse for Lines {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("application/x-ndjson");
        let name = HeaderValue::from_static("attachment; filename=\"bakeoff-audit.ndjson\"");
        ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], self.0).into_response()
    }
}

impl Described for Lines {
    fn describe(draft: &mut Draft) {
        draft.gives_as(200, "One entry a line.", "application/x-ndjson", Kind::Text.schema().into(), None);
    }
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    words: Query,
    paging: Paging,
) -> Result<Piece<show::Entry>, ApiError> {
    caller.unlimited()?;
    let word = |name: &str| words.0.get(name).filter(|word| !word.is_empty()).cloned();
    let filter = Filter {
        actor: word("actor"),
        action: word("action"),
        subject: word("subject"),
        from: moment(&words.0, "from", Timestamp(i64::MIN))?,
        to: moment(&words.0, "to", Timestamp(i64::MAX))?,
    };
    let paging = paging.at_most_by_default();
    let page = paging.page();
    let before = match &page.after {
        None => None,
        Some(cursor) => {
            let wrong = |_| invalid("value_error", "cursor", "Not a cursor of this list", &cursor.to_string());
            Some(cursor.id.parse::<i64>().map_err(wrong)?)
        }
    };
    let rows = trail::list(&state.services, &filter, before, page.limit).await?;
    Ok(paging.answer(rows, |row| (row.at, row.seq.to_string()), |row| Some((&row).into())))
}

async fn verify(State(state): State<ApiState>, caller: Caller) -> Result<Shown<show::Check>, ApiError> {
    caller.unlimited()?;
    Ok(Shown(trail::verify(&state.services).await?.into()))
}

async fn export(State(state): State<ApiState>, caller: Caller, words: Query) -> Result<Lines, ApiError> {
    caller.unlimited()?;
    let after = match words.0.get("after") {
        None => 0,
        Some(text) => text
            .parse::<i64>()
            .ok()
            .filter(|seq| *seq >= 0)
            .ok_or_else(|| invalid("int_parsing", "after", "Input should be a whole number of at least 0", text))?,
    };
    let lines = trail::copy(&state.services, after).map_ok(|piece| {
        let line = |row| serde_json::to_string(&show::Entry::from(row)).unwrap_or_default() + "\n";
        Bytes::from(piece.iter().map(line).collect::<String>())
    });
    let lines = lines.inspect_err(|error: &StoreError| {
        tracing::warn!(%error, "a copy of the audit trail broke off");
    });
    Ok(Lines(Body::from_stream(lines)))
}
