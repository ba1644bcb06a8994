//! Anthropic Messages: the question.

use serde_json::{Value, json};

use crate::adapters::llm::chat::{ChatRequest, ToolSpec, Turn};
use crate::adapters::llm::wire::json::{arguments, set, text};

/// The body of `POST /messages`. A conversation with tools goes on for many turns, so it is marked for the cache;
/// what is asked once or twice would only pay the surcharge for writing there.
pub(in super::super) fn body(model: &str, request: &ChatRequest) -> Value {
    let cached = !request.tools.is_empty();
    let mut messages: Vec<Value> = request.turns.iter().map(message).collect();
    if cached {
        mark_newest(&mut messages);
    }
    let mut body = json!({
        "model": model,
        "max_tokens": request.max_output_tokens,
        "messages": messages,
        "stream": true,
    });
    if !request.tools.is_empty() {
        set(&mut body, "tools", request.tools.iter().map(tool).collect());
    }
    if !request.system.is_empty() {
        let mut block = json!({"type": "text", "text": request.system});
        if cached {
            // Tools stand before the system text, so this mark keeps both.
            set(&mut block, "cache_control", ephemeral());
        }
        set(&mut body, "system", json!([block]));
    }
    body
}

fn ephemeral() -> Value {
    json!({"type": "ephemeral"})
}

/// Marks the ends of the newest two turns that are ours: the last is written, the one before is read even where so
/// many blocks lie between them that the server would not look back that far. With the system text that makes three
/// of the four marks that are allowed.
fn mark_newest(messages: &mut [Value]) {
    let ours = messages.iter_mut().rev().filter(|message| text(message, "role") == "user");
    for message in ours.take(2) {
        if let Some(block) = message.pointer_mut("/content").and_then(Value::as_array_mut).and_then(|b| b.last_mut()) {
            set(block, "cache_control", ephemeral());
        }
    }
}

fn tool(spec: &ToolSpec) -> Value {
    json!({"name": spec.name, "description": spec.description, "input_schema": spec.parameters})
}

fn message(turn: &Turn) -> Value {
    match turn {
        Turn::User(words) => json!({"role": "user", "content": [{"type": "text", "text": words}]}),
        Turn::Assistant { text: words, tool_calls, echo } => {
            let echoed = echo.of("anthropic");
            if !echoed.is_empty() {
                return json!({"role": "assistant", "content": echoed});
            }
            let words = (!words.is_empty()).then(|| json!({"type": "text", "text": words}));
            let calls = tool_calls
                .iter()
                .map(|c| json!({"type": "tool_use", "id": c.id, "name": c.name, "input": arguments(&c.arguments)}));
            json!({"role": "assistant", "content": words.into_iter().chain(calls).collect::<Vec<_>>()})
        }
        Turn::Tools(results) => {
            let blocks = results.iter().map(|r| {
                json!({"type": "tool_result", "tool_use_id": r.call_id, "content": r.output, "is_error": r.is_error})
            });
            json!({"role": "user", "content": blocks.collect::<Vec<_>>()})
        }
    }
}
