//! The limits of every model call.

use std::sync::Arc;
use std::time::Duration;

use super::resolver::Lookup;

/// What a [`Connector`](super::Connector) is made from.
#[derive(Clone)]
pub struct LlmSettings {
    /// How long to wait for what.
    pub deadlines: Deadlines,
    /// How much to read.
    pub caps: Caps,
    /// `host` or `host:port` that a `base_url` may name although private or plain http.
    pub allowed_hosts: Vec<String>,
    /// PEM bundle of certificate authorities besides the system's.
    pub extra_ca: Option<Vec<u8>>,
    /// Calls at once with one key at one host; further ones wait. Profiles can only lower it.
    pub per_key_concurrency: usize,
    /// Name resolution; `None` is the system's.
    pub lookup: Option<Arc<dyn Lookup>>,
}

impl Default for LlmSettings {
    fn default() -> Self {
        Self {
            deadlines: Deadlines::default(),
            caps: Caps::default(),
            allowed_hosts: Vec::new(),
            extra_ca: None,
            per_key_concurrency: 64,
            lookup: None,
        }
    }
}

/// M50: how long one call may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Name resolution, connection and TLS.
    pub connect: Duration,
    /// From the request to the first event of the answer.
    pub first_event: Duration,
    /// Between two events; pings do not count.
    pub idle: Duration,
    /// The whole call, waiting for a free slot included.
    pub total: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        let s = Duration::from_secs;
        Self { connect: s(10), first_event: s(120), idle: s(60), total: s(600) }
    }
}

/// How much of an answer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// One line of an event stream, one event, bytes.
    pub line: usize,
    /// Text, thinking and tool arguments of one answer together, bytes.
    pub text: usize,
    /// Everything received for one answer, bytes.
    pub total: usize,
}

impl Default for Caps {
    fn default() -> Self {
        // The last event of OpenAI's stream holds the whole answer again, so a line may be longer than the text.
        Self { line: 8 << 20, text: 2 << 20, total: 64 << 20 }
    }
}
