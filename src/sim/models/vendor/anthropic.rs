//! Anthropic's events: `message_start` … `message_stop`.

use serde_json::{Value, json};

use super::super::reply::{Fault, Reply, ReplyStop};
use super::{Issue, Play, call_id, pieces, set, signature, sse, written};

pub(super) fn error_type(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    }
}

pub(super) fn delta(words: &str) -> String {
    block_delta(0, &json!({"type": "text_delta", "text": words}))
}

fn block_delta(index: usize, delta: &Value) -> String {
    sse("content_block_delta", &json!({"type": "content_block_delta", "index": index, "delta": delta}))
}

fn block_start(index: usize, block: &Value) -> String {
    sse("content_block_start", &json!({"type": "content_block_start", "index": index, "content_block": block}))
}

/// A block in a stream, and the same block whole.
struct Block {
    start: Value,
    deltas: Vec<Value>,
    whole: Value,
}

fn blocks(reply: &Reply, issue: &Issue) -> Vec<Block> {
    let mut blocks = Vec::new();
    if !reply.thinking.is_empty() {
        let thought = |words: &str| json!({"type": "thinking_delta", "thinking": words});
        let mut deltas: Vec<Value> = pieces(&reply.thinking).iter().map(|piece| thought(piece)).collect();
        deltas.push(json!({"type": "signature_delta", "signature": signature(issue)}));
        let start = json!({"type": "thinking", "thinking": "", "signature": ""});
        let whole = json!({"type": "thinking", "thinking": reply.thinking, "signature": signature(issue)});
        blocks.push(Block { start, deltas, whole });
    }
    if !reply.text.is_empty() {
        let deltas = pieces(&reply.text).iter().map(|piece| json!({"type": "text_delta", "text": piece})).collect();
        let whole = json!({"type": "text", "text": reply.text});
        blocks.push(Block { start: json!({"type": "text", "text": ""}), deltas, whole });
    }
    for (at, (name, arguments)) in reply.calls.iter().enumerate() {
        let used = |input: &Value| json!({"type": "tool_use", "id": call_id(issue, at), "name": name, "input": input});
        let part = |piece: &String| json!({"type": "input_json_delta", "partial_json": piece});
        let deltas = pieces(&written(arguments)).iter().map(part).collect();
        blocks.push(Block { start: used(&json!({})), deltas, whole: used(arguments) });
    }
    blocks
}

pub(super) fn play(reply: &Reply, issue: &Issue) -> Play {
    let empty = reply.fault == Some(Fault::Empty);
    let blocks = if empty { Vec::new() } else { blocks(reply, issue) };
    let (input, output, cached) = reply.usage;
    let counts = json!({
        "input_tokens": input - cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached,
        "output_tokens": output,
    });
    let stop = match reply.stop {
        ReplyStop::Normal if reply.calls.is_empty() => "end_turn",
        ReplyStop::Normal => "tool_use",
        ReplyStop::Length => "max_tokens",
        ReplyStop::Refusal | ReplyStop::Filtered => "refusal",
    };
    let message = |content: Vec<Value>, stop: Value, usage: Value| {
        json!({
            "id": format!("msg_{}", issue.number), "type": "message", "role": "assistant", "model": issue.model,
            "content": content, "stop_reason": stop, "stop_sequence": null, "usage": usage,
        })
    };
    let mut first_counts = counts.clone();
    set(&mut first_counts, "output_tokens", json!(1));
    let start = json!({"type": "message_start", "message": message(Vec::new(), Value::Null, first_counts)});
    let ping = sse("ping", &json!({"type": "ping"}));
    let end = json!({
        "type": "message_delta",
        "delta": {"stop_reason": stop, "stop_sequence": null},
        "usage": {"output_tokens": output},
    });
    Play {
        opening: vec![sse("message_start", &start), ping],
        start_text: vec![block_start(0, &json!({"type": "text", "text": ""}))],
        body: blocks.iter().enumerate().flat_map(|(at, block)| block_frames(at, block)).collect(),
        ending: vec![sse("message_delta", &end), sse("message_stop", &json!({"type": "message_stop"}))],
        whole: message(blocks.into_iter().map(|block| block.whole).collect(), json!(stop), counts),
    }
}

fn block_frames(at: usize, block: &Block) -> Vec<String> {
    let mut frames = vec![block_start(at, &block.start)];
    frames.extend(block.deltas.iter().map(|delta| block_delta(at, delta)));
    frames.push(sse("content_block_stop", &json!({"type": "content_block_stop", "index": at})));
    frames
}
