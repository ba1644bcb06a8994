//! Stateful stand-ins for the model providers on loopback: the four wires, strict, scriptable, with a memory.

mod reply;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

pub use reply::{Fault, Reply, ReplyStop};

use crate::domain::model::{Provider, Wire};

/// One request that a stand-in received.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenRequest {
    /// Path and query.
    pub path: String,
    /// Header names in lower case with their values, keys included.
    pub headers: Vec<(String, String)>,
    /// The body; `Null` when it was not JSON.
    pub body: Value,
    /// The model asked for.
    pub model: String,
}

/// All providers on one port of 127.0.0.1; stops when dropped.
pub struct FakeModels {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    scripts: HashMap<String, Vec<Reply>>,
    requests: Vec<SeenRequest>,
}

impl FakeModels {
    /// Starts on a free port.
    pub async fn start() -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        Ok(Self { address: listener.local_addr()?, state: Arc::default() })
    }

    /// `127.0.0.1:PORT`, for the allow list.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// What `model` answers, in order; the last reply repeats. A model without a script is unknown (404).
    pub fn script(&self, model: &str, replies: Vec<Reply>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.scripts.insert(model.to_owned(), replies);
    }

    /// The base URL of a provider's stand-in; `wire` does not change it.
    pub fn base_url(&self, provider: Provider, _wire: Wire) -> String {
        let path = match provider {
            Provider::OpenAi => "openai/v1",
            Provider::Anthropic => "anthropic/v1",
            Provider::Google => "google/v1beta",
            Provider::OpenAiCompatible => "compatible/v1",
        };
        format!("http://{}/{path}", self.address)
    }

    /// Everything received so far.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).requests.clone()
    }
}
