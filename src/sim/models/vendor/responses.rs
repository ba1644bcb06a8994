//! OpenAI's response events: `response.created` … `response.completed`.

use serde_json::{Value, json};

use super::super::reply::{Fault, Reply, ReplyStop};
use super::{Issue, Play, call_id, pieces, signature, sse};

fn event(kind: &str, mut fields: Value) -> String {
    fields["type"] = json!(kind);
    fields["sequence_number"] = json!(0);
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
            "name": name, "arguments": arguments.to_string(), "status": "completed",
        }));
    }
    items
}

fn frames(reply: &Reply, at: usize, item: &Value) -> Vec<String> {
    let mut begun = item.clone();
    begun["status"] = json!("in_progress");
    let place = |extra: Value| {
        let mut place = json!({"item_id": item["id"], "output_index": at, "content_index": 0});
        for (field, value) in extra.as_object().into_iter().flatten() {
            place[field] = value.clone();
        }
        place
    };
    let mut frames = vec![event("response.output_item.added", json!({"output_index": at, "item": begun}))];
    match item["type"].as_str().unwrap_or_default() {
        "message" => {
            let part = &item["content"][0];
            let kind = if reply.stop == ReplyStop::Refusal { "refusal" } else { "output_text" };
            frames.push(event("response.content_part.added", place(json!({"part": {"type": kind}}))));
            let delta = |piece: &String| event(&format!("response.{kind}.delta"), place(json!({"delta": piece})));
            frames.extend(pieces(&reply.text).iter().map(delta));
            frames.push(event(&format!("response.{kind}.done"), place(json!({"text": reply.text}))));
            frames.push(event("response.content_part.done", place(json!({"part": part}))));
        }
        "function_call" => {
            let arguments = item["arguments"].as_str().unwrap_or_default();
            let delta =
                |piece: &String| event("response.function_call_arguments.delta", place(json!({"delta": piece})));
            frames.extend(pieces(arguments).iter().map(delta));
            frames.push(event("response.function_call_arguments.done", place(json!({"arguments": arguments}))));
        }
        _ => {
            let delta = |piece: &String| event("response.reasoning_summary_text.delta", place(json!({"delta": piece})));
            frames.extend(pieces(&reply.thinking).iter().map(delta));
        }
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
