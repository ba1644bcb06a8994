//! OpenAI Chat Completions, as OpenAI and the many compatible servers speak it: the answer.

use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use crate::adapters::llm::chat::Stop;
use crate::adapters::llm::draft::{Draft, Fail, MAX_PIECES};
use crate::adapters::llm::sse::SseEvent;
use crate::adapters::llm::status::ErrorFacts;
use crate::adapters::llm::wire::json::{count, list, no_error, parse, text};
use crate::adapters::llm::wire::{Decoder, Seen};
use crate::domain::money::Usage;

/// Reads `chat.completion.chunk`s, or a whole completion.
#[derive(Default)]
pub(in super::super) struct Chat {
    calls: Vec<PartCall>,
    refused: bool,
    /// `reasoning_content`, `reasoning`, `reasoning_details`: wanted back beside tool calls by those who send them.
    thinking: Map<String, Value>,
}

/// A call of which parts have come.
struct PartCall {
    index: u64,
    id: String,
    name: String,
    arguments: String,
    extra: Value,
}

impl PartCall {
    /// A part of the same index that names a tool again, after whole arguments, begins another call.
    fn goes_on_with(&self, id: &str, name: &str) -> bool {
        let same_id = id.is_empty() || self.id.is_empty() || id == self.id;
        let whole = || serde_json::from_str::<IgnoredAny>(&self.arguments).is_ok();
        same_id && (name.is_empty() || !whole())
    }
}

impl Decoder for Chat {
    fn event(&mut self, draft: &mut Draft, event: &SseEvent) -> Result<Seen, Fail> {
        match event.data.trim() {
            "[DONE]" => {
                draft.ended = true;
                return Ok(Seen::End);
            }
            "" | "{}" => return Ok(Seen::Ping),
            _ => {}
        }
        let data = parse(event)?;
        no_error(&data)?;
        if data.get("choices").is_none() && data.get("usage").is_none() {
            draft.skip();
            return Ok(Seen::Progress);
        }
        self.take(draft, &data, "delta")?;
        Ok(Seen::Progress)
    }

    fn whole(&mut self, draft: &mut Draft, body: &Value) -> Result<(), Fail> {
        no_error(body)?;
        if body.get("choices").and_then(Value::as_array).is_none() {
            return Err(Fail::Malformed);
        }
        draft.ended = true;
        self.take(draft, body, "message")
    }

    fn close(&mut self, draft: &mut Draft) -> Result<(), Fail> {
        if self.refused && draft.stop == Some(Stop::End) {
            draft.stop = Some(Stop::Refusal);
        }
        let mut extras = Map::new();
        for call in std::mem::take(&mut self.calls) {
            let id = draft.call(&call.id, &call.name, &call.arguments);
            if !call.extra.is_null() {
                extras.insert(id, call.extra);
            }
        }
        let nothing = extras.is_empty() && self.thinking.is_empty();
        if !draft.calls.is_empty() && !nothing {
            draft.echo.push(json!({"calls": extras, "message": self.thinking}));
        }
        Ok(())
    }
}

impl Chat {
    fn take(&mut self, draft: &mut Draft, data: &Value, part: &str) -> Result<(), Fail> {
        if let Some(usage) = data.get("usage").filter(|usage| usage.is_object()) {
            draft.usage = usage_of(usage).or(draft.usage);
        }
        for choice in list(data, "choices") {
            // We ask for one answer; a second one is none of ours.
            if choice.get("index").and_then(Value::as_u64).unwrap_or(0) != 0 {
                draft.skip();
                continue;
            }
            no_error(choice)?;
            self.take_message(draft, choice.get(part).unwrap_or(&Value::Null))?;
            stop(draft, text(choice, "finish_reason"))?;
        }
        Ok(())
    }

