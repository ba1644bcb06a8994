//! Opening the database: the file and its settings on SQLite, the session's deadlines on Postgres.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row};
use tokio::sync::{Notify, broadcast};
use tokio::time::Instant;

use super::version::WalIndex;
use super::{Backend, Conn, Store, StoreError, StoreOptions};

/// Above this size the look for damage is left to `bakeoff doctor`: a start must take seconds.
const CHECKED_AT_START_BYTES: u64 = 64 * 1024 * 1024;

/// How soon a server that refused is tried again.
const RETRY: Duration = Duration::from_millis(250);

/// Changes of runs kept for followers that are busy.
const CHANGES_KEPT: usize = 1024;

pub(super) async fn connect(url: &str, options: StoreOptions) -> Result<Store, StoreError> {
    sqlx::any::install_default_drivers();
    if let Some(path) = sqlite_path(url) {
        return sqlite(&path?, &options).await;
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return postgres(url, &options).await;
    }
    Err(StoreError::Unusable("the database URL must start with sqlite:// or postgres://".into()))
}

async fn sqlite(path: &Path, options: &StoreOptions) -> Result<Store, StoreError> {
    create_private(path)?;
    let target = sqlite_target(path)?;
    let writer_pragmas = pragmas(options, false);
    probe(&target, &writer_pragmas, path).await?;
    // A connection in this pool is never given up: it is the one writer.
    let writer = pool(options, 1, writer_pragmas).idle_timeout(None).max_lifetime(None);
    let readers = pool(options, options.pool_size, pragmas(options, true));
    Ok(Store {
        backend: Backend::Sqlite,
        writer: writer.connect_with(target.clone()).await?,
        readers: readers.connect_with(target).await?,
        jobs_added: Arc::new(Notify::new()),
        run_changes: broadcast::Sender::new(CHANGES_KEPT),
        wal_index: Some(Arc::new(WalIndex::of(path))),
    })
}

async fn postgres(url: &str, options: &StoreOptions) -> Result<Store, StoreError> {
    let target = AnyConnectOptions::from_str(url)
        .map_err(|_| StoreError::Unusable("the database URL cannot be read".into()))?
        .disable_statement_logging();
    let session = format!(
        "SET lock_timeout = {}; SET statement_timeout = {}; SET idle_in_transaction_session_timeout = {}",
        options.busy_timeout.as_millis(),
        options.statement_timeout.as_millis(),
        options.statement_timeout.as_millis() * 2,
    );
    reach(&target, options.acquire_timeout).await?;
    let all = pool(options, options.pool_size, session).connect_with(target).await?;
    Ok(Store {
        backend: Backend::Postgres,
        writer: all.clone(),
        readers: all,
        jobs_added: Arc::new(Notify::new()),
        run_changes: broadcast::Sender::new(CHANGES_KEPT),
        wal_index: None,
    })
}

