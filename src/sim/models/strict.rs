//! What the real providers refuse: paths, headers, fields, roles, unpaired tool calls, lost signatures.

use std::collections::HashSet;

use serde_json::Value;

use super::state::{SeenRequest, State};
use super::vendor::Vendor;

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) status: u16,
    pub(super) message: String,
}

impl Complaint {
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }
}

fn demand(holds: bool, message: &str) -> Result<(), Complaint> {
    if holds { Ok(()) } else { Err(Complaint::new(400, message)) }
}

/// The whole check of one request.
pub(super) fn check(vendor: Vendor, seen: &SeenRequest, state: &State) -> Result<(), Complaint> {
    check_key(vendor, seen, state)?;
    let is_json = seen.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    demand(is_json && seen.body.is_object(), "send a JSON object as application/json")?;
    demand(!seen.model.is_empty(), "model: field required")?;
    check_fields(vendor, &seen.body)?;
    match vendor {
        Vendor::Responses => check_responses(&seen.body)?,
        Vendor::Chat | Vendor::CompatibleChat => check_chat(vendor, &seen.body)?,
        Vendor::Anthropic => check_anthropic(seen)?,
        Vendor::Google => check_google(&seen.body)?,
    }
    check_signatures(vendor, &seen.body, state)
}

fn check_key(vendor: Vendor, seen: &SeenRequest, state: &State) -> Result<(), Complaint> {
    let (header, before) = vendor.key_header();
    let key = seen.header(header).and_then(|value| value.strip_prefix(before)).unwrap_or_default();
    let accepted = !key.is_empty() && state.key.as_deref().is_none_or(|required| required == key);
    // As the real ones do, the refusal repeats a part of the key.
    if accepted { Ok(()) } else { Err(Complaint::new(401, format!("Incorrect API key provided: {key}"))) }
}

