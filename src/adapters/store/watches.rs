//! Watches: candidate comments whose reactions are polled (M15).

use sqlx::any::AnyRow;

use super::row::{Read, opt_text, to_json};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{CommentId, RoundId, RunId};
use crate::domain::watch::Watch;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT run_id, round_id, comment_id, seen_count, etag, pending, next_check_at, created_at FROM watches ",
            $rest
        )
    };
}

fn read(row: &AnyRow) -> Result<Watch, StoreError> {
    Ok(Watch {
        run_id: row.id("run_id")?,
        round_id: row.id("round_id")?,
        comment_id: CommentId(row.int("comment_id")?),
        seen_count: row.int("seen_count")?,
        etag: row.opt_text("etag")?,
        pending: row.json("pending")?,
        next_check_at: row.time("next_check_at")?,
        created_at: row.time("created_at")?,
    })
}

/// Starts to watch a candidate's comment; `false` when it is watched already.
pub async fn insert(conn: &mut Conn, watch: &Watch) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO watches (run_id, round_id, comment_id, seen_count, etag, pending, next_check_at, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
    )
    .bind(watch.run_id.to_string())
    .bind(watch.round_id.to_string())
    .bind(watch.comment_id.0)
    .bind(watch.seen_count)
    .bind(opt_text(watch.etag.as_deref()))
    .bind(to_json(&watch.pending)?)
    .bind(watch.next_check_at.0)
    .bind(watch.created_at.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes what a look saw: count, `ETag`, pending reactions, next look.
pub async fn update(conn: &mut Conn, watch: &Watch) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE watches SET seen_count = $1, etag = $2, pending = $3, next_check_at = $4 WHERE run_id = $5",
    )
    .bind(watch.seen_count)
    .bind(opt_text(watch.etag.as_deref()))
    .bind(to_json(&watch.pending)?)
    .bind(watch.next_check_at.0)
    .bind(watch.run_id.to_string())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The watch of a candidate.
pub async fn get(conn: &mut Conn, run: RunId) -> Result<Option<Watch>, StoreError> {
    let row = sqlx::query(select!("WHERE run_id = $1")).bind(run.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The watch of a comment.
pub async fn by_comment(conn: &mut Conn, comment: CommentId) -> Result<Option<Watch>, StoreError> {
    let row = sqlx::query(select!("WHERE comment_id = $1")).bind(comment.0).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The round's watches, in the order the comments were posted.
pub async fn list_round(conn: &mut Conn, round: RoundId) -> Result<Vec<Watch>, StoreError> {
    let sql = select!("WHERE round_id = $1 ORDER BY created_at, run_id");
    sqlx::query(sql).bind(round.to_string()).fetch_all(conn).await?.iter().map(read).collect()
}

/// Watches due by `now`, youngest comment first.
pub async fn due(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<Watch>, StoreError> {
    let sql = select!("WHERE next_check_at <= $1 ORDER BY created_at DESC LIMIT $2");
    sqlx::query(sql).bind(now.0).bind(limit).fetch_all(conn).await?.iter().map(read).collect()
}

/// Makes every watch of a round due at once (an event or a page view on its issue).
pub async fn hurry(conn: &mut Conn, round: RoundId, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE watches SET next_check_at = $1 WHERE round_id = $2 AND next_check_at > $3")
        .bind(now.0)
        .bind(round.to_string())
        .bind(now.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Stops watching a round: it was picked, expired or canceled.
pub async fn remove_round(conn: &mut Conn, round: RoundId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM watches WHERE round_id = $1").bind(round.to_string()).execute(conn).await?;
    Ok(())
}
