//! Every call of a model: booked with the most it may cost before it is made, then with what it took (F033).

use std::collections::BTreeMap;

use super::row::{Read, text};
use super::{Conn, StoreError, runs};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{RoundId, RunId};
use crate::domain::model::Provider;
use crate::domain::money::{Usage, UsdMicros};

/// A call that is about to be made.
#[derive(Debug, Clone)]
pub struct Booking<'a> {
    /// The vendor.
    pub provider: Provider,
    /// The vendor's name of the model.
    pub model_name: &'a str,
    /// The tokens it is planned to send.
    pub input_tokens: i64,
    /// The most it may cost.
    pub most: UsdMicros,
}

/// Books a call of this attempt; the number of its turn within the run, `None` when another attempt took over.
pub async fn book(
    conn: &mut Conn,
    run: RunId,
    attempt: i64,
    call: &Booking<'_>,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    if !runs::charge(conn, run, attempt, Usage::default(), call.most).await? {
        return Ok(None);
    }
    let row = sqlx::query(
        "INSERT INTO charges (run_id, turn, at, repo_id, person_id, person, provider, model_name, input_tokens, \
         output_tokens, cached_input_tokens, cache_write_tokens, cost, settled) \
         SELECT r.id, (SELECT COALESCE(MAX(c.turn), 0) + 1 FROM charges AS c WHERE c.run_id = r.id), \
         CAST($1 AS BIGINT), t.repo_id, o.requester_id, COALESCE(o.requester_login, o.token_name), \
         CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), 0, 0, 0, CAST($5 AS BIGINT), 0 \
         FROM runs AS r JOIN tasks AS t ON t.id = r.task_id JOIN rounds AS o ON o.id = r.round_id WHERE r.id = $6 \
         RETURNING turn",
    )
    .bind(now.0)
    .bind(call.provider.as_str())
    .bind(text(call.model_name))
    .bind(call.input_tokens)
    .bind(call.most.0)
    .bind(run.to_string())
    .fetch_optional(conn)
    .await?;
    row.map(|row| row.int("turn")).transpose()
}

/// Writes down what a booked call took, in place of the most it could; `false` when another attempt took over, for
/// which the booked amount stands as the estimate.
pub async fn settle(
    conn: &mut Conn,
    run: RunId,
    (attempt, turn): (i64, i64),
    usage: Usage,
    cost: UsdMicros,
) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT cost FROM charges WHERE run_id = $1 AND turn = $2 AND settled = 0")
        .bind(run.to_string())
        .bind(turn)
        .fetch_optional(&mut *conn)
        .await?;
    let Some(row) = row else { return Ok(false) };
    let difference = UsdMicros(cost.0.saturating_sub(row.int("cost")?));
    if !runs::charge(conn, run, attempt, usage, difference).await? {
        return Ok(false);
    }
    sqlx::query(
        "UPDATE charges SET input_tokens = $1, output_tokens = $2, cached_input_tokens = $3, cache_write_tokens = $4, \
         cost = $5, settled = 1 WHERE run_id = $6 AND turn = $7",
    )
    .bind(usage.input_tokens)
    .bind(usage.output_tokens)
    .bind(usage.cached_input_tokens)
    .bind(usage.cache_write_tokens)
    .bind(cost.0)
    .bind(run.to_string())
    .bind(turn)
    .execute(conn)
    .await?;
    Ok(true)
}

/// How often a run has called a model.
pub async fn turns(conn: &mut Conn, run: RunId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS turns FROM charges WHERE run_id = $1";
    sqlx::query(sql).bind(run.to_string()).fetch_one(conn).await?.int("turns")
}

/// How many calls each run of a round has made; those without any are left out.
pub async fn calls_of_round(conn: &mut Conn, round: RoundId) -> Result<BTreeMap<RunId, i64>, StoreError> {
    let sql = "SELECT c.run_id AS run_id, COUNT(*) AS calls FROM charges AS c JOIN runs AS r ON r.id = c.run_id \
               WHERE r.round_id = $1 GROUP BY c.run_id";
    let rows = sqlx::query(sql).bind(round.to_string()).fetch_all(conn).await?;
    rows.iter().map(|row| Ok((row.id("run_id")?, row.int("calls")?))).collect()
}
