//! Runs the program: listener and workers, until it is told to stop (M56).

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::adapters::queue::{Inbox, InboxSettings, LockError, QueueAdapter as _, ServeLock};
use crate::adapters::store::{Backend, sqlite_file};
use crate::engine::render::redact::Secrets;
use crate::entry::api::{self, AddressLimit, ApiState, Limit, Proxies, limited};
use crate::entry::web::{self, WebState};
use crate::entry::webhook::{self, Receiver};
use crate::entry::worker::Worker;
use crate::service::reconcile;

use super::app_watch;
use super::parts::{Parts, StartError, build_with, make_folder, open_store};
use super::settings::{Settings, WebAuth};

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

/// Opens the database, puts the program together and listens; of two processes on one SQLite file the second is
/// refused before it touches anything (F122).
pub async fn start(settings: Settings, secrets: Secrets, how: Start) -> Result<Running, StartError> {
    make_folder(&settings)?;
    let lock = take_lock(&settings)?;
    let parts = open(settings, secrets, how.migrate).await?;
    listen(parts, how.workers, lock).await
}

/// What `start` does beside listening.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// Whether this process works on jobs too.
    pub workers: bool,
    /// Whether it brings the schema up to date.
    pub migrate: bool,
}

/// Opens the database, migrated or checked, and puts the program together.
pub async fn open(settings: Settings, secrets: Secrets, migrate: bool) -> Result<Parts, StartError> {
    let store = open_store(&settings).await?;
    if migrate {
        store.migrate().await?;
    } else {
        store.check_schema().await?;
    }
    build_with(settings, store, secrets).await
}

/// Listens, and works unless told not to.
pub async fn serve(parts: Parts, with_workers: bool) -> Result<Running, StartError> {
    let lock = take_lock(&parts.settings)?;
    listen(parts, with_workers, lock).await
}

async fn listen(parts: Parts, with_workers: bool, lock: Option<ServeLock>) -> Result<Running, StartError> {
    if parts.services.store.backend() == Backend::Sqlite {
        // Only the holder of the lock file may: whatever was leased belongs to a process that is gone.
        parts.queue.take_back_all().await?;
    }
    let wanted = parts.settings.listen.clone();
    let listener = TcpListener::bind(&wanted)
        .await
        .map_err(|error| StartError::Io { what: format!("cannot listen on {wanted}"), error })?;
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
    app_watch::start(&parts, &stop);
    app_watch::tell_the_way(&parts, address).await?;
    tracing::info!(%address, "listening");
    Ok(Running { address, stop, server, workers, _lock: lock })
}

/// Works without listening, until `stop` fires.
pub async fn work(parts: Parts, stop: CancellationToken) -> Result<(), StartError> {
    let workers = start_workers(&parts, &stop).await?;
    app_watch::start(&parts, &stop);
    workers.await.map_err(|error| StartError::Other(error.into()))
}

/// The lock stands beside the database's file, wherever the data folder is.
fn take_lock(settings: &Settings) -> Result<Option<ServeLock>, StartError> {
    let Some(file) = sqlite_file(settings.database_url().expose_secret()) else { return Ok(None) };
    let mut path = file.canonicalize().unwrap_or(file).into_os_string();
    path.push(".lock");
    match ServeLock::acquire(path.as_ref()) {
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

/// Where the web view signs people in.
fn is_sign_in(path: &str) -> bool {
    path.starts_with("/login") || path.starts_with("/setup")
}

fn router(parts: &Parts, stop: &CancellationToken) -> Router {
    let settings = &parts.settings;
    let services = &parts.services;
    let receiver = Receiver::new(
        Inbox::start(services.store.clone(), InboxSettings::default()),
        services.app.clone(),
        Arc::clone(&services.clock),
        settings.pace.body_read,
    );
    let local = settings.web_auth == WebAuth::Local;
    let api = ApiState::new(services.clone(), settings.admin_token.as_ref(), stop.clone())
        .with_body_read(settings.pace.api_body_read)
        .with_token_limit(settings.limits.token);
    let proxies = Proxies::new(&settings.trusted_proxies);
    let of = |per_minute| AddressLimit::new(per_minute, &proxies);
    let limits = &settings.limits;
    let per_session = Limit::new(limits.session);
    let view = WebState::new(services.clone(), local, stop.clone())
        .with_admin_token(settings.admin_token.as_ref())
        .with_admins(&settings.admins, Arc::new(move |session| per_session.check(session)));
    let pages = limited(web::router(view), &of(limits.sign_in).on(is_sign_in));
    let rest = api::router(api, &settings.cors_origins);
    let all = Router::new()
        .merge(limited(webhook::router(receiver), &of(limits.webhook)))
        .merge(pages)
        .merge(limited(rest, &of(limits.address).on(|path| !api::is_watched(path))))
        .layer(axum::middleware::from_fn_with_state(local, super::root::root));
    api::finished(all)
}
