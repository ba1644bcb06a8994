//! OpenAI's chat events: `chat.completion.chunk`s, a usage chunk, `[DONE]`.

use serde_json::{Value, json};

use super::super::reply::{Fault, Reply, ReplyStop};
use super::{Issue, Play, call_id, data, pieces, set, written};

pub(super) fn error_code(status: u16) -> &'static str {
    match status {
        401 => "invalid_api_key",
        403 => "permission_denied",
        404 => "model_not_found",
        429 => "rate_limit_exceeded",
        500.. => "server_error",
        _ => "invalid_value",
    }
}

fn chunk(model: &str, choices: &Value, usage: &Value) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_760_000_000, "model": model,
        "choices": choices, "usage": usage,
    })
}

fn choice(delta: &Value, finish: &Value) -> Value {
    json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}])
}

pub(super) fn delta(words: &str) -> String {
    data(&chunk("any", &choice(&json!({"content": words}), &Value::Null), &Value::Null))
}

fn deltas(reply: &Reply, issue: &Issue) -> Vec<Value> {
    let words = if reply.stop == ReplyStop::Refusal { "refusal" } else { "content" };
    let mut deltas: Vec<Value> =
        pieces(&reply.thinking).iter().map(|piece| json!({"reasoning_content": piece})).collect();
    deltas.extend(pieces(&reply.text).iter().map(|piece| json!({words: piece})));
    for (at, (name, arguments)) in reply.calls.iter().enumerate() {
        let head = json!({"index": at, "id": call_id(issue, at), "type": "function", "function": {"name": name, "arguments": ""}});
        deltas.push(json!({"tool_calls": [head]}));
        let part = |piece: &String| json!({"tool_calls": [{"index": at, "function": {"arguments": piece}}]});
        deltas.extend(pieces(&written(arguments)).iter().map(part));
    }
    deltas
}

fn message(reply: &Reply, issue: &Issue) -> Value {
    let refused = reply.stop == ReplyStop::Refusal;
    let words = |mine: bool| if mine { json!(reply.text) } else { Value::Null };
    let mut message = json!({"role": "assistant", "content": words(!refused), "refusal": words(refused)});
    if !reply.calls.is_empty() {
        let call = |(at, (name, arguments)): (usize, &(String, Value))| {
            let function = json!({"name": name, "arguments": written(arguments)});
            json!({"id": call_id(issue, at), "type": "function", "function": function})
        };
        set(&mut message, "tool_calls", reply.calls.iter().enumerate().map(call).collect());
    }
    message
}

pub(super) fn play(reply: &Reply, issue: &Issue) -> Play {
    let (input, output, cached) = reply.usage;
    let usage = json!({
        "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    });
    let finish = match reply.stop {
        ReplyStop::Normal if reply.calls.is_empty() => "stop",
        ReplyStop::Normal => "tool_calls",
        ReplyStop::Length => "length",
        ReplyStop::Refusal => "stop",
        ReplyStop::Filtered => "content_filter",
    };
    let frame = |delta: &Value, finish: &Value| data(&chunk(&issue.model, &choice(delta, finish), &Value::Null));
    let empty = reply.fault == Some(Fault::Empty);
    let finish_frame = frame(&json!({}), &json!(finish));
    let tail = [data(&chunk(&issue.model, &json!([]), &usage)), "data: [DONE]\n\n".to_owned()];
    let choices = json!([{"index": 0, "message": message(reply, issue), "finish_reason": finish}]);
    Play {
        opening: (!empty)
            .then(|| frame(&json!({"role": "assistant", "content": "", "refusal": null}), &Value::Null))
            .into_iter()
            .collect(),
        start_text: Vec::new(),
        body: if empty { Vec::new() } else { deltas(reply, issue).iter().map(|d| frame(d, &Value::Null)).collect() },
        ending: (!empty).then_some(finish_frame).into_iter().chain(tail).collect(),
        whole: json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1_760_000_000, "model": issue.model,
            "choices": choices, "usage": usage,
        }),
    }
}
