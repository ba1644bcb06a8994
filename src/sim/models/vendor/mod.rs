//! The providers: paths, keys, error bodies, and the events of an answer.

mod anthropic;
mod chat;
mod google;
mod responses;

use serde_json::{Value, json};

use super::reply::Reply;
use super::state::SeenRequest;

/// A provider's protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vendor {
    Responses,
    Chat,
    CompatibleChat,
    Anthropic,
    Google,
}

/// Which answer it is, for ids.
pub(super) struct Issue {
    pub(super) number: u64,
    pub(super) model: String,
}

/// An answer as events, in the order of sending, and as one body.
pub(super) struct Play {
    /// Before any content.
    pub(super) opening: Vec<String>,
    /// What must be said before the first words.
    pub(super) start_text: Vec<String>,
    /// The content; begins with `start_text` when there are words.
    pub(super) body: Vec<String>,
    /// What proves the end.
    pub(super) ending: Vec<String>,
    /// The same answer without a stream.
    pub(super) whole: Value,
}

impl Play {
    pub(super) fn all(&self) -> Vec<String> {
        [&self.opening[..], &self.body[..], &self.ending[..]].concat()
    }
}

impl Vendor {
    /// By the path after the host.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        match path {
            "/openai/v1/responses" => Some(Self::Responses),
            "/openai/v1/chat/completions" => Some(Self::Chat),
            "/compatible/v1/chat/completions" => Some(Self::CompatibleChat),
            "/anthropic/v1/messages" => Some(Self::Anthropic),
            _ => google_model(path).map(|_| Self::Google),
        }
    }

    /// The model asked for.
    pub(super) fn model(self, path: &str, body: &Value) -> String {
        match self {
            Self::Google => google_model(path).unwrap_or_default().to_owned(),
            _ => body.get("model").and_then(Value::as_str).unwrap_or_default().to_owned(),
        }
    }

    /// Header of the key, and what stands before it.
    pub(super) fn key_header(self) -> (&'static str, &'static str) {
        match self {
            Self::Responses | Self::Chat | Self::CompatibleChat => ("authorization", "Bearer "),
            Self::Anthropic => ("x-api-key", ""),
            Self::Google => ("x-goog-api-key", ""),
        }
    }

    /// A stream was asked for.
    pub(super) fn wants_stream(self, seen: &SeenRequest) -> bool {
        match self {
            Self::Google => seen.path.contains(":streamGenerateContent") && seen.path.contains("alt=sse"),
            _ => seen.body.get("stream") == Some(&Value::Bool(true)),
        }
    }

    /// The events of a reply.
    pub(super) fn play(self, reply: &Reply, issue: &Issue) -> Play {
        match self {
            Self::Responses => responses::play(reply, issue),
            Self::Chat | Self::CompatibleChat => chat::play(reply, issue),
            Self::Anthropic => anthropic::play(reply, issue),
            Self::Google => google::play(reply, issue),
        }
    }

    /// Some more words.
    pub(super) fn delta(self, words: &str) -> String {
        match self {
            Self::Responses => responses::delta(words),
            Self::Chat | Self::CompatibleChat => chat::delta(words),
            Self::Anthropic => anthropic::delta(words),
            Self::Google => google::delta(words),
        }
    }

    /// A sign of life.
    pub(super) fn ping(self) -> String {
        match self {
            Self::Anthropic => sse("ping", &json!({"type": "ping"})),
            _ => ": keepalive\n\n".to_owned(),
        }
    }

    /// An event that no client knows yet.
    pub(super) fn unknown_event(self) -> String {
        match self {
            Self::Responses => sse("response.novelty", &json!({"type": "response.novelty", "sequence_number": 0})),
            Self::Anthropic => sse("novelty", &json!({"type": "novelty"})),
            Self::Chat | Self::CompatibleChat => data(&json!({"object": "novelty"})),
            Self::Google => data(&json!({"candidates": [{"content": {"parts": [{"novelty": {}}]}}]})),
        }
    }

    /// An error in the middle of a stream.
    pub(super) fn error_event(self, code: &str) -> String {
        match self {
            Self::Responses => sse(
                "error",
                &json!({"type": "error", "code": code, "message": "the provider's own words", "param": null, "sequence_number": 3}),
            ),
            Self::Anthropic => sse("error", &self.error(200, code, "the provider's own words")),
            _ => data(&self.error(503, code, "the provider's own words")),
        }
    }

    /// An error body; an empty code becomes the usual one of the status.
    pub(super) fn error(self, status: u16, code: &str, message: &str) -> Value {
        match self {
            Self::Anthropic => {
                let kind = if code.is_empty() { anthropic::error_type(status) } else { code };
                json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"})
            }
            Self::Google => {
                let word = if code.is_empty() { google::error_status(status) } else { code };
                json!({"error": {"code": status, "message": message, "status": word.to_uppercase()}})
            }
            _ => {
                let code = if code.is_empty() { chat::error_code(status) } else { code };
                json!({"error": {"message": message, "type": "error", "param": null, "code": code}})
            }
        }
    }

    /// The signatures that a reply hands out: by call id, or for Google by the tool's name.
    pub(super) fn signatures(self, reply: &Reply, issue: &Issue) -> Vec<(String, String)> {
        if reply.thinking.is_empty() || matches!(self, Self::Chat | Self::CompatibleChat) {
            return Vec::new();
        }
        let mark = |(at, (name, _)): (usize, &(String, Value))| {
            let call = if self == Self::Google { format!("google {name}") } else { call_id(issue, at) };
            (call, signature(issue))
        };
        reply.calls.iter().enumerate().map(mark).collect()
    }

    /// The calls in a request, named as in [`Vendor::signatures`].
    pub(super) fn calls(self, body: &Value) -> Vec<String> {
        let nested = |outer: &str, inner: &str| -> Vec<Value> {
            let lists = body.get(outer).and_then(Value::as_array).into_iter().flatten();
            lists.filter_map(|entry| entry.get(inner)?.as_array()).flatten().cloned().collect()
        };
        let text = |value: &Value, pointer: &str| value.pointer(pointer)?.as_str().map(str::to_owned);
        match self {
            Self::Responses => {
                let items = body.get("input").and_then(Value::as_array).into_iter().flatten();
                items.filter_map(|item| text(item, "/call_id")).collect()
            }
            Self::Anthropic => nested("messages", "content").iter().filter_map(|block| text(block, "/id")).collect(),
            Self::Google => {
                let names = nested("contents", "parts");
                names.iter().filter_map(|part| Some(format!("google {}", text(part, "/functionCall/name")?))).collect()
            }
            Self::Chat | Self::CompatibleChat => Vec::new(),
        }
    }
}

