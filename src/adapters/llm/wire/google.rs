//! Google `streamGenerateContent`.

use serde_json::{Map, Value, json};

use super::super::chat::{ChatRequest, Stop, ToolResult, ToolSpec, Turn};
use super::super::draft::{Draft, Fail, MAX_PIECES, OWN_ID};
use super::super::sse::SseEvent;
use super::json::{arguments, count, list, no_error, parse, text};
use super::{Decoder, Seen};
use crate::domain::money::Usage;

/// The body of `POST /models/NAME:streamGenerateContent`.
pub(super) fn body(request: &ChatRequest) -> Value {
    let mut body = json!({
        "contents": request.turns.iter().map(content).collect::<Vec<_>>(),
        "generationConfig": {"maxOutputTokens": request.max_output_tokens},
    });
    if !request.system.is_empty() {
        body["systemInstruction"] = json!({"parts": [{"text": request.system}]});
    }
    if !request.tools.is_empty() {
        body["tools"] = json!([{"functionDeclarations": request.tools.iter().map(tool).collect::<Vec<_>>()}]);
    }
    body
}

fn tool(spec: &ToolSpec) -> Value {
    let mut declared = json!({"name": spec.name, "description": spec.description});
    // An object without properties is refused; a function without parameters is not.
    if spec.parameters.get("properties").and_then(Value::as_object).is_some_and(|p| !p.is_empty()) {
        declared["parameters"] = schema(&spec.parameters);
    }
    declared
}

/// Google takes a part of JSON Schema and refuses the rest.
fn schema(value: &Value) -> Value {
    let Some(fields) = value.as_object() else { return value.clone() };
    let mut taken = Map::new();
    for (field, value) in fields {
        let value = match field.as_str() {
            "type" | "description" | "required" | "enum" | "format" | "nullable" | "minimum" | "maximum"
            | "minItems" | "maxItems" => value.clone(),
            "items" => schema(value),
            "anyOf" => value.as_array().into_iter().flatten().map(schema).collect(),
            "properties" => {
                let inner = value.as_object().into_iter().flatten().map(|(name, inner)| (name.clone(), schema(inner)));
                Value::Object(inner.collect())
            }
            _ => continue,
        };
        taken.insert(field.clone(), value);
    }
    Value::Object(taken)
}

fn content(turn: &Turn) -> Value {
    match turn {
        Turn::User(words) => json!({"role": "user", "parts": [{"text": words}]}),
        Turn::Assistant { text, tool_calls, echo } => {
            let echoed = echo.of("google");
            if !echoed.is_empty() {
                return json!({"role": "model", "parts": echoed});
            }
            let words = (!text.is_empty()).then(|| json!({"text": text}));
            let calls =
                tool_calls.iter().map(|c| json!({"functionCall": {"name": c.name, "args": arguments(&c.arguments)}}));
            json!({"role": "model", "parts": words.into_iter().chain(calls).collect::<Vec<_>>()})
        }
        Turn::Tools(results) => json!({"role": "user", "parts": results.iter().map(result).collect::<Vec<_>>()}),
    }
}

fn result(result: &ToolResult) -> Value {
    let said = if result.is_error { json!({"error": result.output}) } else { json!({"output": result.output}) };
    let mut response = json!({"name": result.name, "response": said});
    if !result.call_id.starts_with(OWN_ID) {
        response["id"] = json!(result.call_id);
    }
    json!({"functionResponse": response})
}

/// Reads chunks of `candidates` and `usageMetadata`; the end of the body follows the finish reason.
#[derive(Default)]
pub(super) struct Google;

impl Decoder for Google {
    fn event(&mut self, draft: &mut Draft, event: &SseEvent) -> Result<Seen, Fail> {
        if matches!(event.data.trim(), "" | "{}") {
            return Ok(Seen::Ping);
        }
        take(draft, &parse(event)?)?;
        Ok(Seen::Progress)
    }

    fn whole(&mut self, draft: &mut Draft, body: &Value) -> Result<(), Fail> {
        // Without alt=sse the stream is one array of chunks.
        let chunks = body.as_array().map_or(std::slice::from_ref(body), Vec::as_slice);
        for chunk in chunks {
            if !["candidates", "promptFeedback", "usageMetadata", "error"].iter().any(|f| chunk.get(f).is_some()) {
                return Err(Fail::Malformed);
            }
            take(draft, chunk)?;
        }
        draft.ended = true;
        Ok(())
    }
}

