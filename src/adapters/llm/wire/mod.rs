//! The four protocols: how a question is written and how an answer is read.

mod body;
mod json;
mod read;

use serde_json::Value;

use super::chat::ChatRequest;
use super::draft::{Draft, Fail};
use super::sse::SseEvent;
use crate::domain::model::{ModelProfile, Provider, Wire};

/// Which protocol a profile speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WireKind {
    /// OpenAI `/responses`.
    Responses,
    /// `/chat/completions` at OpenAI.
    Chat,
    /// `/chat/completions` of any other server.
    CompatibleChat,
    /// Anthropic `/messages`.
    Anthropic,
    /// Google `:streamGenerateContent`.
    Google,
}

/// What an event was, for the deadlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// A part of the answer.
    Progress,
    /// Only a sign of life.
    Ping,
    /// Nothing that follows matters.
    End,
}

/// Reads one answer into a [`Draft`].
pub(super) trait Decoder: Send {
    /// An event of the stream.
    fn event(&mut self, draft: &mut Draft, event: &SseEvent) -> Result<Seen, Fail>;
    /// A whole answer in one JSON value.
    fn whole(&mut self, draft: &mut Draft, body: &Value) -> Result<(), Fail>;
    /// Nothing follows: completes calls and echo.
    fn close(&mut self, _draft: &mut Draft) -> Result<(), Fail> {
        Ok(())
    }
}

impl WireKind {
    /// The protocol of a profile.
    pub(super) fn of(profile: &ModelProfile) -> Self {
        match (profile.provider, profile.wire) {
            (Provider::OpenAi, Wire::Responses) => Self::Responses,
            (Provider::OpenAi, Wire::Chat) => Self::Chat,
            (Provider::OpenAiCompatible, _) => Self::CompatibleChat,
            (Provider::Anthropic, _) => Self::Anthropic,
            (Provider::Google, _) => Self::Google,
        }
    }

    /// The word that marks this protocol's echoes.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Responses => "responses",
            Self::Chat | Self::CompatibleChat => "chat",
            Self::Anthropic => "anthropic",
            Self::Google => "google",
        }
    }

    /// Path segments after the base URL, and the query.
    pub(super) fn path(self, model: &str) -> (Vec<String>, Option<&'static str>) {
        let plain = |segments: &[&str]| segments.iter().map(|s| (*s).to_owned()).collect();
        match self {
            Self::Responses => (plain(&["responses"]), None),
            Self::Chat | Self::CompatibleChat => (plain(&["chat", "completions"]), None),
            Self::Anthropic => (plain(&["messages"]), None),
            Self::Google => {
                let name = model.strip_prefix("models/").unwrap_or(model);
                (vec!["models".into(), format!("{name}:streamGenerateContent")], Some("alt=sse"))
            }
        }
    }

    /// The header that carries the key, and what stands before the key.
    pub(super) fn key_header(self) -> (&'static str, &'static str) {
        match self {
            Self::Responses | Self::Chat | Self::CompatibleChat => ("authorization", "Bearer "),
            Self::Anthropic => ("x-api-key", ""),
            Self::Google => ("x-goog-api-key", ""),
        }
    }

    /// A header that the protocol asks for besides.
    pub(super) fn version_header(self) -> Option<(&'static str, &'static str)> {
        (self == Self::Anthropic).then_some(("anthropic-version", "2023-06-01"))
    }

    /// The body of the request.
    pub(super) fn body(self, model: &str, request: &ChatRequest) -> Value {
        match self {
            Self::Responses => body::responses::body(model, request),
            Self::Chat => {
                let mut body = body::chat::body(model, request, "max_completion_tokens");
                // Others may refuse what they do not know.
                json::set(&mut body, "prompt_cache_key", json::cache_key(request).into());
                body
            }
            Self::CompatibleChat => body::chat::body(model, request, "max_tokens"),
            Self::Anthropic => body::anthropic::body(model, request),
            Self::Google => body::google::body(request),
        }
    }

    /// A fresh decoder.
    pub(super) fn decoder(self) -> Box<dyn Decoder> {
        match self {
            Self::Responses => Box::<read::responses::Responses>::default(),
            Self::Chat | Self::CompatibleChat => Box::<read::chat::Chat>::default(),
            Self::Anthropic => Box::<read::anthropic::Anthropic>::default(),
            Self::Google => Box::<read::google::Google>::default(),
        }
    }
}
