//! The version that every commit changes, whoever made it.

use std::path::Path;
use std::process::Command;

use bakeoff::adapters::store::{Store, StoreOptions, meta};

async fn store(folder: &Path) -> Store {
    let url = format!("sqlite://{}", folder.join("x.db").display());
    let store = Store::connect(&url, StoreOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    store
}

async fn write(store: &Store, value: &str) {
    let mut tx = store.begin().await.unwrap();
    meta::set(&mut tx, "k", value).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn every_commit_changes_it_and_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let (store, other) = (store(folder.path()).await, store(folder.path()).await);
    write(&store, "0").await;
    let mut before = store.version().unwrap();
    for round in 1..=200 {
        let writer = if round % 3 == 0 { &other } else { &store };
        write(writer, &round.to_string()).await;
        let after = store.version().unwrap();
        assert_ne!(after, before, "commit {round}");
        assert_eq!(other.version(), Some(after), "all see the same");
        meta::get(&mut store.read().await.unwrap(), "k").await.unwrap();
        let mut given_up = store.begin().await.unwrap();
        meta::set(&mut given_up, "k", "never").await.unwrap();
        given_up.rollback().await.unwrap();
        assert_eq!(store.version(), Some(after), "reading and giving up change nothing");
        before = after;
    }
}

/// Looking at the version must not take SQLite's locks from it: another process still finds the file in use.
#[tokio::test]
async fn it_takes_no_lock_away() {
    let folder = tempfile::tempdir().unwrap();
    let one = store(folder.path()).await;
    write(&one, "1").await;
    for _ in 0..3 {
        let passing = store(folder.path()).await;
        assert!(passing.version().is_some());
        passing.close().await;
    }
    let mut held = one.begin().await.unwrap();
    meta::set(&mut held, "k", "2").await.unwrap();
    let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], timeout=0)\n\
                  try:\n c.execute('BEGIN IMMEDIATE')\n print('free')\nexcept sqlite3.OperationalError as e:\n print(e)";
    let asked = Command::new("python3").args(["-c", script]).arg(folder.path().join("x.db")).output();
    let said = asked.expect("python3, which the test command needs anyway");
    let said = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    assert_eq!(said, "database is locked", "the writer's lock holds in other processes");
    held.commit().await.unwrap();
}

#[tokio::test]
async fn a_database_that_is_made_anew_has_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let first = store(folder.path()).await;
    write(&first, "1").await;
    assert!(first.version().is_some());
    first.close().await;
    assert_eq!(first.version(), None, "SQLite deleted its index");
    let second = store(folder.path()).await;
    write(&second, "1").await;
    assert!(second.version().is_some());
    assert_eq!(first.version(), second.version(), "found again by its name");
}
