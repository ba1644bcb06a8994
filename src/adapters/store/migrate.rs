//! The schema: append-only migrations, applied in one transaction, never downgraded.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};

use super::{Backend, Store, StoreError};

const TABLE: &str = "_sqlx_migrations";

/// Number, name and text of every migration, oldest first.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("../../../migrations/0001_first.sql")),
    (2, "conversation", include_str!("../../../migrations/0002_conversation.sql")),
    (3, "money", include_str!("../../../migrations/0003_money.sql")),
    (4, "repo_file", include_str!("../../../migrations/0004_repo_file.sql")),
    (5, "threads", include_str!("../../../migrations/0005_threads.sql")),
    (6, "votes", include_str!("../../../migrations/0006_votes.sql")),
    (7, "pick_forms", include_str!("../../../migrations/0007_pick_forms.sql")),
    (8, "answers", include_str!("../../../migrations/0008_answers.sql")),
    (9, "sessions", include_str!("../../../migrations/0009_sessions.sql")),
    (10, "setup", include_str!("../../../migrations/0010_setup.sql")),
    (12, "opinions", include_str!("../../../migrations/0012_opinions.sql")),
];

/// Any number: two processes that migrate the same Postgres database take turns by it.
const POSTGRES_LOCK: &str = "SELECT CAST(count(*) AS BIGINT) FROM (SELECT pg_advisory_xact_lock(6258330)) AS l";

pub(super) async fn run(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    if store.backend == Backend::Postgres {
        sqlx::query(POSTGRES_LOCK).execute(&mut *tx).await?;
    }
    // The transaction and the lock are ours, so that several migrations come or go together.
    migrator().set_locking(false).run_direct(None, &mut *tx, false).await.map_err(sort)?;
    tx.commit().await
}

pub(super) async fn check(store: &Store) -> Result<(), StoreError> {
    let mut conn = store.read().await?;
    let applied = match conn.list_applied_migrations(TABLE).await {
        Ok(applied) => applied,
        Err(MigrateError::Execute(sqlx::Error::Database(_))) => return Err(StoreError::Unmigrated),
        Err(error) => return Err(sort(error)),
    };
    if let Some(unknown) = applied.iter().find(|a| MIGRATIONS.iter().all(|(version, ..)| *version != a.version)) {
        return Err(StoreError::Newer(unknown.version));
    }
    if applied.len() < MIGRATIONS.len() { Err(StoreError::Unmigrated) } else { Ok(()) }
}

/// The names of the files in `migrations/` that are part of this program, oldest first.
pub(super) fn files() -> Vec<String> {
    MIGRATIONS.iter().map(|(version, name, _)| format!("{version:04}_{name}.sql")).collect()
}

fn migrator() -> Migrator {
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(MIGRATIONS.iter().copied().map(migration).collect())
}

fn sort(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        MigrateError::VersionMissing(version) => StoreError::Newer(version),
        MigrateError::VersionMismatch(version) => StoreError::Unusable(format!(
            "migration {version} of the database is not the one this bakeoff knows: was it made by a trial version?"
        )),
        other => StoreError::Unusable(format!("the database cannot be migrated: {other}")),
    }
}
