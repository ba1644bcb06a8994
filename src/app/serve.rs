//! Runs the program: listener and workers, until it is told to stop (M56).

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::adapters::crypto::WebhookSecrets;
use crate::adapters::queue::{Inbox, InboxSettings, LockError, QueueAdapter as _, ServeLock};
use crate::adapters::store::Backend;
use crate::entry::api::{self, ApiState};
use crate::entry::web::{self, WebState};
use crate::entry::webhook::{self, Receiver};
use crate::entry::worker::Worker;
use crate::service::reconcile;

use super::parts::{Parts, StartError};
use super::settings::WebAuth;

/// A program that listens.
#[derive(Debug)]
pub struct Running {
    /// The address it listens on.
    pub address: SocketAddr,
    stop: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
    workers: Option<JoinHandle<()>>,
    _lock: Option<ServeLock>,
}

impl Running {
    /// Stops taking requests and jobs, lets what is under way end within its grace, gives the rest back.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Some(workers) = self.workers
            && let Err(error) = workers.await
        {
            tracing::error!(%error, "the workers did not stop cleanly");
        }
        match self.server.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the listener failed"),
            Err(error) => tracing::error!(%error, "the listener did not stop cleanly"),
        }
    }

    /// Completes when the listener fails by itself; never in good health.
    pub async fn failed(&mut self) {
        drop((&mut self.server).await);
    }
}

/// Listens, and works unless told not to.
pub async fn serve(parts: Parts, with_workers: bool) -> Result<Running, StartError> {
    let lock = take_lock(&parts)?;
    if parts.services.store.backend() == Backend::Sqlite {
        // Only the holder of the lock file may: whatever was leased belongs to a process that is gone.
        parts.queue.take_back_all().await?;
    }
    let listen = parts.settings.listen.clone();
    let listener = TcpListener::bind(&listen)
        .await
        .map_err(|error| StartError::Io { what: format!("cannot listen on {listen}"), error })?;
    let address =
        listener.local_addr().map_err(|error| StartError::Io { what: "no address to listen on".into(), error })?;
    let stop = CancellationToken::new();
    let router = router(&parts, &stop);
    let stopped = stop.clone();
    let server = tokio::spawn(async move {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).with_graceful_shutdown(stopped.cancelled_owned()).await
    });
    let workers = if with_workers { Some(start_workers(&parts, &stop).await?) } else { None };
    tracing::info!(%address, "listening");
    Ok(Running { address, stop, server, workers, _lock: lock })
}

/// Works without listening, until `stop` fires.
pub async fn work(parts: Parts, stop: CancellationToken) -> Result<(), StartError> {
    let workers = start_workers(&parts, &stop).await?;
    workers.await.map_err(|error| StartError::Other(error.into()))
}

fn take_lock(parts: &Parts) -> Result<Option<ServeLock>, StartError> {
    if parts.services.store.backend() == Backend::Postgres {
        return Ok(None);
    }
    let path = parts.settings.data_dir.join("serve.lock");
    match ServeLock::acquire(&path) {
        Ok(lock) => Ok(Some(lock)),
        Err(LockError::Io(error)) => Err(StartError::Io { what: "the lock file cannot be used".into(), error }),
        Err(held @ LockError::Held) => Err(StartError::Other(held.into())),
    }
}

async fn start_workers(parts: &Parts, stop: &CancellationToken) -> Result<JoinHandle<()>, StartError> {
    reconcile::schedule(&parts.services).await?;
    let worker = Arc::new(Worker::new(parts.services.clone()));
    Ok(tokio::spawn(Arc::clone(&parts.queue).run(worker, stop.clone())))
}

fn router(parts: &Parts, stop: &CancellationToken) -> Router {
    let settings = &parts.settings;
    let services = &parts.services;
    let app_id = services.github.as_ref().map_or(0, crate::adapters::github::GitHub::app_id);
    let receiver = Receiver::new(
        Inbox::start(services.store.clone(), InboxSettings::default()),
        WebhookSecrets::new(&settings.webhook_secrets),
        app_id,
        Arc::clone(&services.clock),
        settings.pace.body_read,
    );
    let local = settings.web_auth == WebAuth::Local;
    let api = ApiState::new(services.clone(), settings.admin_token.as_ref(), app_id, stop.clone());
    Router::new()
        .merge(webhook::router(receiver))
        .merge(web::router(WebState::new(services.clone(), local)))
        .merge(api::router(api))
}
