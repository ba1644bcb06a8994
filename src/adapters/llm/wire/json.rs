//! Reading JSON of which nothing is certain: what is missing or of another type reads as empty.

use serde_json::Value;

use super::super::chat::{ChatRequest, Turn};
use super::super::draft::Fail;
use super::super::sse::SseEvent;
use super::super::status::ErrorFacts;
use crate::domain::sha256::Sha256Hex;

/// The text at `key`, or "".
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The list at `key`, or an empty one.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The count at a JSON pointer; `None` when it is not there, never negative.
pub(super) fn count(value: &Value, pointer: &str) -> Option<i64> {
    let number = value.pointer(pointer)?;
    number.as_i64().or_else(|| number.as_u64().map(|_| i64::MAX)).map(|n| n.max(0))
}

/// Sets a field of an object; anything else stays as it is.
pub(super) fn set(object: &mut Value, field: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

/// The JSON of an event.
pub(super) fn parse(event: &SseEvent) -> Result<Value, Fail> {
    serde_json::from_str(&event.data).map_err(|_| Fail::Malformed)
}

/// Fails when the value holds an error.
pub(super) fn no_error(value: &Value) -> Result<(), Fail> {
    let nothing = [Value::Null, Value::Bool(false), Value::String(String::new())];
    let holds = value.get("error").is_some_and(|error| !nothing.contains(error));
    let is_one = text(value, "object") == "error" || text(value, "type") == "error";
    if holds || is_one { Err(Fail::Provider(ErrorFacts::of_object(value))) } else { Ok(()) }
}

/// Arguments as an object for vendors that want one back; a broken text becomes `{}`.
pub(super) fn arguments(text: &str) -> Value {
    serde_json::from_str(text).ok().filter(Value::is_object).unwrap_or_else(|| Value::Object(serde_json::Map::new()))
}

/// A name for what all requests of one conversation begin with, by which OpenAI sends them to the server that has it
/// in its cache; a hash, so that nothing of it is told.
pub(super) fn cache_key(request: &ChatRequest) -> String {
    let tools = request.tools.iter().map(|tool| tool.name.as_str());
    let first = match request.turns.first() {
        Some(Turn::User(words)) => words.as_str(),
        _ => "",
    };
    let parts: Vec<&str> = [request.system.as_str()].into_iter().chain(tools).chain([first]).collect();
    format!("bakeoff-{}", Sha256Hex::of(parts.join("\0"))).chars().take(40).collect()
}
