//! Adding jobs, and asking them to stop.

use sqlx::AssertSqlSafe;

use super::bulk;
use super::lane::Lane;
use crate::adapters::store::row::to_json;
use crate::adapters::store::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::JobId;
use crate::domain::job::NewJob;

const COLUMNS: usize = 11;

const INSERT: &str = "INSERT INTO jobs (id, kind, payload, unique_key, priority, lane, run_at, model_id, \
     installation_id, updated_at, created_at, status, attempts, crashes, lease_token, beats, cancel_requested) VALUES ";

/// The columns that begin the same in every row.
const FRESH: &str = "'queued', 0, 0, 0, 0, 0";

/// A waiting row only moves forward, with all its attempts again; a running row remembers to run once more.
const MERGE: &str = " ON CONFLICT (unique_key) WHERE status IN ('queued', 'running') DO UPDATE SET \
     run_at = CASE WHEN jobs.status = 'queued' AND excluded.run_at < jobs.run_at THEN excluded.run_at ELSE jobs.run_at END, \
     attempts = CASE WHEN jobs.status = 'queued' THEN 0 ELSE jobs.attempts END, \
     again_at = CASE WHEN jobs.status = 'running' AND (jobs.again_at IS NULL OR excluded.run_at < jobs.again_at) \
     THEN excluded.run_at ELSE jobs.again_at END, \
     updated_at = excluded.updated_at";

/// Adds jobs of different keys.
pub(super) async fn add(conn: &mut Conn, jobs: &[NewJob], now: Timestamp) -> Result<(), StoreError> {
    for piece in bulk::pieces(jobs) {
        let text = format!("{INSERT}{}{MERGE}", bulk::parameters(piece.len(), COLUMNS, FRESH));
        let mut query = sqlx::query(AssertSqlSafe(text));
        for new in piece {
            query = query
                .bind(JobId::new().to_string())
                .bind(new.job.kind())
                .bind(to_json(&new.job)?)
                .bind(new.job.unique_key())
                .bind(new.job.priority())
                .bind(Lane::of(new))
                .bind(new.run_at.0)
                .bind(new.model_id.map(|id| id.to_string()))
                .bind(new.installation_id.map(|id| id.0))
                .bind(now.0)
                .bind(now.0);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Sets the flag on the waiting or running job of this key and lets a waiting one run at once, so that
/// its handler can end what it belongs to.
pub(super) async fn cancel(conn: &mut Conn, unique_key: &str, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE jobs SET cancel_requested = 1, updated_at = $2, \
         run_at = CASE WHEN status = 'queued' AND run_at > $2 THEN $2 ELSE run_at END \
         WHERE unique_key = $1 AND status IN ('queued', 'running')",
    )
    .bind(unique_key)
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}
