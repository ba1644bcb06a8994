//! What is asked of a model and what comes back, the same for every vendor.

use std::fmt;
use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::Value;
use tokio::time::Instant;

use super::error::ModelError;
use crate::domain::money::Usage;

/// A model that can be asked; one call is one request to its vendor, never retried here.
pub trait ChatModel: Send + Sync {
    /// Asks and waits for the whole answer, within the connector's deadlines and `within`.
    fn chat_within<'a>(
        &'a self,
        request: &'a ChatRequest,
        within: Within,
    ) -> BoxFuture<'a, Result<ChatAnswer, ModelError>>;

    /// The same with the connector's deadlines only.
    fn chat<'a>(&'a self, request: &'a ChatRequest) -> BoxFuture<'a, Result<ChatAnswer, ModelError>> {
        let day = Instant::now() + Duration::from_hours(24);
        self.chat_within(request, Within { begin: day, end: day })
    }
}

/// The caller's own deadlines for one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within {
    /// The request must be on its way by then; until then it may wait for others of its key.
    pub begin: Instant,
    /// The answer must be whole by then.
    pub end: Instant,
}

/// One question: the conversation so far and what the model may use.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChatRequest {
    /// Our instructions.
    pub system: String,
    /// The conversation, oldest first; starts with `User`.
    pub turns: Vec<Turn>,
    /// Tools that the model may call; empty for a single shot.
    pub tools: Vec<ToolSpec>,
    /// The most tokens of the answer, reasoning included.
    pub max_output_tokens: u32,
}

impl ChatRequest {
    /// A question without tools.
    pub fn single(system: impl Into<String>, user: impl Into<String>, max_output_tokens: u32) -> Self {
        Self { system: system.into(), turns: vec![Turn::User(user.into())], tools: Vec::new(), max_output_tokens }
    }
}

/// One step of the conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    /// What we say.
    User(String),
    /// What the model said earlier; see [`ChatAnswer::into_turn`].
    Assistant {
        /// Its words.
        text: String,
        /// The calls it made.
        tool_calls: Vec<ToolCall>,
        /// What its vendor wants to see again.
        echo: Echo,
    },
    /// The results of the calls of the turn before, one for each.
    Tools(Vec<ToolResult>),
}

/// A tool as it is described to the model.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSpec {
    /// `[a-zA-Z0-9_-]{1,64}`.
    pub name: String,
    /// When and how to use it.
    pub description: String,
    /// JSON Schema of the arguments; its root is an object.
    pub parameters: Value,
}

/// A call that the model makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// Unique within the answer, also where the vendor gives no ids.
    pub id: String,
    /// The tool.
    pub name: String,
    /// JSON text as the model wrote it; may be broken, `{}` when it wrote none.
    pub arguments: String,
}

/// What a call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// [`ToolCall::id`].
    pub call_id: String,
    /// [`ToolCall::name`].
    pub name: String,
    /// What the model reads.
    pub output: String,
    /// The call failed.
    pub is_error: bool,
}

/// Items of an answer that its vendor wants back word for word (thinking blocks, signatures).
///
/// Opaque: only the wire that made it reads it, every other wire ignores it.
#[derive(Clone, Default, PartialEq)]
pub struct Echo {
    pub(super) wire: &'static str,
    pub(super) items: Vec<Value>,
}

impl Echo {
    /// The items if they are of this wire.
    pub(super) fn of(&self, wire: &str) -> &[Value] {
        if self.wire == wire { &self.items } else { &[] }
    }
}

impl fmt::Debug for Echo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Echo({} items)", self.items.len())
    }
}

/// A whole answer whose end was proven.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatAnswer {
    /// The words, thinking left out; with [`Stop::Refusal`] the words of the refusal.
    pub text: String,
    /// The calls in order; empty unless `stop` is [`Stop::ToolCalls`].
    pub tool_calls: Vec<ToolCall>,
    /// Why it ended.
    pub stop: Stop,
    /// What it used.
    pub usage: Usage,
    /// The vendor did not say what it used; `usage` is our estimate.
    pub usage_estimated: bool,
    /// For the next request of this conversation.
    pub echo: Echo,
    /// Events and items that we do not know and left out.
    pub skipped_events: u32,
}

impl ChatAnswer {
    /// The turn to add to the conversation.
    pub fn into_turn(self) -> Turn {
        Turn::Assistant { text: self.text, tool_calls: self.tool_calls, echo: self.echo }
    }
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The model had said everything.
    End,
    /// It waits for the results of its calls.
    ToolCalls,
    /// `max_output_tokens` or the context was used up: the text is not whole (F093).
    Length,
    /// The model declined.
    Refusal,
    /// The vendor's filter blocked the question or the answer.
    Filtered,
}
