//! Google's chunks: `candidates` and `usageMetadata`.

use serde_json::{Value, json};

use super::super::reply::{Fault, Reply, ReplyStop};
use super::{Issue, Play, data, pieces, set, signature};

pub(super) fn error_status(status: u16) -> &'static str {
    match status {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        503 | 529 => "UNAVAILABLE",
        500.. => "INTERNAL",
        _ => "INVALID_ARGUMENT",
    }
}

pub(super) fn delta(words: &str) -> String {
    data(&json!({"candidates": [candidate(&[json!({"text": words})], "")], "modelVersion": "any"}))
}

fn candidate(parts: &[Value], finish: &str) -> Value {
    let mut candidate = json!({"content": {"parts": parts, "role": "model"}, "index": 0});
    if !finish.is_empty() {
        set(&mut candidate, "finishReason", json!(finish));
    }
    candidate
}

fn parts(reply: &Reply, issue: &Issue) -> Vec<Value> {
    let signed = !reply.thinking.is_empty();
    let mut parts = Vec::new();
    if signed {
        parts.push(json!({"text": reply.thinking, "thought": true}));
    }
    parts.extend(pieces(&reply.text).iter().map(|piece| json!({"text": piece})));
    for (at, (name, arguments)) in reply.calls.iter().enumerate() {
        let mut part = json!({"functionCall": {"name": name, "args": arguments}});
        if signed && at == 0 {
            set(&mut part, "thoughtSignature", json!(signature(issue)));
        }
        parts.push(part);
    }
    parts
}

pub(super) fn play(reply: &Reply, issue: &Issue) -> Play {
    let (input, output, cached) = reply.usage;
    let thoughts = if reply.thinking.is_empty() { 0 } else { output / 2 };
    let usage = json!({
        "promptTokenCount": input, "candidatesTokenCount": output - thoughts, "thoughtsTokenCount": thoughts,
        "totalTokenCount": input + output, "cachedContentTokenCount": cached,
    });
    let chunk =
        |candidates: Value| json!({"candidates": candidates, "usageMetadata": usage, "modelVersion": issue.model});
    let finish = match reply.stop {
        ReplyStop::Normal => "STOP",
        ReplyStop::Length => "MAX_TOKENS",
        ReplyStop::Refusal | ReplyStop::Filtered => "SAFETY",
    };
    if reply.fault == Some(Fault::Empty) {
        let whole = chunk(json!([candidate(&[], "STOP")]));
        let ending = vec![data(&whole)];
        return Play { opening: Vec::new(), start_text: Vec::new(), body: Vec::new(), ending, whole };
    }
    let parts = parts(reply, issue);
    let frame = |part: &Value| data(&chunk(json!([candidate(std::slice::from_ref(part), "")])));
    Play {
        opening: Vec::new(),
        start_text: Vec::new(),
        body: parts.iter().map(frame).collect(),
        ending: vec![data(&chunk(json!([candidate(&[json!({"text": ""})], finish)])))],
        whole: chunk(json!([candidate(&parts, finish)])),
    }
}
