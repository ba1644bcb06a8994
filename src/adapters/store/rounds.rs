//! Rounds: their status machine, their second dedupe key and their expiry.

use sqlx::any::AnyRow;

use super::row::{Read, opt_text, text, to_json};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{CommentId, GithubUserId, PullId, RoundId, TaskId};
use crate::domain::money::UsdMicros;
use crate::domain::permission::Person;
use crate::domain::repo::CommitSha;
use crate::domain::round::{Origin, Round, RoundStatus};
use crate::domain::sha256::Sha256Hex;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, task_id, number, status, base_ref, base_commit, instruction, brief, path, budget, requester_id, \
             requester_login, token_name, comment_id, ordinal, comment_sha256, title_sha256, body_sha256, expires_at, \
             starts_from, pull_id, terms, created_at, updated_at FROM rounds ",
            $rest
        )
    };
}

fn read(row: &AnyRow) -> Result<Round, StoreError> {
    Ok(Round {
        id: row.id("id")?,
        task_id: row.id("task_id")?,
        number: row.int("number")?,
        status: row.parsed("status", RoundStatus::parse)?,
        base_ref: row.text("base_ref")?,
        base_commit: row.parsed("base_commit", CommitSha::parse)?,
        instruction: row.text("instruction")?,
        brief: row.json("brief")?,
        path: row.opt_text("path")?,
        budget: UsdMicros(row.int("budget")?),
        origin: read_origin(row)?,
        starts_from: row.opt_id("starts_from")?,
        pull_id: row.opt_id("pull_id")?,
        terms: row.json("terms")?,
        expires_at: row.opt_time("expires_at")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

fn read_origin(row: &AnyRow) -> Result<Origin, StoreError> {
    let requester = match row.opt_int("requester_id")? {
        Some(id) => Some(Person { id: GithubUserId(id), login: row.text("requester_login")? }),
        None => None,
    };
    Ok(Origin {
        requester,
        token_name: row.opt_text("token_name")?,
        comment_id: row.opt_int("comment_id")?.map(CommentId),
        ordinal: row.int("ordinal")?,
        comment_sha256: row.opt_parsed("comment_sha256", Sha256Hex::parse)?,
        title_sha256: row.opt_parsed("title_sha256", Sha256Hex::parse)?,
        body_sha256: row.opt_parsed("body_sha256", Sha256Hex::parse)?,
    })
}

/// Adds a round; `false` when its command has one already (M05) or the number is taken.
pub async fn insert(conn: &mut Conn, round: &Round) -> Result<bool, StoreError> {
    let origin = &round.origin;
    let hash = |h: &Option<Sha256Hex>| h.as_ref().map(|h| h.as_str().to_owned());
    let done = sqlx::query(
        "INSERT INTO rounds (id, task_id, number, status, base_ref, base_commit, instruction, brief, path, budget, \
         requester_id, requester_login, token_name, comment_id, ordinal, comment_sha256, title_sha256, body_sha256, \
         expires_at, starts_from, pull_id, terms, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24) \
         ON CONFLICT DO NOTHING",
    )
    .bind(round.id.to_string())
    .bind(round.task_id.to_string())
    .bind(round.number)
    .bind(round.status.as_str())
    .bind(text(&round.base_ref))
    .bind(round.base_commit.as_str().to_owned())
    .bind(text(&round.instruction))
    .bind(to_json(&round.brief)?)
    .bind(opt_text(round.path.as_deref()))
    .bind(round.budget.0)
    .bind(origin.requester.as_ref().map(|p| p.id.0))
    .bind(origin.requester.as_ref().map(|p| text(&p.login)))
    .bind(opt_text(origin.token_name.as_deref()))
    .bind(origin.comment_id.map(|c| c.0))
    .bind(origin.ordinal)
    .bind(hash(&origin.comment_sha256))
    .bind(hash(&origin.title_sha256))
    .bind(hash(&origin.body_sha256))
    .bind(round.expires_at.map(|t| t.0))
    .bind(round.starts_from.map(|id| id.to_string()))
    .bind(round.pull_id.map(|id| id.to_string()))
    .bind(to_json(&round.terms)?)
    .bind(round.created_at.0)
    .bind(round.updated_at.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// One round.
pub async fn get(conn: &mut Conn, id: RoundId) -> Result<Option<Round>, StoreError> {
    let row = sqlx::query(select!("WHERE id = $1")).bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The task's round of this number.
pub async fn by_number(conn: &mut Conn, task: TaskId, number: i64) -> Result<Option<Round>, StoreError> {
    let sql = select!("WHERE task_id = $1 AND number = $2");
    sqlx::query(sql).bind(task.to_string()).bind(number).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// The task's newest round.
pub async fn newest(conn: &mut Conn, task: TaskId) -> Result<Option<Round>, StoreError> {
    let sql = select!("WHERE task_id = $1 ORDER BY number DESC LIMIT 1");
    sqlx::query(sql).bind(task.to_string()).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// The task's newest round told under this pull request of ours, or else under its issue.
pub async fn newest_under(conn: &mut Conn, task: TaskId, pull: Option<PullId>) -> Result<Option<Round>, StoreError> {
    let sql = select!("WHERE task_id = $1 AND COALESCE(pull_id, '') = $2 ORDER BY number DESC LIMIT 1");
    let pull = pull.map(|id| id.to_string()).unwrap_or_default();
    sqlx::query(sql).bind(task.to_string()).bind(pull).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// One round, held until the transaction ends: who adds to it and who ends it take turns (SQLite's writers do anyway).
pub async fn held(conn: &mut Conn, id: RoundId) -> Result<Option<Round>, StoreError> {
    sqlx::query("UPDATE rounds SET status = status WHERE id = $1").bind(id.to_string()).execute(&mut *conn).await?;
    get(conn, id).await
}

/// The task's round that is still running, if any; the newest of them.
pub async fn active_for_task(conn: &mut Conn, task: TaskId) -> Result<Option<Round>, StoreError> {
    let sql = select!("WHERE task_id = $1 AND status = 'running' ORDER BY number DESC LIMIT 1");
    sqlx::query(sql).bind(task.to_string()).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// The round that this command of this comment started.
pub async fn by_command(conn: &mut Conn, comment: CommentId, ordinal: i64) -> Result<Option<Round>, StoreError> {
    let sql = select!("WHERE comment_id = $1 AND ordinal = $2");
    sqlx::query(sql).bind(comment.0).bind(ordinal).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// All rounds that a comment started, in the order of its commands (for edits and deletions of it).
pub async fn by_comment(conn: &mut Conn, comment: CommentId) -> Result<Vec<Round>, StoreError> {
    let sql = select!("WHERE comment_id = $1 ORDER BY ordinal");
    sqlx::query(sql).bind(comment.0).fetch_all(conn).await?.iter().map(read).collect()
}

/// The task's rounds, newest first.
pub async fn list(conn: &mut Conn, task: TaskId) -> Result<Vec<Round>, StoreError> {
    let sql = select!("WHERE task_id = $1 ORDER BY number DESC");
    sqlx::query(sql).bind(task.to_string()).fetch_all(conn).await?.iter().map(read).collect()
}

/// Rounds whose choice ended by `now`, longest overdue first.
pub async fn due_to_expire(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<Round>, StoreError> {
    let sql = select!("WHERE status = 'choosing' AND expires_at <= $1 ORDER BY expires_at LIMIT $2");
    sqlx::query(sql).bind(now.0).bind(limit).fetch_all(conn).await?.iter().map(read).collect()
}

/// Whether the status was `old` and is now `new`; `false` also for a step that the machine forbids (I3).
pub async fn set_status(
    conn: &mut Conn,
    id: RoundId,
    old: RoundStatus,
    new: RoundStatus,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if !old.may_become(new) {
        return Ok(false);
    }
    let done = sqlx::query("UPDATE rounds SET status = $1, updated_at = $2 WHERE id = $3 AND status = $4")
        .bind(new.as_str())
        .bind(now.0)
        .bind(id.to_string())
        .bind(old.as_str())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Sets when the choice ends.
pub async fn set_expires(
    conn: &mut Conn,
    id: RoundId,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE rounds SET expires_at = $1, updated_at = $2 WHERE id = $3")
        .bind(expires_at.map(|t| t.0))
        .bind(now.0)
        .bind(id.to_string())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}
