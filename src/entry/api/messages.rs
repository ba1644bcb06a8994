//! A task's conversation.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Caller;
use super::body::Body;
use super::error::ApiError;
use super::form::{Created, Example, Family, Piece, family, get, post};
use super::input::Ids;
use super::paging::Paging;
use super::{ApiState, show};
use crate::domain::message::Role;
use crate::domain::token::Scope;
use crate::service::rest::tasks;

/// The longest text, in characters.
pub(super) const MAX_CHARS: usize = 100_000;

/// What joins the conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NewMessage {
    role: Role,
    #[schema(min_length = 1, max_length = 100_000)]
    content: String,
}

impl Example for NewMessage {
    fn example() -> Self {
        Self { role: Role::User, content: "Spell the greeting right.".into() }
    }
}

pub(super) fn routes() -> Family {
    let path = "/v1/tasks/{id}/messages";
    family(
        "Messages",
        "A task's conversation: what people asked, and what each run says it did.",
        vec![
            get(path, Scope::Read, "Lists a task's messages, oldest first", list).unknown(show::TASK),
            post(path, Scope::Run, "Adds a message", add).unknown(show::TASK),
        ],
    )
}

async fn add(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    Body { mut fields, .. }: Body<NewMessage>,
) -> Result<Created<show::Message>, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    let role = fields.word("role", &Role::ALL.map(Role::as_str), Role::parse).unwrap_or(Role::User);
    let content = fields.text("content", (1, MAX_CHARS));
    fields.finish()?;
    let message = tasks::say(&state.services, task.id, role, content).await?;
    Ok(Created((&message).into()))
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    paging: Paging,
) -> Result<Piece<show::Message>, ApiError> {
    let (task, _) = ids.task(&state, &caller).await?;
    let all = tasks::messages(&state.services, task.id).await?;
    Ok(paging.cut(all, |m| (m.created_at, m.id.to_string()), |m| Some((&m).into())))
}
