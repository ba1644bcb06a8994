//! Effects: the intent is committed before GitHub is asked, the result after (I2).

use sqlx::any::AnyRow;

use super::row::{Read, opt_text, text};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::effect::{Effect, EffectStatus};
use crate::domain::ids::{EffectId, TaskId};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, task_id, key, status, tried, external_id, node_id, body_sha256, created_at, updated_at \
             FROM effects ",
            $rest
        )
    };
}

/// What GitHub answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EffectResult {
    /// GitHub's id of the result (comment id, pull number).
    pub external_id: Option<i64>,
    /// GitHub's global node id of the result.
    pub node_id: Option<String>,
    /// Fingerprint of the text written.
    pub body_sha256: Option<String>,
}

fn read(row: &AnyRow) -> Result<Effect, StoreError> {
    Ok(Effect {
        id: row.id("id")?,
        task_id: row.opt_id("task_id")?,
        key: row.text("key")?,
        status: row.parsed("status", EffectStatus::parse)?,
        tried: row.flag("tried")?,
        external_id: row.opt_int("external_id")?,
        node_id: row.opt_text("node_id")?,
        body_sha256: row.opt_text("body_sha256")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

/// The effect of this key, written as intended when it is new.
pub async fn intend(conn: &mut Conn, task: Option<TaskId>, key: &str, now: Timestamp) -> Result<Effect, StoreError> {
    sqlx::query(
        "INSERT INTO effects (id, task_id, key, status, tried, created_at, updated_at) \
         VALUES ($1, $2, $3, 'intended', 0, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(EffectId::new().to_string())
    .bind(task.map(|t| t.to_string()))
    .bind(text(key))
    .bind(now.0)
    .bind(now.0)
    .execute(&mut *conn)
    .await?;
    by_key(conn, key).await?.ok_or(StoreError::Unreadable { column: "key" })
}

/// Notes, before a request is sent, that it may have reached GitHub; `false` when it is done or failed.
pub async fn mark_tried(conn: &mut Conn, id: EffectId, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE effects SET tried = 1, updated_at = $1 WHERE id = $2 AND status = 'intended'")
        .bind(now.0)
        .bind(id.to_string())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes the result; again with a new fingerprint when the text is edited. What is `None` keeps its value.
pub async fn done(conn: &mut Conn, id: EffectId, result: &EffectResult, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE effects SET status = 'done', external_id = COALESCE($1, external_id), \
         node_id = COALESCE($2, node_id), body_sha256 = COALESCE($3, body_sha256), updated_at = $4 WHERE id = $5",
    )
    .bind(result.external_id)
    .bind(opt_text(result.node_id.as_deref()))
    .bind(opt_text(result.body_sha256.as_deref()))
    .bind(now.0)
    .bind(id.to_string())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that it cannot be done; `false` when it was done before.
pub async fn failed(conn: &mut Conn, id: EffectId, now: Timestamp) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE effects SET status = 'failed', updated_at = $1 WHERE id = $2 AND status = 'intended'")
            .bind(now.0)
            .bind(id.to_string())
            .execute(conn)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// The effect of this key.
pub async fn by_key(conn: &mut Conn, key: &str) -> Result<Option<Effect>, StoreError> {
    let row = sqlx::query(select!("WHERE key = $1")).bind(text(key)).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The effect whose result GitHub calls `external_id`, among the keys that start with `key_prefix`
/// (comments and pull requests are numbered apart).
pub async fn by_external(conn: &mut Conn, key_prefix: &str, external_id: i64) -> Result<Option<Effect>, StoreError> {
    let sql = select!("WHERE external_id = $1 AND substr(key, 1, length($2)) = $3 ORDER BY created_at LIMIT 1");
    let prefix = text(key_prefix);
    let row = sqlx::query(sql).bind(external_id).bind(prefix.clone()).bind(prefix).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The task's effects, oldest first.
pub async fn list_for_task(conn: &mut Conn, task: TaskId) -> Result<Vec<Effect>, StoreError> {
    let sql = select!("WHERE task_id = $1 ORDER BY created_at, id");
    sqlx::query(sql).bind(task.to_string()).fetch_all(conn).await?.iter().map(read).collect()
}
