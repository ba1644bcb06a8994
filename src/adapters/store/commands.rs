//! Commands that were acted on, refused ones too: one comment under two GUIDs acts once (M05).

use super::row::{Read, text};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::CommentId;

/// Takes a command of a comment for a delivery (or a scan, under a name of its own). `true` when it is this
/// one's, now or from an earlier attempt; `false` when another took it.
pub async fn claim(
    conn: &mut Conn,
    comment: CommentId,
    ordinal: i64,
    guid: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    sqlx::query("INSERT INTO commands (comment_id, ordinal, guid, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
        .bind(comment.0)
        .bind(ordinal)
        .bind(text(guid))
        .bind(now.0)
        .execute(&mut *conn)
        .await?;
    Ok(claimed_by(conn, comment, ordinal).await?.is_some_and(|holder| holder == text(guid)))
}

/// Whose a command is.
pub async fn claimed_by(conn: &mut Conn, comment: CommentId, ordinal: i64) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("SELECT guid FROM commands WHERE comment_id = $1 AND ordinal = $2")
        .bind(comment.0)
        .bind(ordinal)
        .fetch_optional(conn)
        .await?;
    row.map(|r| r.text("guid")).transpose()
}
