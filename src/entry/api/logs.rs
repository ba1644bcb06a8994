//! A run's log: asked for again and again, or as server-sent events that go on from where a client broke off.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use serde_json::json;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::path::ParameterIn;

use super::auth::Caller;
use super::error::ApiError;
use super::form::{Described, Draft, Family, Kind, Shown, family, get};
use super::input::{Ids, Query};
use super::paging::invalid;
use super::{ApiState, show};
use crate::domain::token::Scope;
use crate::service::rest::logs::{Event, follow, piece};

/// How often a stream shows that it still lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
const LAST_EVENT_ID: &str = "Last-Event-ID";
const BUSY: &str = "Too many logs are followed now.";
const FROM_LINE: &str = "From this line on, counted from 0.";
const EVENTS: &str = "`data:` holds a line as JSON (`line_number`, `content`, `timestamp`), `id:` its number. When the run \
                      has ended and all was told, `event: complete` comes with `run_status`; `event: error` says why \
                      nothing more can be told. Comments show that the stream lives. It ends now and then without \
                      either: ask again with `Last-Event-ID`.";

pub(super) fn routes() -> Family {
    let lines = Kind::Number(0, i64::MAX);
    family(
        "Logs",
        "What a run writes down while it works: steps, calls of tools, spending.",
        vec![
            get("/v1/runs/{id}/logs", Scope::Read, "Shows a run's log", list)
                .query("from_line", FROM_LINE, lines)
                .unknown(show::RUN),
            get("/v1/runs/{id}/logs/stream", Scope::Read, "Follows a run's log", stream)
                .about("Server-sent events, until the run has ended.")
                .query("from_line", FROM_LINE, lines)
                .fails(503, BUSY)
                .unknown(show::RUN),
        ],
    )
}

/// The line that a client saw last, counted from 0.
struct LastEventId(Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let given = parts.headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()?.trim().parse::<i64>().ok());
        Ok(Self(given.filter(|line| *line >= 0)))
    }
}

impl Described for LastEventId {
    fn describe(draft: &mut Draft) {
        let words = "The `id` seen last; counts more than `from_line`.";
        draft.parameter(ParameterIn::Header, LAST_EVENT_ID, words, Kind::Text.schema(), None);
    }
}

/// 200 with server-sent events.
struct Live(Response);

impl IntoResponse for Live {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Described for Live {
    fn describe(draft: &mut Draft) {
        let event = ["id", "event", "data"]
            .into_iter()
            .fold(ObjectBuilder::new(), |event, field| event.property(field, Kind::Text.schema()));
        draft.gives_as(200, EVENTS, "text/event-stream", event.into(), None);
    }
}

/// The first line that is wanted, counted from 0.
fn from_line(words: &Query) -> Result<i64, ApiError> {
    let Some(text) = words.0.get("from_line") else { return Ok(0) };
    match text.parse::<i64>() {
        Ok(from) if from >= 0 => Ok(from),
        Ok(_) => Err(invalid("greater_than_equal", "from_line", "Input should be greater than or equal to 0", text)),
        Err(_) => Err(invalid("int_parsing", "from_line", "Input should be a valid integer", text)),
    }
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    words: Query,
) -> Result<Shown<show::Log>, ApiError> {
    let (run, _) = ids.run(&state, &caller).await?;
    let from = from_line(&words)?;
    let found = piece(&state.services, run.id, from.saturating_add(1), i64::MAX).await?;
    Ok(Shown((&found.ok_or_else(|| ApiError::not_found(show::RUN))?).into()))
}

async fn stream(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    words: Query,
    LastEventId(last): LastEventId,
) -> Result<Live, ApiError> {
    let (run, _) = ids.run(&state, &caller).await?;
    let from = match last {
        Some(last) => last.saturating_add(1),
        None => from_line(&words)?,
    };
    let Ok(place) = Arc::clone(&state.streams).try_acquire_owned() else {
        return Err(ApiError::said(StatusCode::SERVICE_UNAVAILABLE, BUSY));
    };
    let events = follow(&state.services, run.id, from.saturating_add(1), state.stop.clone());
    let events = events.map(move |event| {
        // Given back when the stream ends, or its client has gone.
        let _ = &place;
        Ok::<_, Infallible>(told(&event))
    });
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    let alive = KeepAlive::new().interval(HEARTBEAT).text("still here");
    Ok(Live(([unbuffered], Sse::new(events).keep_alive(alive)).into_response()))
}

fn told(event: &Event) -> sse::Event {
    match event {
        Event::Line(row) => {
            let line = serde_json::to_string(&show::LogLine::from(row)).unwrap_or_default();
            sse::Event::default().id((row.line_number - 1).to_string()).data(line)
        }
        Event::Complete(status) => {
            sse::Event::default().event("complete").data(json!({ "run_status": status }).to_string())
        }
        Event::Failed => {
            let why = json!({ "error": "The log cannot be read now." });
            sse::Event::default().event("error").data(why.to_string())
        }
    }
}
