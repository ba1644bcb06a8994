//! Google `streamGenerateContent`: the question.

use serde_json::{Map, Value, json};

use crate::adapters::llm::chat::{ChatRequest, ToolResult, ToolSpec, Turn};
use crate::adapters::llm::draft::OWN_ID;
use crate::adapters::llm::wire::json::{arguments, set};

/// The body of `POST /models/NAME:streamGenerateContent`.
pub(in super::super) fn body(request: &ChatRequest) -> Value {
    let mut body = json!({
        "contents": request.turns.iter().map(content).collect::<Vec<_>>(),
        "generationConfig": {"maxOutputTokens": request.max_output_tokens},
    });
    if !request.system.is_empty() {
        set(&mut body, "systemInstruction", json!({"parts": [{"text": request.system}]}));
    }
    if !request.tools.is_empty() {
        set(&mut body, "tools", json!([{"functionDeclarations": request.tools.iter().map(tool).collect::<Vec<_>>()}]));
    }
    body
}

fn tool(spec: &ToolSpec) -> Value {
    let mut declared = json!({"name": spec.name, "description": spec.description});
    // An object without properties is refused; a function without parameters is not.
    if spec.parameters.get("properties").and_then(Value::as_object).is_some_and(|p| !p.is_empty()) {
        set(&mut declared, "parameters", schema(&spec.parameters));
    }
    declared
}

/// Google takes a part of JSON Schema and refuses the rest.
fn schema(value: &Value) -> Value {
    let Some(fields) = value.as_object() else { return value.clone() };
    let mut taken = Map::new();
    for (field, value) in fields {
        let value = match field.as_str() {
            "type" | "description" | "required" | "enum" | "format" | "nullable" | "minimum" | "maximum"
            | "minItems" | "maxItems" => value.clone(),
            "items" => schema(value),
            "anyOf" => value.as_array().into_iter().flatten().map(schema).collect(),
            "properties" => {
                let inner = value.as_object().into_iter().flatten().map(|(name, inner)| (name.clone(), schema(inner)));
                Value::Object(inner.collect())
            }
            _ => continue,
        };
        taken.insert(field.clone(), value);
    }
    Value::Object(taken)
}

fn content(turn: &Turn) -> Value {
    match turn {
        Turn::User(words) => json!({"role": "user", "parts": [{"text": words}]}),
        Turn::Assistant { text, tool_calls, echo } => {
            let echoed = echo.of("google");
            if !echoed.is_empty() {
                return json!({"role": "model", "parts": echoed});
            }
            let words = (!text.is_empty()).then(|| json!({"text": text}));
            let calls =
                tool_calls.iter().map(|c| json!({"functionCall": {"name": c.name, "args": arguments(&c.arguments)}}));
            json!({"role": "model", "parts": words.into_iter().chain(calls).collect::<Vec<_>>()})
        }
        Turn::Tools(results) => json!({"role": "user", "parts": results.iter().map(result).collect::<Vec<_>>()}),
    }
}

fn result(result: &ToolResult) -> Value {
    let said = if result.is_error { json!({"error": result.output}) } else { json!({"output": result.output}) };
    let mut response = json!({"name": result.name, "response": said});
    if !result.call_id.starts_with(OWN_ID) {
        set(&mut response, "id", json!(result.call_id));
    }
    json!({"functionResponse": response})
}
