//! Single values by name: the key ring's sentinel, cursors of periodic work.

use super::row::{Read, text};
use super::{Conn, StoreError};

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

/// Sets `key` unless it is set; the value that holds now.
pub async fn set_if_absent(conn: &mut Conn, key: &str, value: &str) -> Result<String, StoreError> {
    sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING")
        .bind(text(key))
        .bind(text(value))
        .execute(&mut *conn)
        .await?;
    Ok(get(conn, key).await?.unwrap_or_default())
}
