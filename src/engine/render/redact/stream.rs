//! The scan over a stream that comes in pieces.

use super::{REDACTED, Secrets};

/// How much is held back for one secret; a longer one (a private key without end) is dropped as it comes.
const MAX_HELD: usize = 256 * 1024;
/// How much of what is out already stays, to tell where a word begins.
const CONTEXT: usize = 4;

/// Redacts a text that comes in pieces cut anywhere: what may be the start of a secret waits for the next piece.
#[derive(Debug)]
pub struct RedactingStream {
    secrets: Secrets,
    held: String,
    /// How many bytes at the start of `held` are out already.
    sent: usize,
    dropping: Option<Dropping>,
}

/// A secret that was too long to hold back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dropping {
    /// Up to the next run of dashes.
    PrivateKey,
    /// Up to the end of the word.
    Token,
}

impl RedactingStream {
    /// A stream that knows `secrets`.
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets, held: String::new(), sent: 0, dropping: None }
    }

    /// Takes the next piece; gives what can safely leave.
    pub fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        if !self.end_dropping() {
            return String::new();
        }
        let mut safe = self.secrets.unfinished(&self.held);
        // From the last one back: a secret that ends behind `safe` waits whole.
        for hit in self.secrets.hits(&self.held).iter().rev() {
            if hit.range.start < safe && hit.range.end > safe {
                safe = hit.range.start;
            }
        }
        while !self.held.is_char_boundary(safe) {
            safe -= 1;
        }
        let mut out = self.take(safe);
        if self.held.len() - self.sent > MAX_HELD {
            out.push_str(REDACTED);
            self.drop_held();
        }
        out
    }

    /// The rest, at the end of the stream.
    pub fn finish(&mut self) -> String {
        let out = if self.dropping.is_none() { self.take(self.held.len()) } else { String::new() };
        self.held.clear();
        (self.sent, self.dropping) = (0, None);
        out
    }

    /// Forgets what is held and all that follows of the same secret.
    fn drop_held(&mut self) {
        let key = self.held.get(self.sent..).is_some_and(|rest| rest.starts_with("-----BEGIN"));
        self.dropping = Some(if key { Dropping::PrivateKey } else { Dropping::Token });
        self.held.clear();
        self.sent = 0;
    }

    /// Whether nothing is being dropped (any more).
    fn end_dropping(&mut self) -> bool {
        let end = match self.dropping {
            None => return true,
            Some(Dropping::PrivateKey) => self.held.find("-----"),
            Some(Dropping::Token) => self.held.find(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c)),
        };
        // A run of dashes may be cut, so its possible start stays.
        let keep = end.unwrap_or(self.held.len() - self.held.bytes().rev().take(4).take_while(|b| *b == b'-').count());
        self.held.drain(..keep);
        if end.is_some() {
            self.dropping = None;
        }
        end.is_some()
    }

    /// Gives `held` up to `end`, redacted, and keeps the rest.
    fn take(&mut self, end: usize) -> String {
        if end <= self.sent {
            return String::new();
        }
        let part = self.held.get(..end).unwrap_or_default();
        let mut out = String::new();
        let mut at = self.sent;
        for hit in self.secrets.hits(part).into_iter().filter(|hit| hit.range.end > self.sent) {
            out.push_str(part.get(at..hit.range.start).unwrap_or_default());
            out.push_str(REDACTED);
            at = hit.range.end;
        }
        out.push_str(part.get(at..).unwrap_or_default());
        let mut keep = end.saturating_sub(CONTEXT);
        while !self.held.is_char_boundary(keep) {
            keep -= 1;
        }
        self.sent = end - keep;
        self.held.drain(..keep);
        out
    }
}
