//! Fresh databases for tests: SQLite always, Postgres too when `BAKEOFF_TEST_POSTGRES_URL` names a server.

use std::panic::AssertUnwindSafe;

use bakeoff::adapters::store::{Store, StoreOptions};
use futures::FutureExt;
use sqlx::{AssertSqlSafe, Connection};
use tempfile::TempDir;

/// A migrated database that nobody else uses.
pub struct TestDb {
    /// The store on it.
    pub store: Store,
    /// Its URL, for a second store or process.
    pub url: String,
    /// Where an SQLite file lies; empty for Postgres.
    pub dir: TempDir,
}

impl TestDb {
    async fn open(url: String, dir: TempDir) -> Self {
        let store = connect(&url).await;
        store.migrate().await.unwrap();
        Self { store, url, dir }
    }

    /// Another store on the same database, as a second process would have.
    pub async fn second(&self) -> Store {
        connect(&self.url).await
    }
}

async fn connect(url: &str) -> Store {
    let options = StoreOptions { pool_size: 4, acquire_timeout: std::time::Duration::from_secs(30), ..options() };
    Store::connect(url, options).await.unwrap()
}

/// Deadlines that a crowded test machine keeps.
fn options() -> StoreOptions {
    StoreOptions { busy_timeout: std::time::Duration::from_secs(30), ..StoreOptions::default() }
}

/// A fresh SQLite database.
pub async fn sqlite() -> TestDb {
    let dir = tempfile::tempdir().unwrap();
    TestDb::open(format!("sqlite://{}/test.db", dir.path().display()), dir).await
}

/// Runs the test on a fresh SQLite database, then on a fresh Postgres schema.
///
/// Without `BAKEOFF_TEST_POSTGRES_URL` the second half is left out, except on CI, where it fails.
pub async fn for_each_database(test: impl AsyncFn(&TestDb)) {
    let db = sqlite().await;
    test(&db).await;
    db.store.close().await;
    if let Some(server) = postgres_url() {
        on_postgres(&server, test).await;
    }
}

/// The server for tests, if there is one.
pub fn postgres_url() -> Option<String> {
    let url = std::env::var("BAKEOFF_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty());
    let ci = std::env::var("CI").is_ok_and(|v| v == "true");
    assert!(url.is_some() || !ci, "CI must set BAKEOFF_TEST_POSTGRES_URL");
    url
}

async fn on_postgres(server: &str, test: impl AsyncFn(&TestDb)) {
    let schema = format!("test_{}", uuid::Uuid::new_v4().simple());
    administer(server, format!("CREATE SCHEMA {schema}")).await;
    let joint = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{joint}options=-c%20search_path%3D{schema}");
    let db = TestDb::open(url, tempfile::tempdir().unwrap()).await;
    let outcome = AssertUnwindSafe(test(&db)).catch_unwind().await;
    // A test may still hold a connection when it panics: do not wait for those.
    drop(tokio::time::timeout(std::time::Duration::from_secs(5), db.store.close()).await);
    administer(server, format!("DROP SCHEMA {schema} CASCADE")).await;
    if let Err(panic) = outcome {
        eprintln!("the test failed on Postgres");
        std::panic::resume_unwind(panic);
    }
}

/// Runs one statement of ours on the server itself.
async fn administer(server: &str, sql: String) {
    let mut conn = sqlx::PgConnection::connect(server).await.unwrap();
    sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}
