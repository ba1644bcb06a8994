//! The tools a model may call: pure functions over the pinned commit and an overlay in memory (M24).
//!
//! One row of `TOOLS` is one tool: its name, what the model is told about it, and the function. No tool reaches a
//! file system, a process or the network.

mod args;
mod change;
mod finish;
mod glob;
mod list;
mod read;
mod room;
mod scan;
mod search;

use std::time::Instant;

use serde_json::Value;

use crate::adapters::llm::{ToolCall, ToolResult, ToolSpec};
use crate::engine::context::clean::{Marker, fence_untrusted};

use args::Args;
pub use room::{Catalog, Room};

/// The most characters of one tool answer.
pub const MAX_ANSWER_CHARS: usize = 10_000;

/// The same without the markers around it.
const MAX_TEXT_CHARS: usize = MAX_ANSWER_CHARS - 200;

/// The most characters of all tool answers of one turn; calls past it are not run.
const MAX_TURN_CHARS: usize = 60_000;

/// What a tool came to: what the model reads, or the reason why it failed.
type Answer = Result<String, String>;

/// One tool.
struct Tool {
    name: &'static str,
    description: &'static str,
    parameters: fn() -> Value,
    run: fn(&mut Room<'_>, &Args) -> Answer,
}

/// Every tool, in the order in which the model is told.
const TOOLS: &[Tool] = &[
    list::TOOL,
    read::TOOL,
    search::TOOL,
    change::EDIT,
    change::CREATE,
    change::DELETE,
    change::APPLY_PATCH,
    finish::TOOL,
];

/// The tools as a request carries them.
pub fn specs() -> Vec<ToolSpec> {
    let spec = |tool: &Tool| ToolSpec {
        name: tool.name.to_owned(),
        description: tool.description.to_owned(),
        parameters: (tool.parameters)(),
    };
    TOOLS.iter().map(spec).collect()
}

/// One call as it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What goes back to the model.
    pub result: ToolResult,
    /// The tool, or "unknown tool": fit for people.
    pub tool: &'static str,
    /// The path or pattern it was about, for the log.
    pub about: String,
    /// What a failure is told by, to see that it comes again.
    pub failure: Option<String>,
}

/// Answers the calls of one turn in order, each once.
pub fn answer(room: &mut Room<'_>, calls: &[ToolCall]) -> Vec<Done> {
    let mut all = Vec::with_capacity(calls.len());
    let (mut characters, mut failed) = (0, false);
    for call in calls {
        let tool = TOOLS.iter().find(|tool| tool.name == call.name);
        let outcome = if characters > MAX_TURN_CHARS {
            Err("not run: the results of this turn are too long already; call it again".to_owned())
        } else if Instant::now() >= room.stop_at {
            Err("not run: the calls before it took too long; call it again".to_owned())
        } else if failed && tool.is_some_and(|tool| tool.name == finish::TOOL.name) {
            Err("not finished, because an earlier call of this turn failed; look at its result first".to_owned())
        } else {
            run(room, tool, call)
        };
        failed |= outcome.is_err();
        let done = told(call, tool, outcome);
        characters += done.result.output.len();
        all.push(done);
    }
    all
}

fn run(room: &mut Room<'_>, tool: Option<&Tool>, call: &ToolCall) -> Answer {
    let Some(tool) = tool else {
        let names: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
        return Err(format!("there is no such tool; the tools are {}", names.join(", ")));
    };
    (tool.run)(room, &Args::parse(&call.arguments)?)
}

fn told(call: &ToolCall, tool: Option<&Tool>, outcome: Answer) -> Done {
    let is_error = outcome.is_err();
    let text = cut(outcome.unwrap_or_else(|reason| reason));
    let name = tool.map_or("unknown tool", |tool| tool.name);
    let failure = is_error.then(|| format!("{name}\n{}\n{text}", call.arguments));
    let output = fenced(&text);
    let result = ToolResult { call_id: call.id.clone(), name: call.name.clone(), output, is_error };
    Done {
        result,
        tool: name,
        about: Args::parse(&call.arguments).map(|args| args.about()).unwrap_or_default(),
        failure,
    }
}

/// What comes from the repository is data: it stands between markers that it cannot forge (M22).
fn fenced(text: &str) -> String {
    // A forged marker is as likely as a guessed key; fresh ones settle even that.
    let marked = (0..3).find_map(|_| fence_untrusted("result", text, &Marker::random()).ok());
    marked.unwrap_or_else(|| "the result could not be marked off safely".to_owned())
}

/// At most [`MAX_TEXT_CHARS`], with an honest note.
fn cut(text: String) -> String {
    let all = text.chars().count();
    if all <= MAX_TEXT_CHARS {
        return text;
    }
    let kept = MAX_TEXT_CHARS - 100;
    let head: String = text.chars().take(kept).collect();
    format!("{head}\n[cut: only the first {kept} of {all} characters are shown]")
}
