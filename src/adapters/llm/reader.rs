//! Bytes of an answer to a draft: tells a stream from a whole JSON answer and from a web page by the first byte.

use serde_json::Value;

use super::draft::{Draft, Fail};
use super::sse::{SseEvent, SseReader};
use super::wire::{Decoder, Seen};

/// What the last bytes brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moved {
    /// At least one event that is no ping, or a piece of a whole answer.
    Yes,
    /// Nothing that counts.
    No,
    /// The last event.
    End,
    /// It is a web page.
    Html,
}

/// What kind of body it is.
enum Mode {
    /// Only blanks so far.
    Unknown,
    Stream(SseReader),
    Whole(Vec<u8>),
}

/// Reads one body.
pub(super) struct AnswerReader {
    decoder: Box<dyn Decoder>,
    mode: Mode,
    cap: usize,
}

impl AnswerReader {
    /// `cap` bounds a line, an event and a whole JSON answer, in bytes.
    pub(super) fn new(decoder: Box<dyn Decoder>, cap: usize) -> Self {
        Self { decoder, mode: Mode::Unknown, cap }
    }

    /// Takes the next bytes.
    pub(super) fn push(&mut self, draft: &mut Draft, mut bytes: &[u8]) -> Result<Moved, Fail> {
        if matches!(self.mode, Mode::Unknown) {
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
            self.mode = match bytes.first() {
                None => return Ok(Moved::No),
                Some(b'<') => return Ok(Moved::Html),
                Some(b'{' | b'[') => Mode::Whole(Vec::new()),
                Some(_) => Mode::Stream(SseReader::new(self.cap)),
            };
        }
        match &mut self.mode {
            Mode::Unknown => Ok(Moved::No),
            Mode::Whole(body) => {
                if body.len() + bytes.len() > self.cap {
                    return Err(Fail::TooLarge);
                }
                body.extend_from_slice(bytes);
                Ok(Moved::Yes)
            }
            Mode::Stream(reader) => {
                let events = reader.push(bytes).map_err(|_| Fail::TooLarge)?;
                self.take(draft, events)
            }
        }
    }

    fn take(&mut self, draft: &mut Draft, events: Vec<SseEvent>) -> Result<Moved, Fail> {
        let mut moved = Moved::No;
        for event in events {
            match self.decoder.event(draft, &event)? {
                Seen::Ping => {}
                Seen::Progress => moved = Moved::Yes,
                Seen::End => return Ok(Moved::End),
            }
        }
        Ok(moved)
    }

    /// The body ended as HTTP ends one.
    pub(super) fn end(&mut self, draft: &mut Draft) -> Result<(), Fail> {
        match &mut self.mode {
            Mode::Unknown => draft.ended = true,
            Mode::Whole(body) => {
                let body: Value = serde_json::from_slice(body).map_err(|_| Fail::Malformed)?;
                self.decoder.whole(draft, &body)?;
            }
            Mode::Stream(reader) => {
                let last = reader.end().map_err(|_| Fail::TooLarge)?;
                if !reader.is_event_stream() {
                    return Err(Fail::Malformed);
                }
                if let Some(event) = last {
                    self.take_last(draft, &event)?;
                }
            }
        }
        self.close(draft)
    }

    /// What ends in the middle of a line was cut off, not malformed.
    fn take_last(&mut self, draft: &mut Draft, event: &SseEvent) -> Result<(), Fail> {
        match self.decoder.event(draft, event) {
            Ok(_) | Err(Fail::Malformed) => Ok(()),
            Err(fail) => Err(fail),
        }
    }

    /// Nothing follows.
    pub(super) fn close(&mut self, draft: &mut Draft) -> Result<(), Fail> {
        self.decoder.close(draft)
    }
}
