//! What the stand-ins remember.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::reply::Reply;

/// One request that a stand-in received.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenRequest {
    /// Path and query.
    pub path: String,
    /// Header names in lower case with their values, keys included.
    pub headers: Vec<(String, String)>,
    /// The body; `Null` when it was not JSON.
    pub body: Value,
    /// The model asked for; empty when none was named.
    pub model: String,
}

impl SeenRequest {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// How a model answers.
pub(super) enum Script {
    /// In order, the last one again and again.
    List { replies: Vec<Reply>, next: usize },
    /// By the request.
    With(Arc<dyn Fn(&SeenRequest) -> Reply + Send + Sync>),
}

/// Behind one lock.
#[derive(Default)]
pub(super) struct State {
    pub(super) scripts: HashMap<String, Script>,
    pub(super) requests: Vec<SeenRequest>,
    pub(super) key: Option<String>,
    /// Signatures that were handed out with a tool call, by the call's id or (Google) the tool's name.
    pub(super) signatures: HashMap<String, String>,
    pub(super) running: usize,
    pub(super) most_running: usize,
    /// For ids.
    pub(super) answers: u64,
}

impl State {
    /// The next reply of the model; `None` when it is unknown.
    pub(super) fn reply(&mut self, seen: &SeenRequest) -> Option<Reply> {
        match self.scripts.get_mut(&seen.model)? {
            Script::With(make) => Some(make(seen)),
            Script::List { replies, next } => {
                let reply = replies.get(*next).or(replies.last())?.clone();
                *next += 1;
                Some(reply)
            }
        }
    }
}

/// The state, shared by all connections.
#[derive(Default)]
pub(super) struct Shared(Mutex<State>);

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts an answer as running for as long as it lives.
pub(super) struct Running(Arc<Shared>);

impl Running {
    pub(super) fn start(shared: Arc<Shared>) -> Self {
        {
            let mut state = shared.lock();
            state.running += 1;
            state.most_running = state.most_running.max(state.running);
        }
        Self(shared)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
    }
}