fn take(draft: &mut Draft, chunk: &Value) -> Result<(), Fail> {
    no_error(chunk)?;
    if let Some(usage) = chunk.get("usageMetadata") {
        draft.usage = usage_of(usage).or(draft.usage);
    }
    if chunk.pointer("/promptFeedback/blockReason").is_some_and(Value::is_string) {
        draft.stop = Some(Stop::Filtered);
    }
    for candidate in list(chunk, "candidates") {
        if candidate.get("index").and_then(Value::as_u64).unwrap_or(0) != 0 {
            draft.skip();
            continue;
        }
        for part in candidate.get("content").map_or(&[][..], |content| list(content, "parts")) {
            take_part(draft, part)?;
        }
        stop(draft, text(candidate, "finishReason"))?;
    }
    Ok(())
}

fn take_part(draft: &mut Draft, part: &Value) -> Result<(), Fail> {
    let thought = part.get("thought").and_then(Value::as_bool).unwrap_or(false);
    let words = text(part, "text");
    draft.keep(part)?;
    if let Some(call) = part.get("functionCall") {
        return take_call(draft, part, call);
    }
    if thought {
        draft.grow(words.len())?;
    } else if part.get("text").is_some() {
        draft.say(words)?;
    } else if part.get("thoughtSignature").is_none() {
        draft.skip();
        return Ok(());
    }
    add_echo(draft, part, thought)
}

fn take_call(draft: &mut Draft, part: &Value, call: &Value) -> Result<(), Fail> {
    if draft.calls.len() >= MAX_PIECES {
        return Err(Fail::TooLarge);
    }
    let written = call.get("args").filter(|args| !args.is_null()).map(Value::to_string).unwrap_or_default();
    draft.grow(text(call, "name").len() + written.len())?;
    let id = draft.call(text(call, "id"), text(call, "name"), &written);
    let mut part = part.clone();
    if call.get("id").is_some() && !id.starts_with(OWN_ID) {
        part["functionCall"]["id"] = json!(id);
    }
    draft.echo.push(part);
    Ok(())
}

/// Pieces of plain text become one part; a part with a signature stays as it came.
fn add_echo(draft: &mut Draft, part: &Value, thought: bool) -> Result<(), Fail> {
    let signed = part.get("thoughtSignature").is_some();
    if thought && !signed {
        return Ok(());
    }
    let plain = |p: &Value| p.as_object().is_some_and(|fields| fields.len() == 1 && fields.contains_key("text"));
    if let Some(last) = draft.echo.last_mut().filter(|last| plain(last) && plain(part)) {
        *last = json!({"text": format!("{}{}", text(last, "text"), text(part, "text"))});
        return Ok(());
    }
    if draft.echo.len() >= MAX_PIECES * 4 {
        return Err(Fail::TooLarge);
    }
    draft.echo.push(part.clone());
    Ok(())
}

fn stop(draft: &mut Draft, reason: &str) -> Result<(), Fail> {
    let stop = match reason {
        "" | "FINISH_REASON_UNSPECIFIED" => return Ok(()),
        "STOP" => Stop::End,
        "MAX_TOKENS" => Stop::Length,
        "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "IMAGE_SAFETY" => {
            Stop::Filtered
        }
        "MALFORMED_FUNCTION_CALL" | "UNEXPECTED_TOOL_CALL" | "MALFORMED_RESPONSE" => return Err(Fail::Malformed),
        odd => {
            draft.odd_stop = Some(odd.to_ascii_lowercase());
            return Ok(());
        }
    };
    draft.stop = Some(stop);
    Ok(())
}

fn usage_of(usage: &Value) -> Option<Usage> {
    let input = count(usage, "/promptTokenCount")?;
    let sum = |a: &str, b: &str| count(usage, a).unwrap_or(0).saturating_add(count(usage, b).unwrap_or(0));
    let cached = count(usage, "/cachedContentTokenCount").unwrap_or(0).min(input);
    Some(Usage {
        input_tokens: input.saturating_add(count(usage, "/toolUsePromptTokenCount").unwrap_or(0)),
        output_tokens: sum("/candidatesTokenCount", "/thoughtsTokenCount"),
        cached_input_tokens: cached,
    })
}
