//! Anthropic Messages: the answer.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::adapters::llm::chat::Stop;
use crate::adapters::llm::draft::{Draft, Fail, MAX_PIECES};
use crate::adapters::llm::sse::SseEvent;
use crate::adapters::llm::wire::json::{arguments, count, list, no_error, parse, text};
use crate::adapters::llm::wire::{Decoder, Seen};
use crate::domain::money::Usage;

/// Reads `message_start` … `message_stop`, or a whole message.
#[derive(Default)]
pub(in super::super) struct Anthropic {
    blocks: BTreeMap<u64, Block>,
    usage: Map<String, Value>,
}

/// A content block: as it began, with what its deltas brought.
#[derive(Default)]
struct Block {
    value: Value,
    text: String,
    signature: String,
    input: String,
}

impl Decoder for Anthropic {
    fn event(&mut self, draft: &mut Draft, event: &SseEvent) -> Result<Seen, Fail> {
        let data = parse(event)?;
        no_error(&data)?;
        match text(&data, "type") {
            "ping" => return Ok(Seen::Ping),
            "message_start" => self.count_usage(draft, data.pointer("/message/usage")),
            "content_block_start" => self.begin(draft, &data)?,
            "content_block_delta" => self.delta(draft, &data)?,
            "content_block_stop" => {}
            "message_delta" => {
                stop(draft, data.pointer("/delta/stop_reason"));
                self.count_usage(draft, data.get("usage"));
            }
            "message_stop" => {
                draft.ended = true;
                return Ok(Seen::End);
            }
            _ => draft.skip(),
        }
        Ok(Seen::Progress)
    }

    fn whole(&mut self, draft: &mut Draft, body: &Value) -> Result<(), Fail> {
        no_error(body)?;
        if text(body, "type") != "message" {
            return Err(Fail::Malformed);
        }
        for (at, block) in (0..).zip(list(body, "content")) {
            self.begin(draft, &json!({"index": at, "content_block": block}))?;
        }
        stop(draft, body.get("stop_reason"));
        self.count_usage(draft, body.get("usage"));
        draft.ended = true;
        Ok(())
    }

    fn close(&mut self, draft: &mut Draft) -> Result<(), Fail> {
        for block in std::mem::take(&mut self.blocks).into_values() {
            close_block(draft, block)?;
        }
        Ok(())
    }
}

impl Anthropic {
    fn begin(&mut self, draft: &mut Draft, data: &Value) -> Result<(), Fail> {
        let at = data.get("index").and_then(Value::as_u64).ok_or(Fail::Malformed)?;
        let value = data.get("content_block").cloned().unwrap_or_default();
        if self.blocks.len() >= MAX_PIECES {
            return Err(Fail::TooLarge);
        }
        let mut block = Block::default();
        match text(&value, "type") {
            "text" => {
                text(&value, "text").clone_into(&mut block.text);
                draft.say(&block.text)?;
            }
            "thinking" => {
                text(&value, "thinking").clone_into(&mut block.text);
                text(&value, "signature").clone_into(&mut block.signature);
                draft.grow(block.text.len())?;
            }
            "tool_use" => draft.grow(text(&value, "name").len())?,
            "redacted_thinking" => {}
            _ => draft.skip(),
        }
        draft.keep(&value)?;
        block.value = value;
        self.blocks.insert(at, block);
        Ok(())
    }

    fn delta(&mut self, draft: &mut Draft, data: &Value) -> Result<(), Fail> {
        let at = data.get("index").and_then(Value::as_u64).ok_or(Fail::Malformed)?;
        let delta = data.get("delta").unwrap_or(&Value::Null);
        let Some(block) = self.blocks.get_mut(&at) else {
            draft.skip();
            return Ok(());
        };
        match text(delta, "type") {
            "text_delta" => {
                draft.say(text(delta, "text"))?;
                block.text.push_str(text(delta, "text"));
            }
            "input_json_delta" => {
                draft.grow(text(delta, "partial_json").len())?;
                block.input.push_str(text(delta, "partial_json"));
            }
            "thinking_delta" => {
                draft.grow(text(delta, "thinking").len())?;
                block.text.push_str(text(delta, "thinking"));
            }
            "signature_delta" => {
                draft.keep(delta)?;
                block.signature.push_str(text(delta, "signature"));
            }
            "citations_delta" => {}
            _ => draft.skip(),
        }
        Ok(())
    }

    /// The counts of `message_start` and `message_delta` are totals; the later one holds where it says anything.
    fn count_usage(&mut self, draft: &mut Draft, told: Option<&Value>) {
        let Some(told) = told.and_then(Value::as_object) else { return };
        for (field, number) in told.iter().filter(|(_, number)| number.is_number()) {
            self.usage.insert(field.clone(), number.clone());
        }
        let count = |field| self.usage.get(field).and_then(|n| count(n, "")).unwrap_or(0);
        let cached = count("cache_read_input_tokens");
        let written = count("cache_creation_input_tokens");
        let input = count("input_tokens").saturating_add(cached).saturating_add(written);
        if input > 0 {
            draft.usage = Some(Usage {
                input_tokens: input,
                output_tokens: count("output_tokens"),
                cached_input_tokens: cached,
                cache_write_tokens: written,
            });
        }
    }
}

fn stop(draft: &mut Draft, reason: Option<&Value>) {
    let Some(reason) = reason.and_then(Value::as_str) else { return };
    draft.stop = match reason {
        "end_turn" | "stop_sequence" => Some(Stop::End),
        "tool_use" => Some(Stop::ToolCalls),
        "max_tokens" | "model_context_window_exceeded" => Some(Stop::Length),
        "refusal" => Some(Stop::Refusal),
        odd => {
            draft.odd_stop = Some(odd.to_owned());
            None
        }
    };
}

/// Turns a block into a call and into what is sent back.
fn close_block(draft: &mut Draft, block: Block) -> Result<(), Fail> {
    let Block { mut value, text: words, signature, input } = block;
    match text(&value, "type") {
        "text" if words.is_empty() => return Ok(()),
        "text" => value = json!({"type": "text", "text": words}),
        "thinking" => value = json!({"type": "thinking", "thinking": words, "signature": signature}),
        "redacted_thinking" => {}
        "tool_use" => {
            // In a stream the input begins as {} and comes in deltas; in a whole message it is there.
            let whole = value.get("input").filter(|v| v.as_object().is_some_and(|fields| !fields.is_empty()));
            let written = whole.map(Value::to_string).filter(|_| input.is_empty());
            draft.grow(written.as_ref().map_or(0, String::len))?;
            let written = written.unwrap_or(input);
            let id = draft.call(text(&value, "id"), text(&value, "name"), &written);
            value = json!({"type": "tool_use", "id": id, "name": text(&value, "name"), "input": arguments(&written)});
        }
        _ => return Ok(()),
    }
    draft.echo.push(value);
    Ok(())
}
