//! Leases: signs of life, noticing those who show none, and taking their jobs back (M54).
//!
//! A lease is over when an observer saw its row's `beats` stand still for long enough by its own
//! monotonic clock: no two machines' clocks are ever compared, and none may jump (F119).

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::adapters::store::row::Read;
use crate::adapters::store::{Backend, Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::JobId;

/// One SQL text with `FOR UPDATE SKIP LOCKED` between its two halves on Postgres: rows that somebody
/// else's transaction holds are left for the next time, so the queue never waits and never deadlocks.
macro_rules! locked {
    ($backend:expr, $head:literal, $tail:literal) => {
        match $backend {
            crate::adapters::store::Backend::Sqlite => concat!($head, $tail),
            crate::adapters::store::Backend::Postgres => concat!($head, " FOR UPDATE SKIP LOCKED", $tail),
        }
    };
}
pub(super) use locked;

/// A running row as its holder or an observer sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LeaseRow {
    pub(super) job_id: JobId,
    pub(super) token: i64,
    pub(super) beats: i64,
    pub(super) cancel_requested: bool,
}

/// Shows that `worker` lives.
pub(super) async fn beat(conn: &mut Conn, backend: Backend, worker: &str) -> Result<(), StoreError> {
    let text = locked!(
        backend,
        "UPDATE jobs SET beats = beats + 1 WHERE id IN (SELECT id FROM jobs WHERE worker = $1 AND status = 'running'",
        ")"
    );
    sqlx::query(text).bind(worker).execute(conn).await?;
    Ok(())
}

/// The running rows of `worker`.
pub(super) async fn own(conn: &mut Conn, worker: &str) -> Result<Vec<LeaseRow>, StoreError> {
    rows(
        conn,
        "SELECT id, lease_token, beats, cancel_requested FROM jobs WHERE status = 'running' AND worker = $1",
        worker,
    )
    .await
}

/// The running rows of everybody else.
pub(super) async fn others(conn: &mut Conn, worker: &str) -> Result<Vec<LeaseRow>, StoreError> {
    rows(
        conn,
        "SELECT id, lease_token, beats, cancel_requested FROM jobs \
         WHERE status = 'running' AND (worker IS NULL OR worker <> $1)",
        worker,
    )
    .await
}

async fn rows(conn: &mut Conn, text: &'static str, worker: &str) -> Result<Vec<LeaseRow>, StoreError> {
    let rows = sqlx::query(text).bind(worker).fetch_all(conn).await?;
    let read = |row: &sqlx::any::AnyRow| {
        Ok(LeaseRow {
            job_id: row.id("id")?,
            token: row.int("lease_token")?,
            beats: row.int("beats")?,
            cancel_requested: row.flag("cancel_requested")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Puts a job whose holder is gone back in line and counts the crash; `false` when it moved after all.
pub(super) async fn take_back(
    conn: &mut Conn,
    backend: Backend,
    lost: &LeaseRow,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let text = locked!(
        backend,
        "UPDATE jobs SET status = 'queued', worker = NULL, crashes = crashes + 1, run_at = $4, updated_at = $4 \
         WHERE id IN (SELECT id FROM jobs WHERE id = $1 AND lease_token = $2 AND beats = $3 AND status = 'running'",
        ")"
    );
    let query = sqlx::query(text).bind(lost.job_id.to_string()).bind(lost.token).bind(lost.beats).bind(now.0);
    Ok(query.execute(conn).await?.rows_affected() > 0)
}

/// Takes every lease back: right only for who knows that nobody else works (SQLite, lock file held).
pub(super) async fn take_back_all(conn: &mut Conn, now: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "UPDATE jobs SET status = 'queued', worker = NULL, crashes = crashes + 1, run_at = $1, updated_at = $1 \
         WHERE status = 'running'",
    )
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Whether this claim still holds; an update, so that the row is held until the transaction ends.
pub(super) async fn confirm(conn: &mut Conn, job_id: JobId, token: i64) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE jobs SET beats = beats + 1 WHERE id = $1 AND lease_token = $2 AND status = 'running'")
            .bind(job_id.to_string())
            .bind(token)
            .execute(conn)
            .await?;
    Ok(done.rows_affected() > 0)
}

/// What an observer remembers of other workers' leases.
#[derive(Debug, Default)]
pub(super) struct Watch {
    seen: HashMap<JobId, (LeaseRow, Instant)>,
    looked_at: Option<Instant>,
}

impl Watch {
    /// Takes in a look at the others' rows and names those that stood still for `silence`. A gap of more
    /// than `gap` between two looks starts over: who could not look knows nothing.
    pub(super) fn look(&mut self, rows: &[LeaseRow], at: Instant, silence: Duration, gap: Duration) -> Vec<LeaseRow> {
        if self.looked_at.is_some_and(|before| at.duration_since(before) > gap) {
            self.seen.clear();
        }
        self.looked_at = Some(at);
        let before = std::mem::take(&mut self.seen);
        for row in rows {
            let since = before.get(&row.job_id).filter(|(old, _)| (old.token, old.beats) == (row.token, row.beats));
            self.seen.insert(row.job_id, (*row, since.map_or(at, |(_, since)| *since)));
        }
        let still = self.seen.values().filter(|(_, since)| at.duration_since(*since) >= silence);
        still.map(|(row, _)| *row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m54_only_a_lease_that_was_seen_standing_still_is_over() {
        let (silence, gap) = (Duration::from_secs(45), Duration::from_secs(20));
        let start = Instant::now();
        let row = |beats| LeaseRow { job_id: JobId::new(), token: 1, beats, cancel_requested: false };
        let (mut alive, dead) = (row(1), row(1));
        let mut watch = Watch::default();
        for step in 0_u64..9 {
            alive.beats += 1;
            assert_eq!(watch.look(&[alive, dead], start + Duration::from_secs(step * 5), silence, gap), [], "{step}");
        }
        let lost = watch.look(&[alive, dead], start + Duration::from_secs(45), silence, gap);
        assert_eq!(lost, [dead]);

        // A new claim of the row is a new lease; and after a gap nobody is accused.
        let again = LeaseRow { token: 2, ..dead };
        assert_eq!(watch.look(&[again], start + Duration::from_secs(50), silence, gap), []);
        assert_eq!(watch.look(&[again], start + Duration::from_secs(200), silence, gap), []);
    }
}
