//! Caps of which most is spent: each is told once.

use sqlx::any::AnyRow;

use super::row::Read;
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::RoundId;
use crate::domain::money::UsdMicros;

/// A cap that is nearly reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Which cap of which day, the same for everybody who notices.
    pub scope: String,
    /// The round in which it happened.
    pub round_id: RoundId,
    /// Whose cap, for people.
    pub whose: String,
    /// What was spent then.
    pub spent: UsdMicros,
    /// How much the cap is.
    pub cap: UsdMicros,
    /// When.
    pub at: Timestamp,
}

fn read(row: &AnyRow) -> Result<Warning, StoreError> {
    Ok(Warning {
        scope: row.text("scope")?,
        round_id: row.id("round_id")?,
        whose: row.text("whose")?,
        spent: UsdMicros(row.int("spent")?),
        cap: UsdMicros(row.int("cap")?),
        at: row.time("at")?,
    })
}

/// Notes a warning; `false` when its scope was warned of before.
pub async fn insert(conn: &mut Conn, warning: &Warning) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO budget_warnings (scope, round_id, whose, spent, cap, at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (scope) DO NOTHING",
    )
    .bind(warning.scope.clone())
    .bind(warning.round_id.to_string())
    .bind(warning.whose.clone())
    .bind(warning.spent.0)
    .bind(warning.cap.0)
    .bind(warning.at.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What is told in a round's status comment, oldest first.
pub async fn of_round(conn: &mut Conn, round: RoundId) -> Result<Vec<Warning>, StoreError> {
    let sql =
        "SELECT scope, round_id, whose, spent, cap, at FROM budget_warnings WHERE round_id = $1 ORDER BY at, scope";
    sqlx::query(sql).bind(round.to_string()).fetch_all(conn).await?.iter().map(read).collect()
}

/// Every warning within a span of time, oldest first.
pub async fn between(conn: &mut Conn, from: Timestamp, to: Timestamp) -> Result<Vec<Warning>, StoreError> {
    let sql = "SELECT scope, round_id, whose, spent, cap, at FROM budget_warnings WHERE at >= $1 AND at < $2 \
               ORDER BY at, scope LIMIT 1000";
    sqlx::query(sql).bind(from.0).bind(to.0).fetch_all(conn).await?.iter().map(read).collect()
}
