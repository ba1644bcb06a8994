//! Claiming: which lanes have work that is due, and taking rows from one of them.

use super::lane::Lane;
use super::lease::locked;
use super::turns::Running;
use crate::adapters::store::row::Read;
use crate::adapters::store::{Backend, Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::JobId;

/// Steps from lane to lane through the index, however many jobs wait in each.
const LANES: &str = "WITH RECURSIVE lanes (lane) AS (\
     SELECT min(lane) FROM jobs WHERE status = 'queued' \
     UNION ALL \
     SELECT (SELECT min(j.lane) FROM jobs j WHERE j.status = 'queued' AND j.lane > lanes.lane) \
     FROM lanes WHERE lanes.lane IS NOT NULL) \
     SELECT lane, (SELECT min(j.run_at) FROM jobs j WHERE j.status = 'queued' AND j.lane = lanes.lane) AS ready_at \
     FROM lanes WHERE lane IS NOT NULL";

/// Every lane in which something waits, now or later.
pub(super) async fn lanes(conn: &mut Conn) -> Result<Vec<Lane>, StoreError> {
    let rows = sqlx::query(LANES).fetch_all(conn).await?;
    let mut lanes = Vec::with_capacity(rows.len());
    for row in rows {
        // The last job of a lane may have gone between the two looks.
        let Some(ready_at) = row.opt_time("ready_at")? else { continue };
        lanes.extend(Lane::parse(&row.text("lane")?, ready_at));
    }
    Ok(lanes)
}

/// How many jobs run now in all processes; those of installations in one pool only.
pub(super) async fn running(conn: &mut Conn, long: bool) -> Result<Running, StoreError> {
    let rows = sqlx::query("SELECT lane, count(*) AS jobs FROM jobs WHERE status = 'running' GROUP BY lane")
        .fetch_all(conn)
        .await?;
    let mut running = Running::default();
    for row in rows {
        let Some(lane) = Lane::parse(&row.text("lane")?, Timestamp(0)) else { continue };
        let jobs = usize::try_from(row.int("jobs")?).unwrap_or(0);
        if let Some(id) = lane.installation.filter(|_| lane.long == long) {
            *running.installations.entry(id).or_default() += jobs;
        }
        if let Some(model) = lane.model {
            *running.models.entry(model).or_default() += jobs;
        }
    }
    Ok(running)
}

/// A row that is ours now.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) job_id: JobId,
    /// JSON, perhaps of a newer version's job.
    pub(super) payload: String,
    pub(super) token: i64,
    pub(super) attempt: i64,
    pub(super) crashes: i64,
    pub(super) cancel_requested: bool,
}

/// Takes up to `limit` due jobs of one lane, the longest due first.
pub(super) async fn claim(
    conn: &mut Conn,
    backend: Backend,
    worker: &str,
    lane: &str,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<Claimed>, StoreError> {
    let text = locked!(
        backend,
        "UPDATE jobs SET status = 'running', worker = $1, lease_token = lease_token + 1, beats = beats + 1, \
         attempts = attempts + 1, updated_at = $2 WHERE id IN (\
         SELECT id FROM jobs WHERE status = 'queued' AND lane = $3 AND run_at <= $2 ORDER BY run_at, id LIMIT $4",
        ") RETURNING id, payload, lease_token, attempts, crashes, cancel_requested, run_at"
    );
    let rows = sqlx::query(text)
        .bind(worker)
        .bind(now.0)
        .bind(lane)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(conn)
        .await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in rows {
        let order = (row.int("run_at")?, row.text("id")?);
        claimed.push((
            order,
            Claimed {
                job_id: row.id("id")?,
                payload: row.text("payload")?,
                token: row.int("lease_token")?,
                attempt: row.int("attempts")?,
                crashes: row.int("crashes")?,
                cancel_requested: row.flag("cancel_requested")?,
            },
        ));
    }
    claimed.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(claimed.into_iter().map(|(_, claimed)| claimed).collect())
}