/// One connection outside the pool, which would call a server that does not answer "busy". It may be starting just now.
async fn reach(target: &AnyConnectOptions, patience: Duration) -> Result<(), StoreError> {
    let over = Instant::now() + patience;
    loop {
        let error = match tokio::time::timeout_at(over, target.connect()).await {
            Ok(Ok(conn)) => return Ok(conn.close().await?),
            Ok(Err(error)) => StoreError::from(error),
            Err(_) => return Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)),
        };
        if !matches!(error, StoreError::Unavailable(_)) || Instant::now() + RETRY >= over {
            return Err(error);
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// A pool whose connections run `setup` first.
fn pool(options: &StoreOptions, size: u32, setup: String) -> AnyPoolOptions {
    let setup: Arc<str> = setup.into();
    AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(options.acquire_timeout)
        .after_connect(move |conn, _meta| {
            let setup = Arc::clone(&setup);
            Box::pin(async move { conn.execute(AssertSqlSafe(setup)).await.map(drop) })
        })
        // On a full disk SQLite ends the transaction by itself; sqlx then believes it open for ever and could
        // begin no other on that connection. A fresh one takes its place.
        .before_acquire(|conn, _meta| Box::pin(std::future::ready(Ok(!conn.is_in_transaction()))))
}

/// Pages of 8 KiB hold a usual delivery in one or two; statement journals stay in memory, and the cache and
/// the log are large enough for a batch of deliveries: together they halve the cost of storing one.
fn pragmas(options: &StoreOptions, read_only: bool) -> String {
    format!(
        "PRAGMA page_size = 8192; PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = {}; \
         PRAGMA wal_autocheckpoint = 2000; PRAGMA journal_size_limit = 67108864; PRAGMA query_only = {};",
        options.busy_timeout.as_millis(),
        if read_only { -2_000 } else { -8_192 },
        if read_only { "ON" } else { "OFF" },
    )
}

/// One connection outside the pools, because a pool would repeat a failing setup until its deadline.
async fn probe(target: &AnyConnectOptions, setup: &str, path: &Path) -> Result<(), StoreError> {
    let mut conn: Conn = target.connect().await?;
    let outcome = probe_with(&mut conn, setup, path).await;
    // Nothing hangs on how this connection ends.
    drop(conn.close().await);
    outcome
}

async fn probe_with(conn: &mut Conn, setup: &str, path: &Path) -> Result<(), StoreError> {
    conn.execute(AssertSqlSafe(setup.to_owned())).await?;
    let size = std::fs::metadata(path).map(|m| m.len()).unwrap_or_default();
    if size <= CHECKED_AT_START_BYTES {
        let answer: String = sqlx::query("PRAGMA quick_check(1)").fetch_one(&mut *conn).await?.try_get(0)?;
        if answer != "ok" {
            return Err(StoreError::Unusable(super::error::DAMAGED.into()));
        }
    }
    conn.execute("BEGIN IMMEDIATE; ROLLBACK").await?;
    Ok(())
}

/// The file named by a readable SQLite URL.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    sqlite_path(url)?.ok()
}

/// The file named by an SQLite URL; `None` for another scheme.
fn sqlite_path(url: &str) -> Option<Result<PathBuf, StoreError>> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let path = rest.split_once('?').map_or(rest, |(path, _)| path);
    let bad = || StoreError::Unusable("the SQLite URL must name a file: sqlite://PATH".into());
    Some(match percent_decode_str(path).decode_utf8() {
        Ok(path) if !path.is_empty() && path != ":memory:" => Ok(PathBuf::from(path.as_ref())),
        _ => Err(bad()),
    })
}

fn sqlite_target(path: &Path) -> Result<AnyConnectOptions, StoreError> {
    const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'?').add(b'#').add(b'"').add(b'<').add(b'>');
    let unusable = || StoreError::Unusable("the path of the database cannot be used".into());
    let full = std::path::absolute(path).map_err(|_| unusable())?;
    let text = full.to_str().ok_or_else(unusable)?;
    let url = format!("sqlite://{}", utf8_percent_encode(text, ESCAPED));
    Ok(AnyConnectOptions::from_str(&url).map_err(|_| unusable())?.disable_statement_logging())
}

/// Makes the file before SQLite does, so that nobody else can read it (nor its log, which copies the mode).
fn create_private(path: &Path) -> Result<(), StoreError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(StoreError::Unusable(format!("the database file cannot be made: {}", e.kind()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_urls_name_a_file() {
        let path = |url| sqlite_path(url).map(Result::ok);
        assert_eq!(path("sqlite:///var/a%20b.db"), Some(Some("/var/a b.db".into())));
        assert_eq!(path("sqlite://data/x.db?mode=rwc"), Some(Some("data/x.db".into())));
        assert_eq!(path("sqlite:x.db"), Some(Some("x.db".into())));
        assert_eq!(
            (path("sqlite://"), path("sqlite::memory:"), path("postgres://h/d")),
            (Some(None), Some(None), None)
        );
    }
}
