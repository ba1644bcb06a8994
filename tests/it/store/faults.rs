//! What the database does when it is busy, full, damaged, or copied while it works.

use std::time::{Duration, Instant};

use bakeoff::adapters::store::{Backend, Store, StoreError, StoreOptions, meta, runs};
use sqlx::Executor;

use super::rows::{NOW, scene};
use crate::support::databases::{TestDb, for_each_database, sqlite};

fn hasty() -> StoreOptions {
    StoreOptions {
        busy_timeout: Duration::from_millis(50),
        acquire_timeout: Duration::from_millis(50),
        pool_size: 2,
        ..StoreOptions::default()
    }
}

async fn hasty_store(db: &TestDb) -> Store {
    let patient = StoreOptions { acquire_timeout: Duration::from_secs(30), ..hasty() };
    Store::connect(&db.url, patient).await.unwrap()
}

#[tokio::test]
async fn f115_a_locked_database_is_busy_within_its_deadline() {
    for_each_database(async |db| {
        let mut setup = db.store.begin().await.unwrap();
        meta::set(&mut setup, "held", "0").await.unwrap();
        setup.commit().await.unwrap();

        let other = hasty_store(db).await;
        let mut holder = db.store.begin().await.unwrap();
        meta::set(&mut holder, "held", "1").await.unwrap();
        let asked = Instant::now();
        let error = match other.begin().await {
            // Postgres locks rows, not the database.
            Ok(mut tx) => meta::set(&mut tx, "held", "2").await.unwrap_err(),
            Err(error) => error,
        };
        assert!(matches!(error, StoreError::Busy) && error.is_temporary(), "{error:?}");
        assert!(asked.elapsed() < Duration::from_secs(20), "long before the other gave way");
        holder.commit().await.unwrap();
        let mut tx = other.begin().await.unwrap();
        meta::set(&mut tx, "held", "3").await.unwrap();
        tx.commit().await.unwrap();
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn f115_a_writer_in_the_same_process_is_waited_for_then_it_is_busy() {
    let db = sqlite().await;
    let store = Store::connect(&db.url, hasty()).await.unwrap();
    let holder = store.begin().await.unwrap();
    assert!(matches!(store.begin().await, Err(StoreError::Busy)));
    drop(store.read().await.unwrap());
    holder.rollback().await.unwrap();
    store.begin().await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn f116_a_full_disk_is_told_and_nothing_is_half_written() {
    let db = sqlite().await;
    let mut tx = db.store.begin().await.unwrap();
    let (.., run) = scene(&mut tx).await;
    tx.commit().await.unwrap();

    let mut tx = db.store.begin().await.unwrap();
    // The same answer as a full disk gives: no page more.
    tx.execute("PRAGMA max_page_count = 1").await.unwrap();
    meta::set(&mut tx, "small", "x").await.unwrap();
    let error = meta::set(&mut tx, "large", &"x".repeat(1_000_000)).await.unwrap_err();
    assert!(matches!(error, StoreError::Full) && error.is_temporary(), "{error:?}");
    drop(tx);

    let mut tx = db.store.begin().await.unwrap();
    tx.execute("PRAGMA max_page_count = 1073741823").await.unwrap();
    assert_eq!(meta::get(&mut tx, "small").await.unwrap(), None);
    assert!(runs::start(&mut tx, run.id, NOW).await.unwrap().is_some());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        meta::set(&mut tx, "gone", "x").await.unwrap();
        drop(tx);
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(meta::get(&mut tx, "gone").await.unwrap(), None);
        tx.rollback().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn f118_what_is_no_database_is_refused_in_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    let url = format!("sqlite://{}", path.display());
    std::fs::write(&path, "This is a letter, not a database. ".repeat(200)).unwrap();
    let error = Store::connect(&url, StoreOptions::default()).await.unwrap_err();
    assert!(matches!(error, StoreError::Unusable(_)), "{error:?}");
    assert!(error.to_string().contains("damaged or is not an SQLite database"), "{error}");
}

#[tokio::test]
async fn f118_a_damaged_database_is_refused_in_a_sentence() {
    let db = sqlite().await;
    db.store.close().await;
    let path = db.dir.path().join("test.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let error = Store::connect(&db.url, StoreOptions::default()).await.unwrap_err();
    assert!(matches!(error, StoreError::Unusable(_)), "{error:?}");
}

#[tokio::test]
async fn f118_urls_and_places_that_cannot_be_are_refused_in_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = format!("sqlite://{}/no/such/folder/x.db", dir.path().display());
    for (url, part) in [
        ("mysql://h/d", "sqlite:// or postgres://"),
        ("sqlite://", "must name a file"),
        ("sqlite::memory:", "must name a file"),
        (nowhere.as_str(), "cannot be made"),
    ] {
        let error = Store::connect(url, StoreOptions::default()).await.unwrap_err();
        assert!(error.to_string().contains(part), "{url}: {error}");
        assert!(!error.to_string().contains(&*dir.path().to_string_lossy()), "{error}");
    }
}

#[tokio::test]
async fn m55_the_pragmas_hold_on_every_connection() {
    use sqlx::Row;
    let db = sqlite().await;
    let mut tx = db.store.begin().await.unwrap();
    let mut reader = db.store.read().await.unwrap();
    for (name, expected) in [("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30_000), ("trusted_schema", 0)] {
        let sql = sqlx::AssertSqlSafe(format!("PRAGMA {name}"));
        for conn in [&mut *tx, &mut *reader] {
            let row = sqlx::query(sqlx::AssertSqlSafe(sql.0.clone())).fetch_one(conn).await.unwrap();
            assert_eq!(row.get::<i64, _>(0), expected, "{name}");
        }
    }
    let mode: String = sqlx::query("PRAGMA journal_mode").fetch_one(&mut *tx).await.unwrap().get(0);
    assert_eq!(mode, "wal");
    let refused = meta::set(&mut reader, "x", "y").await;
    assert!(matches!(refused, Err(StoreError::Unusable(_))), "a reader does not write: {refused:?}");
}

#[tokio::test]
async fn the_file_can_be_read_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let db = sqlite().await;
    let copy = db.dir.path().join("copy.db");
    db.store.backup(&copy).await.unwrap();
    for name in ["test.db", "test.db-wal", "copy.db"] {
        let mode = std::fs::metadata(db.dir.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn m55_a_backup_made_while_writing_is_whole() {
    let db = sqlite().await;
    let writer = db.store.clone();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = std::sync::Arc::clone(&stop);
    let started = std::sync::Arc::new(tokio::sync::Notify::new());
    let first = std::sync::Arc::clone(&started);
    let writing = tokio::spawn(async move {
        let mut n = 0_u32;
        while !stopped.load(std::sync::atomic::Ordering::Relaxed) {
            n += 1;
            let mut tx = writer.begin().await.unwrap();
            // Both or none, in every copy.
            meta::set(&mut tx, "left", &n.to_string()).await.unwrap();
            meta::set(&mut tx, "right", &n.to_string()).await.unwrap();
            tx.commit().await.unwrap();
            first.notify_one();
        }
    });
    started.notified().await;
    for round in 0..3 {
        let file = db.dir.path().join(format!("copy {round}%.db"));
        db.store.backup(&file).await.unwrap();
        let refused = db.store.backup(&file).await.unwrap_err();
        assert!(refused.to_string().contains("exists already"), "{refused}");
        let url = format!("sqlite://{}", file.display()).replace('%', "%25");
        let copy = Store::connect(&url, StoreOptions::default()).await.unwrap();
        copy.check_schema().await.unwrap();
        copy.integrity_check().await.unwrap();
        let mut conn = copy.read().await.unwrap();
        let left = meta::get(&mut conn, "left").await.unwrap();
        assert!(left.is_some());
        assert_eq!(left, meta::get(&mut conn, "right").await.unwrap());
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    writing.await.unwrap();
    assert!(!db.dir.path().join("copy 0%.db.partial").exists());
}

#[tokio::test]
async fn a_commit_that_added_jobs_wakes_those_who_wait() {
    for_each_database(async |db| {
        let added = db.store.jobs_added();
        let waiting = added.notified();
        tokio::pin!(waiting);
        waiting.as_mut().enable();
        let mut tx = db.store.begin().await.unwrap();
        meta::set(&mut tx, "x", "y").await.unwrap();
        tx.wake_queue();
        tx.commit().await.unwrap();
        waiting.await;
        assert!(db.store.backend() == Backend::Sqlite || db.store.backup("x".as_ref()).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn f030_a_migration_cut_short_leaves_the_schema_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/test.db", dir.path().display());
    let store = Store::connect(&url, StoreOptions::default()).await.unwrap();
    // A table in the way of the schema's last one: the migration fails after nearly all of it.
    let mut tx = store.begin().await.unwrap();
    tx.execute("CREATE TABLE audit (x BIGINT)").await.unwrap();
    tx.commit().await.unwrap();
    store.migrate().await.unwrap_err();
    assert!(matches!(store.check_schema().await, Err(StoreError::Unmigrated)));
    let mut tx = store.begin().await.unwrap();
    let left = sqlx::query("SELECT name FROM sqlite_master").fetch_all(&mut *tx).await.unwrap();
    assert_eq!(left.len(), 1, "only what stood in the way");
    tx.execute("DROP TABLE audit").await.unwrap();
    tx.commit().await.unwrap();
    store.migrate().await.unwrap();
    store.check_schema().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_not_called_busy() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let options = StoreOptions { acquire_timeout: Duration::from_millis(600), ..StoreOptions::default() };
    let refused = Store::connect(&format!("postgres://bakeoff@{closed}/bakeoff"), options).await.unwrap_err();
    assert_eq!(refused.to_string(), "the database cannot be reached");
    assert!(refused.is_temporary());
}
