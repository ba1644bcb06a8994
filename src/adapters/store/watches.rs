//! Watches: candidate comments whose reactions are polled (M15).

use sqlx::any::AnyRow;

use super::row::{Read, to_json};
use super::{Conn, StoreError};
use crate::domain::ids::{CommentId, RoundId, RunId};
use crate::domain::vote::Tally;
use crate::domain::watch::Watch;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT run_id, round_id, comment_id, pending, thumbs_up, thumbs_down, created_at FROM watches ", $rest)
    };
}

fn read(row: &AnyRow) -> Result<Watch, StoreError> {
    Ok(Watch {
        run_id: row.id("run_id")?,
        round_id: row.id("round_id")?,
        comment_id: CommentId(row.int("comment_id")?),
        pending: row.json("pending")?,
        thumbs: Tally { up: row.int("thumbs_up")?, down: row.int("thumbs_down")? },
        created_at: row.time("created_at")?,
    })
}

/// Starts to watch a candidate's comment; `false` when it is watched already.
pub async fn insert(conn: &mut Conn, watch: &Watch) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO watches (run_id, round_id, comment_id, pending, created_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(watch.run_id.to_string())
    .bind(watch.round_id.to_string())
    .bind(watch.comment_id.0)
    .bind(to_json(&watch.pending)?)
    .bind(watch.created_at.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes the pick reactions that a look found.
pub async fn update(conn: &mut Conn, watch: &Watch) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE watches SET pending = $1 WHERE run_id = $2")
        .bind(to_json(&watch.pending)?)
        .bind(watch.run_id.to_string())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes how many 👍 and 👎 a look counted.
pub async fn set_thumbs(conn: &mut Conn, run: RunId, thumbs: Tally) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE watches SET thumbs_up = $1, thumbs_down = $2 WHERE run_id = $3")
        .bind(thumbs.up)
        .bind(thumbs.down)
        .bind(run.to_string())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The watch of a candidate.
pub async fn get(conn: &mut Conn, run: RunId) -> Result<Option<Watch>, StoreError> {
    let row = sqlx::query(select!("WHERE run_id = $1")).bind(run.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The round's watches, in the order the comments were posted.
pub async fn list_round(conn: &mut Conn, round: RoundId) -> Result<Vec<Watch>, StoreError> {
    let sql = select!("WHERE round_id = $1 ORDER BY created_at, run_id");
    sqlx::query(sql).bind(round.to_string()).fetch_all(conn).await?.iter().map(read).collect()
}

/// Stops watching a round: it was picked, expired or canceled.
pub async fn remove_round(conn: &mut Conn, round: RoundId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM watches WHERE round_id = $1").bind(round.to_string()).execute(conn).await?;
    Ok(())
}
