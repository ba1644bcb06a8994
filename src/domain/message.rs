//! A task's conversation.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{MessageId, TaskId};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A person: issue text, command, REST message.
    User,
    /// A model's summary of its run.
    Assistant,
    /// Ours.
    System,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::User, Self::Assistant, Self::System];

    /// The word stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::System => "system",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == word)
    }
}

/// A message row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Our id.
    pub id: MessageId,
    /// The conversation it belongs to.
    pub task_id: TaskId,
    /// Who speaks.
    pub role: Role,
    /// What was said.
    pub content: String,
    /// When.
    pub created_at: Timestamp,
}