/// `/google/v1beta/models/NAME:streamGenerateContent` or `:generateContent`.
fn google_model(path: &str) -> Option<&str> {
    let (name, verb) = path.strip_prefix("/google/v1beta/models/")?.rsplit_once(':')?;
    (matches!(verb, "streamGenerateContent" | "generateContent") && !name.is_empty()).then_some(name)
}

fn call_id(issue: &Issue, at: usize) -> String {
    format!("call_{}_{at}", issue.number)
}

fn signature(issue: &Issue) -> String {
    format!("c2lnbmF0dXJl{}", issue.number)
}

/// Arguments as a model writes them; a string is sent letter by letter, so it may be broken JSON.
fn written(arguments: &Value) -> String {
    arguments.as_str().map_or_else(|| arguments.to_string(), str::to_owned)
}

/// Sets a field of an object.
fn set(object: &mut Value, field: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

/// An event with a name.
fn sse(name: &str, value: &Value) -> String {
    format!("event: {name}\ndata: {value}\n\n")
}

/// An event without one.
fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}

/// Words in pieces as a model sends them; never inside a character.
fn pieces(words: &str) -> Vec<String> {
    let letters: Vec<char> = words.chars().collect();
    letters.chunks(24).map(|piece| piece.iter().collect()).collect()
}
