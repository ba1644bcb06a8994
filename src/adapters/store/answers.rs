//! Answers kept for an `Idempotency-Key`, each with the keyed hash of its request.

use super::row::{Read, text};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;

/// Whose request it is, and under which key.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The token's id.
    pub token: &'a str,
    /// The caller's key.
    pub key: &'a str,
}

/// A request that begins.
#[derive(Debug, Clone, Copy)]
pub struct Begun<'a> {
    /// Whose it is.
    pub named: Named<'a>,
    /// The keyed hash of what is asked.
    pub mac: &'a str,
    /// Names this attempt.
    pub attempt: &'a str,
    /// Now.
    pub at: Timestamp,
}

/// What is there under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The keyed hash of what was asked.
    pub mac: String,
    /// The answer; `None` while the request is at work.
    pub answer: Option<Answer>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: i64,
    /// The `Location` header.
    pub location: Option<String>,
    /// The body, sealed.
    pub sealed_body: String,
}

/// Claims a key; `false` when it is held. An answer from before `expired`, and an attempt from before `lost` that left
/// none, hold it no more.
pub async fn begin(conn: &mut Conn, begun: Begun<'_>, expired: Timestamp, lost: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO answers (token, idempotency_key, request_mac, attempt, begun_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (token, idempotency_key) DO UPDATE SET request_mac = EXCLUDED.request_mac, \
         attempt = EXCLUDED.attempt, begun_at = EXCLUDED.begun_at, status = NULL, location = NULL, sealed_body = NULL \
         WHERE answers.begun_at < $7 OR (answers.status IS NULL AND answers.begun_at < $6)",
    )
    .bind(text(begun.named.token))
    .bind(text(begun.named.key))
    .bind(text(begun.mac))
    .bind(text(begun.attempt))
    .bind(begun.at.0)
    .bind(lost.0)
    .bind(expired.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What is there under a key.
pub async fn known(conn: &mut Conn, named: Named<'_>) -> Result<Option<Known>, StoreError> {
    let sql =
        "SELECT request_mac, status, location, sealed_body FROM answers WHERE token = $1 AND idempotency_key = $2";
    let row = sqlx::query(sql).bind(text(named.token)).bind(text(named.key)).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    let answer = match (row.opt_int("status")?, row.opt_text("sealed_body")?) {
        (Some(status), Some(sealed_body)) => Some(Answer { status, location: row.opt_text("location")?, sealed_body }),
        _ => None,
    };
    Ok(Some(Known { mac: row.text("request_mac")?, answer }))
}

/// Keeps the answer of an attempt that still holds its key.
pub async fn keep(conn: &mut Conn, named: Named<'_>, attempt: &str, answer: &Answer) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE answers SET status = $1, location = $2, sealed_body = $3 \
         WHERE token = $4 AND idempotency_key = $5 AND attempt = $6",
    )
    .bind(answer.status)
    .bind(answer.location.clone())
    .bind(answer.sealed_body.clone())
    .bind(text(named.token))
    .bind(text(named.key))
    .bind(text(attempt))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Frees the key of an attempt that changed nothing.
pub async fn free(conn: &mut Conn, named: Named<'_>, attempt: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM answers WHERE token = $1 AND idempotency_key = $2 AND attempt = $3 AND status IS NULL";
    sqlx::query(sql).bind(text(named.token)).bind(text(named.key)).bind(text(attempt)).execute(conn).await?;
    Ok(())
}

/// Forgets what began before `expired`; how many that were.
pub async fn forget(conn: &mut Conn, expired: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM answers WHERE begun_at < $1").bind(expired.0).execute(conn).await?;
    Ok(done.rows_affected())
}

/// A sealed body and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The token's id.
    pub token: String,
    /// The caller's key.
    pub key: String,
    /// The body.
    pub body: String,
}

/// Sealed bodies after one of a token and key, in their order.
pub async fn sealed_after(conn: &mut Conn, after: Named<'_>, limit: i64) -> Result<Vec<Sealed>, StoreError> {
    let sql = "SELECT token, idempotency_key, sealed_body FROM answers WHERE sealed_body IS NOT NULL \
               AND (token > $1 OR (token = $1 AND idempotency_key > $2)) ORDER BY token, idempotency_key LIMIT $3";
    let rows = sqlx::query(sql).bind(text(after.token)).bind(text(after.key)).bind(limit).fetch_all(conn).await?;
    let sealed = |row: &sqlx::any::AnyRow| {
        Ok(Sealed { token: row.text("token")?, key: row.text("idempotency_key")?, body: row.text("sealed_body")? })
    };
    rows.iter().map(sealed).collect()
}

/// Puts a body sealed anew in place of the one that was read; `false` when that is gone.
pub async fn set_sealed(conn: &mut Conn, old: &Sealed, new: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE answers SET sealed_body = $1 WHERE token = $2 AND idempotency_key = $3 AND sealed_body = $4";
    let query = sqlx::query(sql).bind(text(new)).bind(text(&old.token)).bind(text(&old.key)).bind(text(&old.body));
    Ok(query.execute(conn).await?.rows_affected() == 1)
}
