//! Google `streamGenerateContent`: the answer.

use serde_json::{Value, json};

use crate::adapters::llm::chat::Stop;
use crate::adapters::llm::draft::{Draft, Fail, MAX_PIECES};
use crate::adapters::llm::sse::SseEvent;
use crate::adapters::llm::wire::json::{count, list, no_error, parse, set, text};
use crate::adapters::llm::wire::{Decoder, Seen};
use crate::domain::money::Usage;

/// Reads chunks of `candidates` and `usageMetadata`; the end of the body follows the finish reason.
#[derive(Default)]
pub(in super::super) struct Google;

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
    // Where ids are given they are unique now; where none are, none goes back.
    if let Some(call) = part.get_mut("functionCall").filter(|call| call.get("id").is_some()) {
        set(call, "id", json!(id));
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
        cache_write_tokens: 0,
    })
}
