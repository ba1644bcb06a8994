//! What a stand-in is told to answer.

use std::time::Duration;

use serde_json::Value;

/// One scripted answer, the same on every wire.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reply {
    /// The words.
    pub text: String,
    /// Tool calls: name and arguments; a string is sent letter by letter, where arguments are text.
    pub calls: Vec<(String, Value)>,
    /// Thinking before the words; signed where the provider signs.
    pub thinking: String,
    /// Input (cached included), output (reasoning included) and cached input tokens.
    pub usage: (i64, i64, i64),
    /// How it ends.
    pub stop: ReplyStop,
    /// Wait before the first byte.
    pub delay: Duration,
    /// What goes wrong.
    pub fault: Option<Fault>,
}

/// How a scripted answer ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReplyStop {
    /// As it should: end of turn, or tool calls.
    #[default]
    Normal,
    /// `max_output_tokens` reached.
    Length,
    /// The model declines; `text` is what it says.
    Refusal,
    /// The provider's filter.
    Filtered,
}

/// What goes wrong with a scripted answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// An HTTP error in the provider's shape.
    Status {
        /// The status.
        status: u16,
        /// Further headers, `retry-after` for instance.
        headers: Vec<(String, String)>,
        /// The provider's error code (`insufficient_quota`), empty for the usual one.
        code: String,
    },
    /// This status, content type and body, nothing else.
    Raw {
        /// The status.
        status: u16,
        /// Headers.
        headers: Vec<(String, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// The connection breaks after so many bytes of the body.
    CutAfterBytes(usize),
    /// The stream ends cleanly, without its last events.
    NoEnd,
    /// Headers, then nothing.
    SilenceAfterHeaders,
    /// The first half of the events, then nothing.
    SilenceHalfway,
    /// Headers and pings for ever.
    PingsForEver,
    /// The stream, a byte at a time with a pause after each.
    SlowBytes(Duration),
    /// Text without end.
    Endless,
    /// One event line of so many bytes.
    HugeLine(usize),
    /// 200 and no choices, candidates or output.
    Empty,
    /// An error object inside a 200 that is not a stream.
    ErrorInBody(String),
    /// An error event of this code before any text.
    ErrorFirst(String),
    /// An error event of this code after half of the text.
    ErrorHalfway(String),
    /// The answer as one JSON body instead of a stream.
    Whole,
    /// The answer as one JSON body that breaks after so many bytes.
    WholeCut(usize),
    /// The answer as one JSON body, a byte at a time with a pause after each.
    WholeSlow(Duration),
    /// The first half of the answer as one JSON body, then nothing.
    WholeSilence,
    /// An HTTP error whose body never ends.
    EndlessError(u16),
    /// The stream with CRLF line ends, cut into pieces of so many bytes.
    Chunked(usize),
    /// An event of an unknown kind in front of each real one.
    UnknownEvents,
    /// A redirect to this address.
    Redirect(String),
}

impl Reply {
    /// Says `text`; tokens as a tokenizer might count them.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        let output = i64::try_from(text.len() / 4 + 1).unwrap_or(i64::MAX);
        Self { text, usage: (1_000, output, 0), ..Self::default() }
    }

    /// Fails.
    pub fn fault(fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::text("The answer is forty-two.") }
    }

    /// An HTTP error in the provider's shape.
    pub fn status(status: u16) -> Self {
        Self::fault(Fault::Status { status, headers: Vec::new(), code: String::new() })
    }

    /// Input, output and cached input tokens.
    #[must_use]
    pub fn usage(mut self, input: i64, output: i64, cached: i64) -> Self {
        self.usage = (input, output, cached);
        self
    }

    /// Adds a tool call.
    #[must_use]
    pub fn call(mut self, name: &str, arguments: Value) -> Self {
        self.calls.push((name.to_owned(), arguments));
        self
    }

    /// Thinks first.
    #[must_use]
    pub fn thinking(mut self, thinking: &str) -> Self {
        thinking.clone_into(&mut self.thinking);
        self
    }

    /// Ends this way.
    #[must_use]
    pub fn stop(mut self, stop: ReplyStop) -> Self {
        self.stop = stop;
        self
    }

    /// Waits before the first byte.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// With this fault.
    #[must_use]
    pub fn with(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }
}
