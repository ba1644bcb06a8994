//! Model providers: four wires of our own on reqwest, bounded in time and size.
//!
//! [`Connector::model`] turns a profile and its key into a [`ChatModel`]; [`retrying`] asks it within a deadline.

mod addresses;
mod call;
mod chat;
mod connector;
mod draft;
mod error;
mod gate;
pub mod prices;
mod reader;
mod resolver;
mod retry;
mod settings;
mod sse;
mod status;
mod tokens;
mod url_guard;
mod watch;
mod wire;

pub use chat::{ChatAnswer, ChatModel, ChatRequest, Echo, Stop, ToolCall, ToolResult, ToolSpec, Turn, Within};
pub use connector::Connector;
pub use error::{BadAnswer, ModelError, PartialText, Phase};
pub use resolver::Lookup;
pub use retry::{RetryPolicy, retrying};
pub use settings::{Caps, Deadlines, LlmSettings};
pub use tokens::{estimate_request, estimate_tokens, most_tokens};
pub use url_guard::UrlRefusal;
