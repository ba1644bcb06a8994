//! OpenAI's response events: `response.created` … `response.completed`.

use serde_json::{Value, json};

use super::super::reply::{Fault, Reply, ReplyStop};
use super::{Issue, Play, call_id, pieces, set, signature, sse, written};

fn event(kind: &str, mut fields: Value) -> String {
    set(&mut fields, "type", json!(kind));
    set(&mut fields, "sequence_number", json!(0));
    sse(kind, &fields)
}

pub(super) fn delta(words: &str) -> String {
    let at = json!({"item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": words, "logprobs": []});
    event("response.output_text.delta", at)
}

/// The items of the answer, whole.
fn items(reply: &Reply, issue: &Issue) -> Vec<Value> {
    let mut items = Vec::new();
    if !reply.thinking.is_empty() {
        let summary = json!([{"type": "summary_text", "text": reply.thinking}]);
        items.push(json!({
            "type": "reasoning", "id": format!("rs_{}", issue.number), "summary": summary,
            "encrypted_content": signature(issue),
        }));
    }
    if !reply.text.is_empty() {
        let part = match reply.stop {
            ReplyStop::Refusal => json!({"type": "refusal", "refusal": reply.text}),
            _ => json!({"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []}),
        };
        items.push(json!({
            "type": "message", "id": format!("msg_{}", issue.number), "status": "completed", "role": "assistant",
            "content": [part],
        }));
    }
    for (at, (name, arguments)) in reply.calls.iter().enumerate() {
        items.push(json!({
            "type": "function_call", "id": format!("fc_{}_{at}", issue.number), "call_id": call_id(issue, at),
            "name": name, "arguments": written(arguments), "status": "completed",
        }));
    }
    items
}

fn frames(reply: &Reply, at: usize, item: &Value) -> Vec<String> {
    let mut begun = item.clone();
    set(&mut begun, "status", json!("in_progress"));
    let of = |pointer: &str| item.pointer(pointer).cloned().unwrap_or_default();
    let place = |field: &str, value: Value| {
        let mut place = json!({"item_id": of("/id"), "output_index": at, "content_index": 0});
        set(&mut place, field, value);
        place
    };
    let deltas = |kind: &str, words: &str| -> Vec<String> {
        pieces(words)
            .iter()
            .map(|piece| event(&format!("response.{kind}.delta"), place("delta", json!(piece))))
            .collect()
    };
    let mut frames = vec![event("response.output_item.added", json!({"output_index": at, "item": begun}))];
    match of("/type").as_str().unwrap_or_default() {
        "message" => {
            let kind = if reply.stop == ReplyStop::Refusal { "refusal" } else { "output_text" };
            frames.push(event("response.content_part.added", place("part", json!({"type": kind}))));
            frames.extend(deltas(kind, &reply.text));
            frames.push(event(&format!("response.{kind}.done"), place("text", json!(reply.text))));
            frames.push(event("response.content_part.done", place("part", of("/content/0"))));
        }
        "function_call" => {
            let arguments = of("/arguments");
            frames.extend(deltas("function_call_arguments", arguments.as_str().unwrap_or_default()));
            frames.push(event("response.function_call_arguments.done", place("arguments", arguments)));
        }
        _ => frames.extend(deltas("reasoning_summary_text", &reply.thinking)),
    }
    frames.push(event("response.output_item.done", json!({"output_index": at, "item": item})));
    frames
}

pub(super) fn play(reply: &Reply, issue: &Issue) -> Play {
    let empty = reply.fault == Some(Fault::Empty);
    let items = if empty { Vec::new() } else { items(reply, issue) };
    let (input, output, cached) = reply.usage;
    let usage = json!({
        "input_tokens": input, "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": output, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": input + output,
    });
    let (status, reason) = match reply.stop {
        ReplyStop::Normal | ReplyStop::Refusal => ("completed", Value::Null),
        ReplyStop::Length => ("incomplete", json!({"reason": "max_output_tokens"})),
        ReplyStop::Filtered => ("incomplete", json!({"reason": "content_filter"})),
    };
    let response = |status: &str, reason: &Value, output: &[Value], usage: &Value| {
        json!({
            "id": format!("resp_{}", issue.number), "object": "response", "created_at": 1_760_000_000,
            "status": status, "error": null, "incomplete_details": reason, "model": issue.model, "output": output,
            "usage": usage,
        })
    };
    let early = response("in_progress", &Value::Null, &[], &Value::Null);
    let whole = response(status, &reason, &items, &usage);
    Play {
        opening: vec![
            event("response.created", json!({"response": early})),
            event("response.in_progress", json!({"response": early})),
        ],
        start_text: Vec::new(),
        body: items.iter().enumerate().flat_map(|(at, item)| frames(reply, at, item)).collect(),
        ending: vec![event(&format!("response.{status}"), json!({"response": whole}))],
        whole,
    }
}
