//! Single values by name: the key ring's sentinel, cursors of periodic work.

use super::row::{Read, text};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;

/// The value of `key`.
pub async fn get(conn: &mut Conn, key: &str) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("SELECT value FROM meta WHERE key = $1").bind(text(key)).fetch_optional(conn).await?;
    row.map(|r| r.text("value")).transpose()
}

/// Sets `key`, whatever it was.
pub async fn set(conn: &mut Conn, key: &str, value: &str) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(text(key))
        .bind(text(value))
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets what was said once and is over: of rounds that no longer run, and of caps that count anew by `now`. How many.
pub async fn forget_said(conn: &mut Conn, now: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM meta WHERE key LIKE 'said:busy:%' AND NOT EXISTS \
         (SELECT 1 FROM rounds WHERE rounds.id = substr(meta.key, 11, 36) AND rounds.status = 'running')",
    )
    .execute(&mut *conn)
    .await?;
    let mut forgotten = done.rows_affected();
    for row in sqlx::query("SELECT key FROM meta WHERE key LIKE 'said:cap:%'").fetch_all(&mut *conn).await? {
        let key = row.text("key")?;
        // A cap without an end keeps the zero in its place.
        let until = key.rsplit(':').next().and_then(|until| until.parse::<i64>().ok()).filter(|until| *until > 0);
        if until.is_some_and(|until| until <= now.0) {
            let done = sqlx::query("DELETE FROM meta WHERE key = $1").bind(key).execute(&mut *conn).await?;
            forgotten += done.rows_affected();
        }
    }
    Ok(forgotten)
}

/// Sets `key` unless it is set; the value that holds now.
pub async fn set_if_absent(conn: &mut Conn, key: &str, value: &str) -> Result<String, StoreError> {
    sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING")
        .bind(text(key))
        .bind(text(value))
        .execute(&mut *conn)
        .await?;
    Ok(get(conn, key).await?.unwrap_or_default())
}
