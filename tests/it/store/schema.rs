//! Migrations, refusals at start, copies.

use bakeoff::adapters::store::{Backend, Store, StoreError, StoreOptions, meta};

use crate::support::databases::for_each_database;

#[tokio::test]
async fn a_second_migration_changes_nothing() {
    for_each_database(async |db| {
        meta_set(&db.store, "mark", "kept").await;
        db.store.migrate().await.unwrap();
        db.second().await.migrate().await.unwrap();
        db.store.check_schema().await.unwrap();
        db.store.integrity_check().await.unwrap();
        assert_eq!(meta::get(&mut db.store.read().await.unwrap(), "mark").await.unwrap().as_deref(), Some("kept"));
    })
    .await;
}

async fn meta_set(store: &Store, key: &str, value: &str) {
    let mut tx = store.begin().await.unwrap();
    meta::set(&mut tx, key, value).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn f124_a_newer_schema_is_refused_in_a_clear_sentence() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let sql = match db.store.backend() {
            Backend::Sqlite => {
                "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (9999, 'later', TRUE, x'00', 0)"
            }
            Backend::Postgres => {
                "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (9999, 'later', TRUE, '\\x00', 0)"
            }
        };
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        for refused in [db.store.migrate().await, db.store.check_schema().await] {
            let error = refused.unwrap_err();
            assert!(matches!(error, StoreError::Newer(9999)), "{error:?}");
            assert!(error.to_string().contains("newer bakeoff"), "{error}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_empty_database_is_told_from_a_migrated_one() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/new.db", dir.path().display());
    let store = Store::connect(&url, StoreOptions::default()).await.unwrap();
    assert!(matches!(store.check_schema().await, Err(StoreError::Unmigrated)));
}

#[tokio::test]
async fn two_processes_that_migrate_at_once_take_turns() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/new.db", dir.path().display());
    let open = || Store::connect(&url, StoreOptions::default());
    let (a, b) = (open().await.unwrap(), open().await.unwrap());
    let (first, second) = tokio::join!(a.migrate(), b.migrate());
    first.unwrap();
    second.unwrap();
    a.check_schema().await.unwrap();
}

/// Every file of the folder is in the program, in the order of its number.
#[test]
fn no_migration_is_forgotten() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert_eq!(files, Store::migration_files());
}
