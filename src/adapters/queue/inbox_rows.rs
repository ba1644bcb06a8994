//! The inbox's SQL: many deliveries at once, each with its job.

use std::collections::HashSet;

use sqlx::AssertSqlSafe;

use super::inbox::{Accepted, NewDelivery};
use super::{bulk, enqueue};
use crate::adapters::store::row::{Read, opt_text, text};
use crate::adapters::store::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::delivery::DeliveryStatus;
use crate::domain::job::{Job, NewJob};

const COLUMNS: usize = 9;

const TOO_OLD: &str = "the delivery was too old to be acted on";

/// Writes the deliveries and the jobs of those that are new; tells what became of each.
pub(super) async fn store(conn: &mut Conn, deliveries: &[&NewDelivery]) -> Result<Vec<Accepted>, StoreError> {
    let mut new = insert(conn, deliveries).await?;
    let mut accepted = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        // The second of two in one batch is a duplicate of the first.
        accepted.push(match (new.remove(&key(delivery)), delivery.too_old) {
            (true, false) => Accepted::Queued,
            (true, true) => Accepted::TooOld,
            (false, false) if rearm(conn, delivery).await? => Accepted::Queued,
            (false, _) => Accepted::Duplicate,
        });
    }
    let queued = deliveries.iter().zip(&accepted).filter(|(_, accepted)| **accepted == Accepted::Queued);
    let mut jobs: Vec<NewJob> = queued.map(|(delivery, _)| job(delivery)).collect();
    jobs.sort_by_cached_key(|new| new.job.unique_key());
    let now = deliveries.iter().map(|delivery| delivery.received_at).max().unwrap_or(Timestamp(0));
    enqueue::add(conn, &jobs, now).await?;
    Ok(accepted)
}

fn key(delivery: &NewDelivery) -> (i64, String) {
    (delivery.app_id, text(&delivery.guid))
}

fn job(delivery: &NewDelivery) -> NewJob {
    NewJob {
        job: Job::HandleDelivery { app_id: delivery.app_id, guid: text(&delivery.guid) },
        run_at: delivery.received_at,
        installation_id: delivery.installation_id,
        model_id: None,
    }
}

/// Inserts what is new and gives its keys; in one order everywhere, so that two processes that were
/// brought the same deliveries wait for each other instead of blocking each other.
async fn insert(conn: &mut Conn, deliveries: &[&NewDelivery]) -> Result<HashSet<(i64, String)>, StoreError> {
    let mut new = HashSet::new();
    let mut ordered = deliveries.to_vec();
    ordered.sort_by_key(|delivery| (delivery.app_id, &delivery.guid));
    for piece in bulk::pieces(&ordered) {
        let statement = format!(
            "INSERT INTO deliveries (app_id, guid, event, action, payload, status, received_at, handled_at, error, \
             attempts) VALUES {} ON CONFLICT (app_id, guid) DO NOTHING RETURNING app_id, guid",
            bulk::parameters(piece.len(), COLUMNS, "0")
        );
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for delivery in piece {
            let status = if delivery.too_old { DeliveryStatus::Ignored } else { DeliveryStatus::Queued };
            query = query
                .bind(delivery.app_id)
                .bind(text(&delivery.guid))
                .bind(text(&delivery.event))
                .bind(opt_text(delivery.action.as_deref()))
                .bind(text(&delivery.payload))
                .bind(status.as_str())
                .bind(delivery.received_at.0)
                .bind(delivery.too_old.then_some(delivery.received_at.0))
                .bind(delivery.too_old.then_some(TOO_OLD));
        }
        for row in query.fetch_all(&mut *conn).await? {
            new.insert((row.int("app_id")?, row.text("guid")?));
        }
    }
    Ok(new)
}

/// Lets a delivery run again that was given up before it had any effect (M06).
async fn rearm(conn: &mut Conn, delivery: &NewDelivery) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE deliveries SET status = 'queued', handled_at = NULL, error = NULL \
         WHERE app_id = $1 AND guid = $2 AND status = 'failed' \
         AND NOT EXISTS (SELECT 1 FROM commands WHERE commands.guid = deliveries.guid)",
    )
    .bind(delivery.app_id)
    .bind(text(&delivery.guid))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The delivery's job is dead.
pub(super) async fn mark_failed(
    conn: &mut Conn,
    app_id: i64,
    guid: &str,
    reason: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE deliveries SET status = 'failed', handled_at = $3, error = $4 \
         WHERE app_id = $1 AND guid = $2 AND status = 'queued'",
    )
    .bind(app_id)
    .bind(guid)
    .bind(now.0)
    .bind(text(reason))
    .execute(conn)
    .await?;
    Ok(())
}
