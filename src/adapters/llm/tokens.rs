//! A rough, rather generous count of tokens, for reservations and where a provider tells nothing.

use super::chat::{ChatRequest, ToolSpec, Turn};

/// Tokens of `text`: one for three bytes of ASCII, one for every other character.
pub fn estimate_tokens(text: &str) -> i64 {
    let ascii = text.bytes().filter(u8::is_ascii).count();
    let other = text.chars().filter(|c| !c.is_ascii()).count();
    i64::try_from(ascii.div_ceil(3) + other).unwrap_or(i64::MAX)
}

/// Input tokens of a whole request, tools and earlier turns included.
pub fn estimate_request(request: &ChatRequest) -> i64 {
    let rough = Count { text: estimate_tokens, turn: 8, item: 16 };
    16 + rough.of(request)
}

/// More input tokens than any provider counts for a request: one for every byte, which is the most that tokenizers over
/// bytes make, and what providers put around turns and tools.
pub fn most_tokens(request: &ChatRequest) -> i64 {
    let bytes = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    1_000 + Count { text: bytes, turn: 100, item: 100 }.of(request)
}

/// How a request is counted: its texts, and what is added for each turn and for each tool, call and result.
struct Count {
    text: fn(&str) -> i64,
    turn: i64,
    item: i64,
}

impl Count {
    fn of(&self, request: &ChatRequest) -> i64 {
        let turns: i64 = request.turns.iter().map(|turn| self.turn + self.of_turn(turn)).sum();
        let tool = |t: &ToolSpec| self.item + (self.text)(&t.description) + (self.text)(&t.parameters.to_string());
        let tools: i64 = request.tools.iter().map(tool).sum();
        (self.text)(&request.system) + turns + tools
    }

    fn of_turn(&self, turn: &Turn) -> i64 {
        match turn {
            Turn::User(text) => (self.text)(text),
            Turn::Assistant { text, tool_calls, echo } => {
                let calls: i64 = tool_calls.iter().map(|c| self.item + (self.text)(&c.arguments)).sum();
                let echoed: i64 = echo.items.iter().map(|item| (self.text)(&item.to_string())).sum();
                ((self.text)(text) + calls).max(echoed)
            }
            Turn::Tools(results) => results.iter().map(|r| self.item + (self.text)(&r.output)).sum(),
        }
    }
}
