//! A rough, rather generous count of tokens, for reservations and where a provider tells nothing.

use super::chat::{ChatRequest, Turn};

/// Tokens of `text`: one for three bytes of ASCII, one for every other character.
pub fn estimate_tokens(text: &str) -> i64 {
    let ascii = text.bytes().filter(u8::is_ascii).count();
    let other = text.chars().filter(|c| !c.is_ascii()).count();
    i64::try_from(ascii.div_ceil(3) + other).unwrap_or(i64::MAX)
}

/// Input tokens of a whole request, tools and earlier turns included.
pub fn estimate_request(request: &ChatRequest) -> i64 {
    let turns: i64 = request.turns.iter().map(|turn| 8 + turn_tokens(turn)).sum();
    let tools: i64 = request
        .tools
        .iter()
        .map(|t| 16 + estimate_tokens(&t.description) + estimate_tokens(&t.parameters.to_string()))
        .sum();
    16 + estimate_tokens(&request.system) + turns + tools
}

fn turn_tokens(turn: &Turn) -> i64 {
    match turn {
        Turn::User(text) => estimate_tokens(text),
        Turn::Assistant { text, tool_calls, echo } => {
            let calls: i64 = tool_calls.iter().map(|c| 16 + estimate_tokens(&c.arguments)).sum();
            let echoed: i64 = echo.items.iter().map(|item| estimate_tokens(&item.to_string())).sum();
            (estimate_tokens(text) + calls).max(echoed)
        }
        Turn::Tools(results) => results.iter().map(|r| 16 + estimate_tokens(&r.output)).sum(),
    }
}
