//! OpenAI Chat Completions, as OpenAI and the many compatible servers speak it: the question.

use serde_json::{Value, json};

use crate::adapters::llm::chat::{ChatRequest, Echo, ToolCall, ToolSpec, Turn};
use crate::adapters::llm::wire::json::set;

/// The body of `POST /chat/completions`; OpenAI and the others differ in the name of the output limit.
pub(in super::super) fn body(model: &str, request: &ChatRequest, limit: &str) -> Value {
    let system = (!request.system.is_empty()).then(|| json!({"role": "system", "content": request.system}));
    let turns = request.turns.iter().flat_map(messages);
    let mut body = json!({
        "model": model,
        "messages": system.into_iter().chain(turns).collect::<Vec<_>>(),
        "stream": true,
        "stream_options": {"include_usage": true},
    });
    set(&mut body, limit, json!(request.max_output_tokens));
    if !request.tools.is_empty() {
        set(&mut body, "tools", request.tools.iter().map(tool).collect());
    }
    body
}

fn tool(spec: &ToolSpec) -> Value {
    let function = json!({"name": spec.name, "description": spec.description, "parameters": spec.parameters});
    json!({"type": "function", "function": function})
}

fn messages(turn: &Turn) -> Vec<Value> {
    match turn {
        Turn::User(words) => vec![json!({"role": "user", "content": words})],
        Turn::Assistant { text, tool_calls, echo } => vec![assistant(text, tool_calls, echo)],
        Turn::Tools(results) => {
            results.iter().map(|r| json!({"role": "tool", "tool_call_id": r.call_id, "content": r.output})).collect()
        }
    }
}

fn assistant(words: &str, tool_calls: &[ToolCall], echo: &Echo) -> Value {
    let echoed = echo.of("chat").first();
    let mut message = json!({"role": "assistant", "content": words});
    if !tool_calls.is_empty() {
        let extra = |id: &str| echoed.and_then(|e| e.get("calls")?.get(id)).cloned();
        set(&mut message, "tool_calls", tool_calls.iter().map(|call| written_call(call, extra(&call.id))).collect());
    }
    for (field, value) in echoed.and_then(|e| e.get("message")?.as_object()).into_iter().flatten() {
        set(&mut message, field, value.clone());
    }
    message
}

fn written_call(call: &ToolCall, extra: Option<Value>) -> Value {
    let function = json!({"name": call.name, "arguments": call.arguments});
    let mut written = json!({"id": call.id, "type": "function", "function": function});
    if let Some(extra) = extra {
        set(&mut written, "extra_content", extra);
    }
    written
}
