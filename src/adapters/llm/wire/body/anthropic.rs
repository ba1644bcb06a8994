//! Anthropic Messages: the question.

use serde_json::{Value, json};

use crate::adapters::llm::chat::{ChatRequest, ToolSpec, Turn};
use crate::adapters::llm::wire::json::{arguments, set};

/// The body of `POST /messages`.
pub(in super::super) fn body(model: &str, request: &ChatRequest) -> Value {
    let messages: Vec<Value> = request.turns.iter().map(message).collect();
    let mut body = json!({
        "model": model,
        "max_tokens": request.max_output_tokens,
        "messages": messages,
        "stream": true,
    });
    if !request.system.is_empty() {
        set(&mut body, "system", json!(request.system));
    }
    if !request.tools.is_empty() {
        set(&mut body, "tools", request.tools.iter().map(tool).collect());
    }
    body
}

fn tool(spec: &ToolSpec) -> Value {
    json!({"name": spec.name, "description": spec.description, "input_schema": spec.parameters})
}

fn message(turn: &Turn) -> Value {
    match turn {
        Turn::User(words) => json!({"role": "user", "content": [{"type": "text", "text": words}]}),
        Turn::Assistant { text, tool_calls, echo } => {
            let echoed = echo.of("anthropic");
            if !echoed.is_empty() {
                return json!({"role": "assistant", "content": echoed});
            }
            let words = (!text.is_empty()).then(|| json!({"type": "text", "text": text}));
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
