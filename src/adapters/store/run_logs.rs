//! The log of a run, line by line.

use sqlx::any::AnyRow;

use super::row::{Read, text};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::RunId;
use crate::domain::run::LogLine;

fn read(row: &AnyRow) -> Result<LogLine, StoreError> {
    Ok(LogLine { line_number: row.int("line_number")?, content: row.text("content")?, at: row.time("at")? })
}

/// Adds a line after the last one; its number, counted from 1.
pub async fn append(conn: &mut Conn, run: RunId, content: &str, at: Timestamp) -> Result<i64, StoreError> {
    // Again: another process may take the same number first.
    for _ in 0..3 {
        let row = sqlx::query(
            "INSERT INTO run_logs (run_id, line_number, content, at) \
             SELECT $1, COALESCE(MAX(line_number), 0) + 1, $2, $3 FROM run_logs WHERE run_id = $4 \
             ON CONFLICT DO NOTHING RETURNING line_number",
        )
        .bind(run.to_string())
        .bind(text(content))
        .bind(at.0)
        .bind(run.to_string())
        .fetch_optional(&mut *conn)
        .await?;
        if let Some(row) = row {
            return row.int("line_number");
        }
    }
    Err(StoreError::Busy)
}

/// At most `limit` lines, from `from_line` on.
pub async fn list(conn: &mut Conn, run: RunId, from_line: i64, limit: i64) -> Result<Vec<LogLine>, StoreError> {
    let sql = "SELECT line_number, content, at FROM run_logs WHERE run_id = $1 AND line_number >= $2 \
               ORDER BY line_number LIMIT $3";
    let query = sqlx::query(sql).bind(run.to_string()).bind(from_line).bind(limit);
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// The last line of a run's log.
pub async fn last(conn: &mut Conn, run: RunId) -> Result<Option<LogLine>, StoreError> {
    let sql = "SELECT line_number, content, at FROM run_logs WHERE run_id = $1 ORDER BY line_number DESC LIMIT 1";
    sqlx::query(sql).bind(run.to_string()).fetch_optional(conn).await?.as_ref().map(read).transpose()
}
