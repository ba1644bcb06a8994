//! OpenAI Responses: the question.

use serde_json::{Value, json};

use crate::adapters::llm::chat::{ChatRequest, ToolSpec, Turn};
use crate::adapters::llm::wire::json::{cache_key, set};

/// The body of `POST /responses`: nothing is stored there, so thinking comes encrypted and goes back with us.
pub(in super::super) fn body(model: &str, request: &ChatRequest) -> Value {
    let mut body = json!({
        "model": model,
        "input": request.turns.iter().flat_map(items).collect::<Vec<_>>(),
        "max_output_tokens": request.max_output_tokens,
        "prompt_cache_key": cache_key(request),
        "store": false,
        "stream": true,
    });
    if !request.system.is_empty() {
        set(&mut body, "instructions", json!(request.system));
    }
    if thinks(model) {
        set(&mut body, "include", json!(["reasoning.encrypted_content"]));
    }
    if !request.tools.is_empty() {
        set(&mut body, "tools", request.tools.iter().map(tool).collect());
    }
    body
}

/// The families before reasoning refuse to be asked for encrypted thinking.
fn thinks(model: &str) -> bool {
    let name = model.strip_prefix("ft:").unwrap_or(model);
    !["gpt-3", "gpt-4", "chatgpt-"].iter().any(|old| name.starts_with(old))
}

fn tool(spec: &ToolSpec) -> Value {
    json!({
        "type": "function",
        "name": spec.name,
        "description": spec.description,
        "parameters": spec.parameters,
        "strict": false,
    })
}

fn items(turn: &Turn) -> Vec<Value> {
    match turn {
        Turn::User(words) => vec![json!({"role": "user", "content": [{"type": "input_text", "text": words}]})],
        Turn::Assistant { text, tool_calls, echo } => {
            let echoed = echo.of("responses");
            if !echoed.is_empty() {
                return echoed.to_vec();
            }
            let words = (!text.is_empty())
                .then(|| json!({"role": "assistant", "content": [{"type": "output_text", "text": text}]}));
            let calls = tool_calls
                .iter()
                .map(|c| json!({"type": "function_call", "call_id": c.id, "name": c.name, "arguments": c.arguments}));
            words.into_iter().chain(calls).collect()
        }
        Turn::Tools(results) => results
            .iter()
            .map(|r| json!({"type": "function_call_output", "call_id": r.call_id, "output": r.output}))
            .collect(),
    }
}
