//! Webhook deliveries: known by App and GUID, which a redelivery keeps (M05).

use sqlx::any::AnyRow;

use super::page::Page;
use super::row::{Read, opt_text, text};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::delivery::{Delivery, DeliveryStatus};

macro_rules! select {
    ($payload:literal, $rest:literal) => {
        concat!(
            "SELECT guid, event, action, ",
            $payload,
            " AS payload, status, attempts, received_at, handled_at, error FROM deliveries ",
            $rest
        )
    };
}

fn read(row: &AnyRow) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        guid: row.text("guid")?,
        event: row.text("event")?,
        action: row.opt_text("action")?,
        payload: row.text("payload")?,
        status: row.parsed("status", DeliveryStatus::parse)?,
        attempts: row.int("attempts")?,
        received_at: row.time("received_at")?,
        handled_at: row.opt_time("handled_at")?,
        error: row.opt_text("error")?,
    })
}

/// Adds a delivery; `false` when it was taken before.
pub async fn insert(conn: &mut Conn, app_id: i64, delivery: &Delivery) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO deliveries (app_id, guid, event, action, payload, status, attempts, received_at, handled_at, \
         error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
    )
    .bind(app_id)
    .bind(text(&delivery.guid))
    .bind(text(&delivery.event))
    .bind(opt_text(delivery.action.as_deref()))
    .bind(text(&delivery.payload))
    .bind(delivery.status.as_str())
    .bind(delivery.attempts)
    .bind(delivery.received_at.0)
    .bind(delivery.handled_at.map(|t| t.0))
    .bind(opt_text(delivery.error.as_deref()))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// One delivery, with its payload.
pub async fn get(conn: &mut Conn, app_id: i64, guid: &str) -> Result<Option<Delivery>, StoreError> {
    let sql = select!("payload", "WHERE app_id = $1 AND guid = $2");
    sqlx::query(sql).bind(app_id).bind(text(guid)).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// Newest first, of one status or of all; the payloads are left out (empty).
pub async fn list(
    conn: &mut Conn,
    app_id: i64,
    status: Option<DeliveryStatus>,
    page: &Page,
) -> Result<Vec<Delivery>, StoreError> {
    let (at, guid) = page.bound();
    let sql = select!(
        "''",
        "WHERE app_id = $1 AND ($2 = '' OR status = $3) AND (received_at, guid) < ($4, $5) \
         ORDER BY received_at DESC, guid DESC LIMIT $6"
    );
    let word = status.map_or("", DeliveryStatus::as_str);
    let query = sqlx::query(sql).bind(app_id).bind(word).bind(word).bind(at).bind(guid).bind(page.limit);
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// How many there are of one status.
pub async fn count(conn: &mut Conn, app_id: i64, status: DeliveryStatus) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM deliveries WHERE app_id = $1 AND status = $2";
    sqlx::query(sql).bind(app_id).bind(status.as_str()).fetch_one(conn).await?.int("n")
}

/// Counts an attempt of a waiting delivery; its number, `None` when the delivery is not waiting.
pub async fn count_attempt(conn: &mut Conn, app_id: i64, guid: &str) -> Result<Option<i64>, StoreError> {
    let row = sqlx::query(
        "UPDATE deliveries SET attempts = attempts + 1 WHERE app_id = $1 AND guid = $2 AND status = 'queued' \
         RETURNING attempts",
    )
    .bind(app_id)
    .bind(text(guid))
    .fetch_optional(conn)
    .await?;
    row.map(|r| r.int("attempts")).transpose()
}

/// Ends a waiting delivery as handled, ignored or failed, with a sentence for the latter two; whether it was waiting.
pub async fn set_handled(
    conn: &mut Conn,
    app_id: i64,
    guid: &str,
    status: DeliveryStatus,
    error: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE deliveries SET status = $1, error = $2, handled_at = $3 \
         WHERE app_id = $4 AND guid = $5 AND status = 'queued'",
    )
    .bind(status.as_str())
    .bind(opt_text(error))
    .bind(now.0)
    .bind(app_id)
    .bind(text(guid))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Puts a delivery back to waiting that failed before it had any effect (M06); whether it was one.
pub async fn rearm(conn: &mut Conn, app_id: i64, guid: &str) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE deliveries SET status = 'queued', error = NULL, handled_at = NULL \
         WHERE app_id = $1 AND guid = $2 AND status = 'failed' \
         AND NOT EXISTS (SELECT 1 FROM commands WHERE commands.guid = deliveries.guid)",
    )
    .bind(app_id)
    .bind(text(guid))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// When the newest delivery came.
pub async fn newest_at(conn: &mut Conn, app_id: i64) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MAX(received_at) AS newest FROM deliveries WHERE app_id = $1";
    sqlx::query(sql).bind(app_id).fetch_one(conn).await?.opt_time("newest")
}

/// Empties the payloads of ended deliveries received before `before`; their GUIDs stay for the dedupe. How many.
pub async fn forget_payloads(conn: &mut Conn, before: Timestamp) -> Result<u64, StoreError> {
    let sql = "UPDATE deliveries SET payload = '' WHERE received_at < $1 AND status <> 'queued' AND payload <> ''";
    Ok(sqlx::query(sql).bind(before.0).execute(conn).await?.rows_affected())
}

/// Removes ended deliveries received before `before` (30 days or more ago). How many.
pub async fn remove_before(conn: &mut Conn, before: Timestamp) -> Result<u64, StoreError> {
    let sql = "DELETE FROM deliveries WHERE received_at < $1 AND status <> 'queued'";
    Ok(sqlx::query(sql).bind(before.0).execute(conn).await?.rows_affected())
}
