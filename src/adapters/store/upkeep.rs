//! Copies of the database while it runs, and the look for damage.

use std::fs::File;
use std::path::Path;

use sqlx::Row;

use super::{Backend, Store, StoreError};

pub(super) async fn backup(store: &Store, file: &Path) -> Result<(), StoreError> {
    if store.backend != Backend::Sqlite {
        return Err(StoreError::Unusable("a Postgres database is backed up with pg_dump".into()));
    }
    let unusable = |what: &str| StoreError::Unusable(format!("the backup file {what}"));
    if file.exists() {
        return Err(unusable("exists already"));
    }
    // Under another name first: a copy cut short must not look like a backup.
    let mut partial = file.as_os_str().to_owned();
    partial.push(".partial");
    let partial = Path::new(&partial);
    let text = partial.to_str().ok_or_else(|| unusable("has a name that is not text"))?;
    create_empty(partial).map_err(|e| unusable(&format!("cannot be written: {}", e.kind())))?;
    let copied = copy(store, text).await;
    let kept =
        copied.and_then(|()| keep(partial, file).map_err(|e| unusable(&format!("cannot be kept: {}", e.kind()))));
    if kept.is_err() {
        // The copy is of no use; the reason for that is what counts.
        drop(std::fs::remove_file(partial));
    }
    kept
}

async fn copy(store: &Store, target: &str) -> Result<(), StoreError> {
    let mut conn = store.read().await?;
    sqlx::query("PRAGMA query_only = OFF").execute(&mut *conn).await?;
    let copied = sqlx::query("VACUUM INTO $1").bind(target.to_owned()).execute(&mut *conn).await;
    sqlx::query("PRAGMA query_only = ON").execute(&mut *conn).await?;
    copied?;
    Ok(())
}

/// An empty file that only its owner can read; `VACUUM INTO` accepts it.
fn create_empty(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).map(drop)
}

fn keep(partial: &Path, file: &Path) -> std::io::Result<()> {
    File::open(partial)?.sync_all()?;
    std::fs::rename(partial, file)?;
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

pub(super) async fn integrity_check(store: &Store) -> Result<(), StoreError> {
    let mut conn = store.read().await?;
    if store.backend != Backend::Sqlite {
        sqlx::query("SELECT key FROM meta LIMIT 1").fetch_optional(&mut *conn).await?;
        return Ok(());
    }
    let answer: String = sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut *conn).await?.try_get(0)?;
    let orphan = sqlx::query("PRAGMA foreign_key_check").fetch_optional(&mut *conn).await?;
    if answer == "ok" && orphan.is_none() { Ok(()) } else { Err(StoreError::Unusable(super::error::DAMAGED.into())) }
}
