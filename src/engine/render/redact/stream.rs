//! The scan over a stream that comes in pieces.

use super::Secrets;

/// Redacts a text that comes in pieces cut anywhere: what may be the start of a secret waits for the next piece.
#[derive(Debug)]
pub struct RedactingStream {
    secrets: Secrets,
    held: String,
}

impl RedactingStream {
    /// A stream that knows `secrets`.
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets, held: String::new() }
    }

    /// Takes the next piece; gives what can safely leave.
    pub fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        String::new()
    }

    /// The rest, at the end of the stream.
    pub fn finish(&mut self) -> String {
        let held = std::mem::take(&mut self.held);
        self.secrets.redact(&held).into_owned()
    }
}
