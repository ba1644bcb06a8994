//! All SQL: one text for SQLite and Postgres, one file for each family of tables.
//!
//! Every query is a free function that takes a [`Conn`], so that a use case decides by itself what
//! happens in one transaction ([`Store::begin`]) and what is merely read ([`Store::read`]).
//! A status changes only as a compare-and-set that says whether it happened (I3).

pub mod answers;
pub mod app_credentials;
pub mod audit;
pub mod budget_warnings;
pub mod charges;
pub mod commands;
pub mod deliveries;
pub mod effects;
pub mod installations;
pub mod jobs;
pub mod messages;
pub mod meta;
pub mod models;
pub mod page;
pub mod picks;
pub mod pulls;
pub mod repos;
pub mod rounds;
pub mod run_logs;
pub mod runs;
pub mod sessions;
pub mod setup_secrets;
pub mod spending;
pub mod standings;
pub mod tasks;
pub mod threads;
pub mod tokens;
pub mod usage;
pub mod votes;
pub mod watches;

mod connect;
mod error;
mod migrate;
mod options;
pub(in crate::adapters) mod row;
mod run_steps;
mod upkeep;
mod version;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::{Any, AnyPool, Transaction, pool::PoolConnection};
use tokio::sync::{Notify, broadcast};

use crate::domain::ids::RunId;

pub use connect::sqlite_file;
pub use error::StoreError;
pub use options::{Backend, StoreOptions};
pub use version::Version;

/// A connection of either engine, as every query function takes it.
pub type Conn = sqlx::AnyConnection;

/// The database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    backend: Backend,
    writer: AnyPool,
    readers: AnyPool,
    jobs_added: Arc<Notify>,
    run_changes: broadcast::Sender<RunId>,
    wal_index: Option<Arc<version::WalIndex>>,
}

impl Store {
    /// Opens the database at `url` (`sqlite://PATH` or `postgres://…`); a missing SQLite file is made,
    /// readable by its owner only. Refuses a file that is damaged, write-protected or no database (F118).
    pub async fn connect(url: &str, options: StoreOptions) -> Result<Self, StoreError> {
        connect::connect(url, options).await
    }

    /// Brings the schema up to date in one transaction (F030); refuses a database that a newer
    /// bakeoff has changed (F124).
    pub async fn migrate(&self) -> Result<(), StoreError> {
        migrate::run(self).await
    }

    /// Fails unless the schema is exactly the one this program knows.
    pub async fn check_schema(&self) -> Result<(), StoreError> {
        migrate::check(self).await
    }

    /// The files of `migrations/` that this program holds, oldest first.
    pub fn migration_files() -> Vec<String> {
        migrate::files()
    }

    /// Starts a writing transaction; without [`Tx::commit`] it leaves nothing behind.
    /// [`StoreError::Busy`] when the database is not free within the configured deadline.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let inner = match self.backend {
            // Taken at once: a read that turns into a write would fail when another process wrote meanwhile.
            Backend::Sqlite => self.writer.begin_with("BEGIN IMMEDIATE").await,
            Backend::Postgres => self.writer.begin().await,
        };
        let inner = inner.map_err(|error| self.sorted(error))?;
        let (jobs_added, run_changes) = (Arc::clone(&self.jobs_added), self.run_changes.clone());
        Ok(Tx { inner, jobs_added, wake: false, run_changes, changed: Vec::new() })
    }

    /// A connection for reading only.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        let inner = self.readers.acquire().await;
        Ok(Reader(inner.map_err(|error| self.sorted(error))?))
    }

    /// A pool that waited in vain without holding one connection did not wait for others: the server is not there.
    fn sorted(&self, error: sqlx::Error) -> StoreError {
        match error {
            sqlx::Error::PoolTimedOut if self.backend == Backend::Postgres && self.readers.size() == 0 => {
                StoreError::Unavailable(error)
            }
            other => other.into(),
        }
    }

    /// Which engine it is.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Woken by the commit of every transaction that called [`Tx::wake_queue`] in this process.
    pub fn jobs_added(&self) -> Arc<Notify> {
        Arc::clone(&self.jobs_added)
    }

    /// Told of every run that a committed transaction of this process has named with [`Tx::run_changed`]. Who falls
    /// behind misses some, and is told that.
    pub fn run_changes(&self) -> broadcast::Receiver<RunId> {
        self.run_changes.subscribe()
    }

    /// A version that every commit changes, whichever process made it, before that commit returns: what was read after
    /// one is still true while it stays the same. `None` where it cannot be told (Postgres).
    pub fn version(&self) -> Option<Version> {
        self.wal_index.as_ref()?.version()
    }

    /// Writes a consistent copy of the SQLite database to `file`, which must not exist; writers go on.
    pub async fn backup(&self, file: &std::path::Path) -> Result<(), StoreError> {
        upkeep::backup(self, file).await
    }

    /// Reads the whole SQLite database looking for damage; on Postgres only asks for a sign of life.
    pub async fn integrity_check(&self) -> Result<(), StoreError> {
        upkeep::integrity_check(self).await
    }

    /// Closes every connection; waits for those in use.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// A writing transaction. Give it up after [`StoreError::Full`]: SQLite has ended it by then, and what is
/// written through it afterwards would stand alone.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Any>,
    jobs_added: Arc<Notify>,
    wake: bool,
    run_changes: broadcast::Sender<RunId>,
    changed: Vec<RunId>,
}

impl Tx {
    /// Makes everything durable, then wakes the queue if asked, and whoever follows the runs that changed.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.inner.commit().await?;
        if self.wake {
            self.jobs_added.notify_waiters();
            self.jobs_added.notify_one();
        }
        for run in self.changed {
            // Nobody looks: nobody misses it.
            self.run_changes.send(run).ok();
        }
        Ok(())
    }

    /// Undoes everything and waits for that; dropping does the same in the background.
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.inner.rollback().await?)
    }

    /// Says that a run's log or status changed, so that the commit wakes whoever follows it.
    pub fn run_changed(&mut self, run: RunId) {
        self.changed.push(run);
    }

    /// Says that jobs were added, so that the commit wakes whoever waits for them.
    pub fn wake_queue(&mut self) {
        self.wake = true;
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.inner
    }
}

/// A pooled connection for reading.
#[derive(Debug)]
pub struct Reader(PoolConnection<Any>);

impl Deref for Reader {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}