    fn take_message(&mut self, draft: &mut Draft, message: &Value) -> Result<(), Fail> {
        draft.say(text(message, "content"))?;
        for piece in list(message, "content") {
            draft.say(text(piece, "text"))?;
        }
        let refusal = text(message, "refusal");
        self.refused |= !refusal.is_empty();
        draft.say(refusal)?;
        for call in list(message, "tool_calls") {
            self.take_call(draft, call)?;
        }
        self.take_thinking(draft, message)
    }

    fn take_call(&mut self, draft: &mut Draft, part: &Value) -> Result<(), Fail> {
        let (id, function) = (text(part, "id"), part.get("function").unwrap_or(&Value::Null));
        let (name, arguments) = (text(function, "name"), written(function.get("arguments")));
        draft.grow(name.len() + arguments.len())?;
        let index = part.get("index").and_then(Value::as_u64);
        // Some servers give no index, others the same index for every call: a new id with a name is a new call.
        let known = self.calls.iter_mut().rev().find(|call| match index {
            Some(index) => call.index == index && call.goes_on_with(id, name),
            None => name.is_empty() && (id.is_empty() || id == call.id),
        });
        if let Some(call) = known {
            call.arguments.push_str(&arguments);
            if call.name.is_empty() {
                name.clone_into(&mut call.name);
            }
            return Ok(());
        }
        if self.calls.len() >= MAX_PIECES {
            return Err(Fail::TooLarge);
        }
        let extra = part.get("extra_content").cloned().unwrap_or_default();
        draft.keep(&extra)?;
        let index = index.unwrap_or(u64::MAX);
        self.calls.push(PartCall { index, id: id.to_owned(), name: name.to_owned(), arguments, extra });
        Ok(())
    }

    fn take_thinking(&mut self, draft: &mut Draft, message: &Value) -> Result<(), Fail> {
        for field in ["reasoning_content", "reasoning"] {
            let words = text(message, field);
            draft.grow(words.len())?;
            if !words.is_empty() {
                let so_far = self.thinking.entry(field).or_insert_with(|| json!(""));
                *so_far = json!(format!("{}{words}", so_far.as_str().unwrap_or_default()));
            }
        }
        for detail in list(message, "reasoning_details") {
            draft.keep(detail)?;
            if let Some(details) = self.thinking.entry("reasoning_details").or_insert_with(|| json!([])).as_array_mut()
            {
                details.push(detail.clone());
            }
        }
        Ok(())
    }
}

/// Arguments are JSON in a string; some servers send the object itself.
fn written(arguments: Option<&Value>) -> String {
    match arguments {
        Some(Value::String(written)) => written.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

fn stop(draft: &mut Draft, reason: &str) -> Result<(), Fail> {
    let stop = match reason {
        "" => return Ok(()),
        "stop" | "eos" | "eos_token" | "stop_sequence" | "end_turn" | "complete" => Stop::End,
        "tool_calls" | "function_call" => Stop::ToolCalls,
        "length" | "max_tokens" | "model_length" => Stop::Length,
        "content_filter" => Stop::Filtered,
        "refusal" => Stop::Refusal,
        "error" => return Err(Fail::Provider(ErrorFacts::of_code("server_error"))),
        odd => {
            draft.odd_stop = Some(odd.to_owned());
            return Ok(());
        }
    };
    draft.stop = Some(stop);
    Ok(())
}

fn usage_of(usage: &Value) -> Option<Usage> {
    let input = count(usage, "/prompt_tokens")?;
    let mut output = count(usage, "/completion_tokens").unwrap_or(0);
    // Where reasoning is left out of the completion, only the total holds it.
    if let Some(total) = count(usage, "/total_tokens") {
        output = output.max(total.saturating_sub(input));
    }
    let cached = count(usage, "/prompt_tokens_details/cached_tokens").or(count(usage, "/prompt_cache_hit_tokens"));
    let cached = cached.unwrap_or(0).min(input);
    let written = count(usage, "/prompt_tokens_details/cache_write_tokens").unwrap_or(0).min(input - cached);
    Some(Usage { input_tokens: input, output_tokens: output, cached_input_tokens: cached, cache_write_tokens: written })
}
