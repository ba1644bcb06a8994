//! Stateful stand-ins for the model providers on loopback: the four wires, strict, scriptable, with a memory.

mod answer;
mod reply;
mod server;
mod state;
mod strict;
mod vendor;

use std::net::SocketAddr;
use std::sync::Arc;

pub use reply::{Fault, Reply, ReplyStop};
pub use state::SeenRequest;
use state::{Script, Shared};

use crate::domain::model::{Provider, Wire};

/// All providers on one port of 127.0.0.1; stops when dropped.
pub struct FakeModels {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

impl FakeModels {
    /// Starts on a free port.
    pub async fn start() -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::<Shared>::default();
        let router = server::router(shared.clone());
        let server = tokio::spawn(async move {
            // It only ends when it is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, shared, server })
    }

    /// `127.0.0.1:PORT`, for the allow list.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// What `model` answers, in order; the last reply repeats. A model without a script is unknown (404).
    pub fn script(&self, model: &str, replies: Vec<Reply>) {
        self.shared.lock().scripts.insert(model.to_owned(), Script::List { replies, next: 0 });
    }

    /// What `model` answers, made from each request.
    pub fn script_with(&self, model: &str, reply: impl Fn(&SeenRequest) -> Reply + Send + Sync + 'static) {
        self.shared.lock().scripts.insert(model.to_owned(), Script::With(Arc::new(reply)));
    }

    /// From now on every other key is rejected with 401; without this any key will do.
    pub fn require_key(&self, key: &str) {
        self.shared.lock().key = Some(key.to_owned());
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

    /// Everything received so far, refused requests included.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.shared.lock().requests.clone()
    }

    /// Requests that are being answered now.
    pub fn running(&self) -> usize {
        self.shared.lock().running
    }

    /// The most requests that were ever answered at once.
    pub fn most_running(&self) -> usize {
        self.shared.lock().most_running
    }
}

impl Drop for FakeModels {
    fn drop(&mut self) {
        self.server.abort();
    }
}
