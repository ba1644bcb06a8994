//! The GitHub App as it was made on the setup page: at most one, its secrets sealed.

use super::row::{Read, text};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{AppCredentialsId, GithubUserId};

/// The App and its sealed secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredApp {
    /// Names the record, and is part of what is sealed.
    pub id: AppCredentialsId,
    /// The App's number.
    pub app_id: u64,
    /// Its name in addresses.
    pub slug: String,
    /// The account it belongs to.
    pub owner: String,
    /// The person it belongs to, if it is no organisation.
    pub owner_id: Option<GithubUserId>,
    /// Client id, for signing in.
    pub client_id: String,
    /// Private key, webhook secret and client secret, sealed.
    pub sealed: String,
    /// Who made it, as the audit names them.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
}

/// Keeps this App in place of the one there was.
pub async fn replace(conn: &mut Conn, app: &StoredApp) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM app_credentials").execute(&mut *conn).await?;
    sqlx::query(
        "INSERT INTO app_credentials (id, app_id, slug, owner, owner_id, client_id, sealed, created_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(app.id.to_string())
    .bind(i64::try_from(app.app_id).unwrap_or(i64::MAX))
    .bind(text(&app.slug))
    .bind(text(&app.owner))
    .bind(app.owner_id.map(|id| id.0))
    .bind(text(&app.client_id))
    .bind(app.sealed.clone())
    .bind(text(&app.created_by))
    .bind(app.created_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// The App, if one was made; of two made at the same moment by two processes the newer.
pub async fn get(conn: &mut Conn) -> Result<Option<StoredApp>, StoreError> {
    let sql = "SELECT id, app_id, slug, owner, owner_id, client_id, sealed, created_by, created_at FROM app_credentials \
               ORDER BY created_at DESC, id DESC LIMIT 1";
    let Some(row) = sqlx::query(sql).fetch_optional(conn).await? else { return Ok(None) };
    let column = "app_id";
    Ok(Some(StoredApp {
        id: row.id("id")?,
        app_id: u64::try_from(row.int(column)?).map_err(|_| StoreError::Unreadable { column })?,
        slug: row.text("slug")?,
        owner: row.text("owner")?,
        owner_id: row.opt_int("owner_id")?.map(GithubUserId),
        client_id: row.text("client_id")?,
        sealed: row.text("sealed")?,
        created_by: row.text("created_by")?,
        created_at: row.time("created_at")?,
    }))
}

/// The record there is now, for a look that costs little.
pub async fn current(conn: &mut Conn) -> Result<Option<AppCredentialsId>, StoreError> {
    let sql = "SELECT id FROM app_credentials ORDER BY created_at DESC, id DESC LIMIT 1";
    sqlx::query(sql).fetch_optional(conn).await?.map(|row| row.id("id")).transpose()
}

/// Whether the sealed secrets were `old` and are now `new` (M47).
pub async fn set_sealed(conn: &mut Conn, id: AppCredentialsId, old: &str, new: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE app_credentials SET sealed = $1 WHERE id = $2 AND sealed = $3")
        .bind(new.to_owned())
        .bind(id.to_string())
        .bind(old.to_owned())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}
