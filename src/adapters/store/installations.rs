//! Installations of the App.

use sqlx::any::AnyRow;

use super::row::{Read, text, to_json};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::InstallationId;
use crate::domain::installation::{Installation, InstallationStatus};

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, account, status, permissions, created_at, updated_at FROM installations ", $rest)
    };
}

fn read(row: &AnyRow) -> Result<Installation, StoreError> {
    Ok(Installation {
        id: InstallationId(row.int("id")?),
        account: row.text("account")?,
        status: row.parsed("status", InstallationStatus::parse)?,
        permissions: row.json("permissions")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

/// Writes what GitHub says of an installation; a known one keeps its `created_at`.
pub async fn upsert(conn: &mut Conn, installation: &Installation) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO installations (id, account, status, permissions, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET account = excluded.account, \
         status = excluded.status, permissions = excluded.permissions, updated_at = excluded.updated_at",
    )
    .bind(installation.id.0)
    .bind(text(&installation.account))
    .bind(installation.status.as_str())
    .bind(to_json(&installation.permissions)?)
    .bind(installation.created_at.0)
    .bind(installation.updated_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// One installation.
pub async fn get(conn: &mut Conn, id: InstallationId) -> Result<Option<Installation>, StoreError> {
    let row = sqlx::query(select!("WHERE id = $1")).bind(id.0).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// All of them, by number.
pub async fn list(conn: &mut Conn) -> Result<Vec<Installation>, StoreError> {
    sqlx::query(select!("ORDER BY id")).fetch_all(conn).await?.iter().map(read).collect()
}

/// Whether the status was `old` and is now `new`.
pub async fn set_status(
    conn: &mut Conn,
    id: InstallationId,
    old: InstallationStatus,
    new: InstallationStatus,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE installations SET status = $1, updated_at = $2 WHERE id = $3 AND status = $4")
        .bind(new.as_str())
        .bind(now.0)
        .bind(id.0)
        .bind(old.as_str())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}
