//! The steps of a run's status machine, each a compare-and-set: what has ended never changes (I3), and only
//! the newest attempt may write (M54).

use super::row::{Read, opt_text, text, to_json};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::failure::FailureKind;
use crate::domain::ids::{ModelId, RunId};
use crate::domain::money::{Usage, UsdMicros};
use crate::domain::run::{RunResult, RunStatus};

/// A worker takes the run: the number of its attempt, which fences its writes; `None` when the run has ended.
pub async fn start(conn: &mut Conn, id: RunId, now: Timestamp) -> Result<Option<i64>, StoreError> {
    let row = sqlx::query(
        "UPDATE runs SET status = 'running', attempt = attempt + 1, started_at = COALESCE(started_at, $1) \
         WHERE id = $2 AND status IN ('queued', 'running') RETURNING attempt",
    )
    .bind(now.0)
    .bind(id.to_string())
    .fetch_optional(conn)
    .await?;
    row.map(|r| r.int("attempt")).transpose()
}

/// Books tokens and money of an attempt, so that a crash or a cancellation does not hide them (F033). What a call
/// may cost at most is booked before it; the difference, below zero, after it.
pub async fn charge(
    conn: &mut Conn,
    id: RunId,
    attempt: i64,
    usage: Usage,
    cost: UsdMicros,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE runs SET input_tokens = input_tokens + $1, output_tokens = output_tokens + $2, \
         cached_input_tokens = cached_input_tokens + $3, cost = cost + $4, \
         cache_write_tokens = cache_write_tokens + $5 WHERE id = $6 AND attempt = $7",
    )
    .bind(usage.input_tokens)
    .bind(usage.output_tokens)
    .bind(usage.cached_input_tokens)
    .bind(cost.0)
    .bind(usage.cache_write_tokens)
    .bind(id.to_string())
    .bind(attempt)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends the run with what this attempt left; `false` when another attempt took over or it has ended.
///
/// `result.usage` and `result.cost` are added to what [`charge`] booked: they hold only what was not booked yet.
pub async fn finish(
    conn: &mut Conn,
    id: RunId,
    attempt: i64,
    status: RunStatus,
    result: &RunResult,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if !status.is_terminal() {
        return Ok(false);
    }
    let done = sqlx::query(
        "UPDATE runs SET status = $1, summary = $2, patch = $3, patch_sha256 = $4, files_changed = $5, warnings = $6, \
         error = $7, input_tokens = input_tokens + $8, output_tokens = output_tokens + $9, \
         cached_input_tokens = cached_input_tokens + $10, cost = cost + $11, completed_at = $12, \
         answered_by = $13, cache_write_tokens = cache_write_tokens + $14, failure = $15 \
         WHERE id = $16 AND status = 'running' AND attempt = $17",
    )
    .bind(status.as_str())
    .bind(opt_text(result.summary.as_deref()))
    .bind(opt_text(result.patch.as_deref()))
    .bind(result.patch_sha256.as_ref().map(|h| h.as_str().to_owned()))
    .bind(to_json(&result.files_changed)?)
    .bind(to_json(&result.warnings)?)
    .bind(opt_text(result.error.as_deref()))
    .bind(result.usage.input_tokens)
    .bind(result.usage.output_tokens)
    .bind(result.usage.cached_input_tokens)
    .bind(result.cost.0)
    .bind(now.0)
    .bind(opt_text(result.answered_by.as_deref()))
    .bind(result.usage.cache_write_tokens)
    .bind(result.failure.map(FailureKind::as_str))
    .bind(id.to_string())
    .bind(attempt)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Fails a run that no worker has taken; `error` is one sentence.
pub async fn fail_queued(conn: &mut Conn, id: RunId, error: &str, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE runs SET status = 'failed', error = $1, completed_at = $2 WHERE id = $3 AND status = 'queued'",
    )
    .bind(text(error))
    .bind(now.0)
    .bind(id.to_string())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Fails every waiting run of a model that is being deleted; which ones.
pub async fn fail_queued_of_model(
    conn: &mut Conn,
    model: ModelId,
    error: &str,
    now: Timestamp,
) -> Result<Vec<RunId>, StoreError> {
    let rows = sqlx::query(
        "UPDATE runs SET status = 'failed', error = $1, completed_at = $2 WHERE model_id = $3 AND status = 'queued' \
         RETURNING id",
    )
    .bind(text(error))
    .bind(now.0)
    .bind(model.to_string())
    .fetch_all(conn)
    .await?;
    rows.iter().map(|r| r.id("id")).collect()
}

/// Asks whoever runs it to stop; `false` when it has ended.
pub async fn request_cancel(conn: &mut Conn, id: RunId) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE runs SET cancel_requested = 1 WHERE id = $1 AND status IN ('queued', 'running')")
        .bind(id.to_string())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends the run as canceled at once, whoever may be running it; `false` when it has ended.
pub async fn cancel(conn: &mut Conn, id: RunId, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE runs SET status = 'canceled', cancel_requested = 1, completed_at = $1 \
         WHERE id = $2 AND status IN ('queued', 'running')",
    )
    .bind(now.0)
    .bind(id.to_string())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
