//! Starts the server and stops it when the last handle is dropped.

use std::io;
use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::hub::Hub;
use super::{entry, rest, webhook};

/// A running stand-in; clones share it, and it ends with the last of them.
#[derive(Clone)]
pub struct FakeGithub {
    hub: Arc<Hub>,
    _stop: Arc<DropGuard>,
}

impl Deref for FakeGithub {
    type Target = Hub;

    fn deref(&self) -> &Hub {
        &self.hub
    }
}

impl FakeGithub {
    /// Starts on a free port of 127.0.0.1 with an empty world: one App, no account, no repository.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let (post, letters) = mpsc::unbounded_channel();
        let hub = Arc::new(Hub::new(listener.local_addr()?, post)?);
        let stop = CancellationToken::new();
        tokio::spawn(stop.clone().run_until_cancelled_owned(webhook::post_office(Arc::clone(&hub), letters)));
        let door = entry::Door { rest: rest::router(Arc::clone(&hub)), hub: Arc::clone(&hub) };
        let app = Router::new().fallback(entry::enter).with_state(door);
        tokio::spawn(stop.clone().run_until_cancelled_owned(async move {
            let _ended = axum::serve(listener, app).await;
        }));
        Ok(Self { hub, _stop: Arc::new(stop.drop_guard()) })
    }
}
