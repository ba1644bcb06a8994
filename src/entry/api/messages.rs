//! A task's conversation.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Json, Response};

use super::auth::Caller;
use super::body::Fields;
use super::error::ApiError;
use super::input::Ids;
use super::paging::Paging;
use super::{ApiState, show};
use crate::domain::message::Role;
use crate::service::rest::tasks;

/// The longest text, in characters.
pub(super) const MAX_CHARS: usize = 100_000;

pub(super) async fn add(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    mut body: Fields,
) -> Result<Response, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    let role = body.word("role", &["user", "assistant", "system"], Role::parse).unwrap_or(Role::User);
    let content = body.text("content", (1, MAX_CHARS));
    body.finish()?;
    let message = tasks::say(&state.services, task.id, role, content).await?;
    Ok((StatusCode::CREATED, Json(show::message(&message))).into_response())
}

pub(super) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    paging: Paging,
) -> Result<Response, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    let all = tasks::messages(&state.services, task.id).await?;
    Ok(paging.cut(all, |m| (m.created_at, m.id.to_string()), |m| Some(show::message(&m))))
}
