//! An answer while it comes in: bounded, and ready to be cut off at any moment.

use std::collections::HashSet;

use serde_json::Value;

use super::chat::{ChatAnswer, Echo, Stop, ToolCall};
use super::error::{BadAnswer, ModelError, PartialText};
use super::status::ErrorFacts;
use super::tokens::estimate_tokens;
use crate::domain::money::Usage;

/// Ids that we gave, where the vendor gives none.
pub(super) const OWN_ID: &str = "bakeoff-";

/// Pieces (tool calls, blocks, items) that one answer may have.
pub(super) const MAX_PIECES: usize = 256;

/// Why reading an answer stopped early.
#[derive(Debug)]
pub(super) enum Fail {
    /// A cap is reached.
    TooLarge,
    /// Not the vendor's shape.
    Malformed,
    /// The vendor said it itself.
    Provider(ErrorFacts),
}

/// What has come so far.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) text: String,
    pub(super) calls: Vec<ToolCall>,
    pub(super) echo: Vec<Value>,
    pub(super) stop: Option<Stop>,
    /// A stop reason that we do not know.
    pub(super) odd_stop: Option<String>,
    /// The vendor said that nothing follows.
    pub(super) ended: bool,
    pub(super) usage: Option<Usage>,
    pub(super) skipped: u32,
    /// Anything came that costs tokens.
    pub(super) began: bool,
    ids: HashSet<String>,
    size: usize,
    kept: usize,
    cap: usize,
}

impl Draft {
    /// `cap` bounds text, thinking and arguments together, in bytes.
    pub(super) fn new(cap: usize) -> Self {
        Self { cap, ..Self::default() }
    }

    /// Counts content that is kept elsewhere.
    pub(super) fn grow(&mut self, bytes: usize) -> Result<(), Fail> {
        self.began |= bytes > 0;
        self.size = self.size.saturating_add(bytes);
        if self.size > self.cap { Err(Fail::TooLarge) } else { Ok(()) }
    }

    /// Adds words.
    pub(super) fn say(&mut self, words: &str) -> Result<(), Fail> {
        self.grow(words.len())?;
        self.text.push_str(words);
        Ok(())
    }

    /// Counts an item that repeats what was counted as it came, signatures included.
    pub(super) fn keep(&mut self, item: &Value) -> Result<(), Fail> {
        self.kept = self.kept.saturating_add(item.to_string().len());
        if self.kept > self.cap.saturating_mul(4) { Err(Fail::TooLarge) } else { Ok(()) }
    }

    /// Adds a call and tells the id it got.
    pub(super) fn call(&mut self, id: &str, name: &str, arguments: &str) -> String {
        let taken = id.is_empty() || !self.ids.insert(id.to_owned());
        let id = if taken { format!("{OWN_ID}{}", uuid::Uuid::new_v4().simple()) } else { id.to_owned() };
        let arguments = if arguments.trim().is_empty() { "{}" } else { arguments };
        self.calls.push(ToolCall { id: id.clone(), name: name.to_owned(), arguments: arguments.to_owned() });
        id
    }

    /// An event or item that we do not know.
    pub(super) fn skip(&mut self) {
        self.skipped = self.skipped.saturating_add(1);
    }

    /// Told usage, else estimated from what came; told output never hides what came after it.
    pub(super) fn usage_or(&self, input_estimate: i64) -> Usage {
        let came = i64::try_from(self.size).unwrap_or(i64::MAX).max(estimate_tokens(&self.text) * 3) / 3;
        let told = self.usage.unwrap_or(Usage { input_tokens: input_estimate, ..Usage::default() });
        Usage { output_tokens: told.output_tokens.max(came), ..told }
    }

    /// Cut off: the text so far and what it may cost.
    pub(super) fn cut_off(&mut self, input_estimate: i64, code: Option<String>) -> ModelError {
        let usage = self.usage_or(input_estimate);
        ModelError::CutOff { text: PartialText(std::mem::take(&mut self.text)), usage, code }
    }

    /// The finished answer, if its end is proven.
    pub(super) fn finish(mut self, wire: &'static str, input_estimate: i64) -> Result<ChatAnswer, ModelError> {
        let Some(stop) = self.stop else {
            let nothing = self.ended && !self.began && self.odd_stop.is_none();
            let code = self.odd_stop.take().and_then(|word| ErrorFacts::of_code(&word).code());
            return Err(if nothing { self.empty(input_estimate) } else { self.cut_off(input_estimate, code) });
        };
        let stop = self.settle(stop);
        if stop == Stop::End && self.text.trim().is_empty() {
            return Err(self.empty(input_estimate));
        }
        Ok(ChatAnswer {
            usage: self.usage.unwrap_or_else(|| self.usage_or(input_estimate)),
            usage_estimated: self.usage.is_none(),
            text: self.text,
            tool_calls: self.calls,
            stop,
            echo: Echo { wire, items: self.echo },
            skipped_events: self.skipped,
        })
    }

    /// Calls count by presence, not by stop reason; and not at all in an answer that is not whole.
    fn settle(&mut self, stop: Stop) -> Stop {
        match stop {
            Stop::End | Stop::ToolCalls if self.calls.is_empty() => Stop::End,
            Stop::End | Stop::ToolCalls => Stop::ToolCalls,
            other => {
                self.calls.clear();
                self.echo.clear();
                other
            }
        }
    }

    fn empty(&self, input_estimate: i64) -> ModelError {
        ModelError::BadAnswer { what: BadAnswer::Empty, usage: Some(self.usage_or(input_estimate)) }
    }
}
