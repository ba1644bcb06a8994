//! OpenAI Responses: the answer.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::adapters::llm::chat::Stop;
use crate::adapters::llm::draft::{Draft, Fail, MAX_PIECES};
use crate::adapters::llm::sse::SseEvent;
use crate::adapters::llm::status::ErrorFacts;
use crate::adapters::llm::wire::json::{count, list, no_error, parse, set, text};
use crate::adapters::llm::wire::{Decoder, Seen};
use crate::domain::money::Usage;

/// Reads `response.created` … `response.completed`, or a whole response.
#[derive(Default)]
pub(in super::super) struct Responses {
    items: BTreeMap<u64, Value>,
}

/// Signs of progress that bring nothing which does not come again with its item.
const KNOWN: [&str; 17] = [
    "response.created",
    "response.queued",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.content_part.done",
    "response.output_text.done",
    "response.output_text.annotation.added",
    "response.refusal.done",
    "response.function_call_arguments.done",
    "response.reasoning_summary_part.added",
    "response.reasoning_summary_part.done",
    "response.reasoning_summary_text.done",
    "response.reasoning_text.done",
    "response.reasoning_summary.done",
    "response.reasoning.done",
    "response.output_text.annotation.done",
];

impl Decoder for Responses {
    fn event(&mut self, draft: &mut Draft, event: &SseEvent) -> Result<Seen, Fail> {
        match event.data.trim() {
            "[DONE]" => return Ok(Seen::End),
            "" | "{}" => return Ok(Seen::Ping),
            _ => {}
        }
        let data = parse(event)?;
        let kind = text(&data, "type");
        match kind {
            "error" => return Err(Fail::Provider(ErrorFacts::of_object(&data))),
            "keepalive" | "ping" => return Ok(Seen::Ping),
            "response.output_text.delta" | "response.refusal.delta" => draft.say(text(&data, "delta"))?,
            "response.output_item.done" => self.take_item(draft, &data)?,
            "response.completed" | "response.incomplete" | "response.failed" => {
                self.take_end(draft, data.get("response").unwrap_or(&Value::Null))?;
                return Ok(Seen::End);
            }
            "" => no_error(&data)?,
            _ if kind.rsplit('.').next() == Some("delta") => draft.grow(text(&data, "delta").len())?,
            _ if KNOWN.contains(&kind) => {}
            _ => draft.skip(),
        }
        Ok(Seen::Progress)
    }

    fn whole(&mut self, draft: &mut Draft, body: &Value) -> Result<(), Fail> {
        no_error(body)?;
        if body.get("output").and_then(Value::as_array).is_none() {
            return Err(Fail::Malformed);
        }
        self.take_end(draft, body)
    }

    fn close(&mut self, draft: &mut Draft) -> Result<(), Fail> {
        let items: Vec<Value> = std::mem::take(&mut self.items).into_values().collect();
        let said: String = items.iter().flat_map(|item| list(item, "content")).map(part_text).collect();
        if !said.is_empty() {
            // The items are the truth, the deltas were its preview.
            let more = said.len().saturating_sub(draft.text.len());
            draft.text = said;
            draft.grow(more)?;
        }
        let refused = items.iter().flat_map(|item| list(item, "content")).any(|part| text(part, "type") == "refusal");
        if refused && draft.stop == Some(Stop::End) {
            draft.stop = Some(Stop::Refusal);
        }
        let lost_thinking = items.iter().any(|item| is_reasoning(item) && !is_encrypted(item));
        for item in items {
            close_item(draft, item, lost_thinking);
        }
        Ok(())
    }
}

impl Responses {
    fn take_item(&mut self, draft: &mut Draft, data: &Value) -> Result<(), Fail> {
        let at = data.get("output_index").and_then(Value::as_u64).unwrap_or(self.items.len() as u64);
        self.insert(draft, at, data.get("item").unwrap_or(&Value::Null))
    }

    fn insert(&mut self, draft: &mut Draft, at: u64, item: &Value) -> Result<(), Fail> {
        if self.items.len() >= MAX_PIECES {
            return Err(Fail::TooLarge);
        }
        draft.keep(item)?;
        draft.began = true;
        self.items.insert(at, item.clone());
        Ok(())
    }

    /// The last event, or the whole answer: status, reason, counts, and the items again.
    fn take_end(&mut self, draft: &mut Draft, response: &Value) -> Result<(), Fail> {
        draft.usage = response.get("usage").and_then(usage_of).or(draft.usage);
        no_error(response)?;
        let output = list(response, "output");
        if !output.is_empty() {
            self.items.clear();
        }
        for (at, item) in (0..).zip(output) {
            self.insert(draft, at, item)?;
        }
        draft.ended = true;
        match (text(response, "status"), response.pointer("/incomplete_details/reason").and_then(Value::as_str)) {
            ("completed", _) => draft.stop = Some(Stop::End),
            ("incomplete", Some("max_output_tokens")) => draft.stop = Some(Stop::Length),
            ("incomplete", Some("content_filter")) => draft.stop = Some(Stop::Filtered),
            ("failed", _) => return Err(Fail::Provider(ErrorFacts::of_code("server_error"))),
            (status, reason) => draft.odd_stop = Some(reason.unwrap_or(status).to_owned()),
        }
        Ok(())
    }
}

fn part_text(part: &Value) -> &str {
    match text(part, "type") {
        "output_text" => text(part, "text"),
        "refusal" => text(part, "refusal"),
        _ => "",
    }
}

fn is_reasoning(item: &Value) -> bool {
    text(item, "type") == "reasoning"
}

fn is_encrypted(item: &Value) -> bool {
    !text(item, "encrypted_content").is_empty()
}

/// Turns an item into a call and into what is sent back.
fn close_item(draft: &mut Draft, mut item: Value, lost_thinking: bool) {
    match text(&item, "type") {
        "function_call" => {
            let id = draft.call(text(&item, "call_id"), text(&item, "name"), text(&item, "arguments"));
            set(&mut item, "call_id", json!(id));
        }
        "message" => {}
        "reasoning" if is_encrypted(&item) => {}
        "reasoning" => return,
        _ => return draft.skip(),
    }
    if let Some(fields) = item.as_object_mut() {
        fields.remove("status");
        // An id asks the server for the thinking that belonged to it.
        if lost_thinking {
            fields.remove("id");
        }
    }
    draft.echo.push(item);
}

fn usage_of(usage: &Value) -> Option<Usage> {
    let input = count(usage, "/input_tokens")?;
    let output = count(usage, "/output_tokens").unwrap_or(0);
    let cached = count(usage, "/input_tokens_details/cached_tokens").unwrap_or(0).min(input);
    let written = count(usage, "/input_tokens_details/cache_write_tokens").unwrap_or(0).min(input - cached);
    Some(Usage { input_tokens: input, output_tokens: output, cached_input_tokens: cached, cache_write_tokens: written })
}