fn check_fields(vendor: Vendor, body: &Value) -> Result<(), Complaint> {
    let known = match vendor {
        Vendor::Responses => {
            "model input instructions max_output_tokens store stream include tools tool_choice reasoning \
             parallel_tool_calls temperature prompt_cache_key"
        }
        Vendor::Chat => {
            "model messages max_completion_tokens max_tokens stream stream_options tools tool_choice temperature \
             parallel_tool_calls reasoning_effort prompt_cache_key"
        }
        Vendor::CompatibleChat => {
            "model messages max_completion_tokens max_tokens stream stream_options tools tool_choice temperature \
             parallel_tool_calls reasoning_effort"
        }
        Vendor::Anthropic => {
            "model messages max_tokens system stream tools tool_choice thinking temperature metadata cache_control"
        }
        Vendor::Google => "contents systemInstruction generationConfig tools toolConfig safetySettings",
    };
    let known: HashSet<&str> = known.split_whitespace().collect();
    match body.as_object().into_iter().flatten().find(|(field, _)| !known.contains(field.as_str())) {
        Some((field, _)) => Err(Complaint::new(400, format!("unknown parameter: {field}"))),
        None => Ok(()),
    }
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn word<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn positive(body: &Value, pointer: &str) -> bool {
    body.pointer(pointer).and_then(Value::as_u64).is_some_and(|n| n > 0)
}

fn check_responses(body: &Value) -> Result<(), Complaint> {
    let input = list(body, "input");
    demand(!input.is_empty(), "input: must not be empty")?;
    demand(positive(body, "/max_output_tokens"), "max_output_tokens: must be positive")?;
    let mut called = HashSet::new();
    for item in input {
        match word(item, "type") {
            "function_call" => {
                demand(
                    !word(item, "name").is_empty() && item.get("arguments").is_some_and(Value::is_string),
                    "function_call",
                )?;
                called.insert(word(item, "call_id"));
            }
            "function_call_output" => {
                demand(called.remove(word(item, "call_id")), "No tool call found for function call output")?;
            }
            "reasoning" => {
                demand(item.get("encrypted_content").is_some_and(Value::is_string), "Item not found: store is false")?;
            }
            "" | "message" => demand(["user", "assistant"].contains(&word(item, "role")), "input.role")?,
            other => return Err(Complaint::new(400, format!("input: invalid type {other}"))),
        }
    }
    demand(called.is_empty(), "No tool output found for function call")?;
    list(body, "tools")
        .iter()
        .try_for_each(|tool| demand(word(tool, "type") == "function" && !word(tool, "name").is_empty(), "tools"))
}

fn check_chat(vendor: Vendor, body: &Value) -> Result<(), Complaint> {
    let messages = list(body, "messages");
    demand(!messages.is_empty(), "messages: must not be empty")?;
    if vendor == Vendor::Chat {
        demand(body.get("max_tokens").is_none(), "Unsupported parameter: use max_completion_tokens")?;
        demand(positive(body, "/max_completion_tokens"), "max_completion_tokens: must be positive")?;
    }
    let mut called = HashSet::new();
    for message in messages {
        match word(message, "role") {
            "tool" => demand(called.remove(word(message, "tool_call_id")), "tool message without its tool_call")?,
            role => {
                demand(called.is_empty(), "tool_calls must be followed by tool messages")?;
                demand(["system", "user", "assistant"].contains(&role), "messages.role")?;
                demand(message.get("content").is_some(), "messages.content")?;
                called.extend(list(message, "tool_calls").iter().map(|call| word(call, "id")));
            }
        }
    }
    demand(called.is_empty(), "tool_calls must be followed by tool messages")
}

fn check_anthropic(seen: &SeenRequest) -> Result<(), Complaint> {
    let body = &seen.body;
    demand(seen.header("anthropic-version") == Some("2023-06-01"), "anthropic-version: header is required")?;
    demand(positive(body, "/max_tokens"), "max_tokens: Field required")?;
    let messages = list(body, "messages");
    demand(
        messages.first().is_some_and(|m| word(m, "role") == "user"),
        "messages: first message must use the user role",
    )?;
    check_cache_marks(body)?;
    let mut called = HashSet::new();
    for message in messages {
        demand(["user", "assistant"].contains(&word(message, "role")), "messages.role")?;
        let blocks = list(message, "content");
        demand(!blocks.is_empty(), "messages: content must not be empty")?;
        for block in blocks {
            match word(block, "type") {
                "text" => demand(!word(block, "text").trim().is_empty(), "text content blocks must be non-empty")?,
                "tool_result" => demand(called.remove(word(block, "tool_use_id")), "unexpected tool_use_id")?,
                _ => {}
            }
        }
        demand(called.is_empty(), "tool_use ids were found without tool_result blocks")?;
        let uses = blocks.iter().filter(|block| word(block, "type") == "tool_use");
        for block in uses {
            demand(block.get("input").is_some_and(Value::is_object), "tool_use.input: must be an object")?;
            called.insert(word(block, "id"));
        }
    }
    demand(called.is_empty(), "tool_use ids were found without tool_result blocks")
}

/// At most four blocks are marked for the cache, and none that cannot be cached.
fn check_cache_marks(body: &Value) -> Result<(), Complaint> {
    let inner = list(body, "messages").iter().flat_map(|message| list(message, "content"));
    let blocks = list(body, "system").iter().chain(list(body, "tools")).chain(inner);
    let marked: Vec<&Value> = blocks.filter(|block| block.get("cache_control").is_some()).collect();
    demand(marked.len() <= 4, "A maximum of 4 blocks with cache_control may be provided.")?;
    let kinds = ["thinking", "redacted_thinking"];
    let wrong = |block: &&Value| kinds.contains(&word(block, "type")) || block.get("text").is_some_and(|t| t == "");
    demand(!marked.iter().any(wrong), "cache_control cannot be set for this block")
}

fn check_google(body: &Value) -> Result<(), Complaint> {
    let contents = list(body, "contents");
    demand(!contents.is_empty(), "contents is not specified")?;
    let mut called = 0;
    for content in contents {
        demand(["user", "model"].contains(&word(content, "role")), "Please use a valid role: user, model.")?;
        let parts = list(content, "parts");
        demand(!parts.is_empty(), "contents.parts must not be empty")?;
        let count = |field: &str| parts.iter().filter(|part| part.get(field).is_some()).count();
        demand(called == count("functionResponse"), "function response parts must equal function call parts")?;
        called = count("functionCall");
    }
    let text = body.get("tools").map(Value::to_string).unwrap_or_default();
    demand(!text.contains("additionalProperties") && !text.contains("$schema"), "Unknown name \"additionalProperties\"")
}

/// A call that came with a signature must come back with it.
fn check_signatures(vendor: Vendor, body: &Value, state: &State) -> Result<(), Complaint> {
    let text = body.to_string();
    let lost = vendor
        .calls(body)
        .into_iter()
        .any(|call| state.signatures.get(&call).is_some_and(|signature| !text.contains(signature.as_str())));
    demand(!lost, "a tool call is missing its thinking signature")
}
