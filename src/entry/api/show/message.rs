//! A message of a task's conversation.

use serde::Serialize;
use utoipa::ToSchema;

use super::Moment;
use crate::domain::ids::{MessageId, TaskId};
use crate::domain::message::{self, Role};
use crate::entry::api::form::Example;

/// A message of a task's conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Message {
    id: MessageId,
    task_id: TaskId,
    role: Role,
    content: String,
    created_at: Moment,
}

impl From<&message::Message> for Message {
    fn from(message: &message::Message) -> Self {
        Self {
            id: message.id,
            task_id: message.task_id,
            role: message.role,
            content: message.content.clone(),
            created_at: message.created_at.into(),
        }
    }
}

impl Example for Message {
    fn example() -> Self {
        Self {
            id: Example::example(),
            task_id: Example::example(),
            role: Role::User,
            content: "Spell the greeting right.".into(),
            created_at: Moment::example(),
        }
    }
}
