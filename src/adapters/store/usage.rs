//! Money: what was spent and what running work may still spend, always summed from the runs themselves.
//!
//! A cap is held when the sum is read and the new runs are written in one transaction that first called
//! [`hold`] (M17).

use sqlx::any::AnyRow;

use super::row::Read;
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GithubUserId, InstallationId, RepoId, RoundId, TaskId};
use crate::domain::money::{Usage, UsdMicros};

macro_rules! sum {
    ($rest:literal) => {
        concat!(
            "SELECT COUNT(*) AS runs, CAST(COALESCE(SUM(r.cost), 0) AS BIGINT) AS spent, \
             CAST(COALESCE(SUM(CASE WHEN r.status IN ('queued', 'running') AND r.budget > r.cost \
             THEN r.budget - r.cost ELSE 0 END), 0) AS BIGINT) AS reserved FROM runs AS r ",
            $rest
        )
    };
}

/// A sum over runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spend {
    /// How many runs.
    pub runs: i64,
    /// What they have cost so far.
    pub spent: UsdMicros,
    /// What those still at work may spend on top.
    pub reserved: UsdMicros,
}

impl Spend {
    /// What counts against a cap.
    pub fn total(&self) -> UsdMicros {
        self.spent.plus(self.reserved)
    }
}

/// The tokens of a row: of a run, or of a sum over calls.
pub(super) fn tokens(row: &AnyRow) -> Result<Usage, StoreError> {
    Ok(Usage {
        input_tokens: row.int("input_tokens")?,
        output_tokens: row.int("output_tokens")?,
        cached_input_tokens: row.int("cached_input_tokens")?,
        cache_write_tokens: row.int("cache_write_tokens")?,
    })
}

fn read(row: &AnyRow) -> Result<Spend, StoreError> {
    Ok(Spend { runs: row.int("runs")?, spent: UsdMicros(row.int("spent")?), reserved: UsdMicros(row.int("reserved")?) })
}

/// Makes transactions that check a cap take turns until this one ends (SQLite's writers do anyway).
pub async fn hold(conn: &mut Conn) -> Result<(), StoreError> {
    sqlx::query("UPDATE meta SET value = value WHERE key = 'budget_lock'").execute(conn).await?;
    Ok(())
}

/// What a task has taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many runs.
    pub runs: i64,
    /// Input and output tokens, of runs at work the most they may take.
    pub tokens: i64,
}

/// Of one task, where a run at work takes `most_tokens` at most.
pub async fn of_task(conn: &mut Conn, task: TaskId, most_tokens: i64) -> Result<Taken, StoreError> {
    let sql = "SELECT COUNT(*) AS runs, CAST(COALESCE(SUM(CASE WHEN r.status IN ('queued', 'running') \
               AND r.input_tokens + r.output_tokens < $1 THEN CAST($2 AS BIGINT) \
               ELSE r.input_tokens + r.output_tokens END), 0) AS BIGINT) AS tokens FROM runs AS r WHERE r.task_id = $3";
    let query = sqlx::query(sql).bind(most_tokens).bind(most_tokens).bind(task.to_string());
    let row = query.fetch_one(conn).await?;
    Ok(Taken { runs: row.int("runs")?, tokens: row.int("tokens")? })
}

/// Of one round.
pub async fn of_round(conn: &mut Conn, round: RoundId) -> Result<Spend, StoreError> {
    read(&sqlx::query(sum!("WHERE r.round_id = $1")).bind(round.to_string()).fetch_one(conn).await?)
}

/// Of all runs made since a moment.
pub async fn since(conn: &mut Conn, since: Timestamp) -> Result<Spend, StoreError> {
    read(&sqlx::query(sum!("WHERE r.created_at >= $1")).bind(since.0).fetch_one(conn).await?)
}

/// Of one repository's runs made since a moment.
pub async fn of_repo_since(conn: &mut Conn, repo: RepoId, since: Timestamp) -> Result<Spend, StoreError> {
    let sql = sum!("JOIN tasks AS t ON t.id = r.task_id WHERE t.repo_id = $1 AND r.created_at >= $2");
    read(&sqlx::query(sql).bind(repo.to_string()).bind(since.0).fetch_one(conn).await?)
}

/// Of one installation's runs made since a moment.
pub async fn of_installation_since(
    conn: &mut Conn,
    installation: InstallationId,
    since: Timestamp,
) -> Result<Spend, StoreError> {
    let sql = sum!(
        "JOIN tasks AS t ON t.id = r.task_id JOIN repos AS p ON p.id = t.repo_id \
         WHERE p.installation_id = $1 AND r.created_at >= $2"
    );
    read(&sqlx::query(sql).bind(installation.0).bind(since.0).fetch_one(conn).await?)
}

/// Of the runs that one person started since a moment.
pub async fn of_person_since(conn: &mut Conn, person: GithubUserId, since: Timestamp) -> Result<Spend, StoreError> {
    let sql = sum!("JOIN rounds AS o ON o.id = r.round_id WHERE o.requester_id = $1 AND r.created_at >= $2");
    read(&sqlx::query(sql).bind(person.0).bind(since.0).fetch_one(conn).await?)
}
