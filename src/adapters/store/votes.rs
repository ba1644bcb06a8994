//! Votes: one row of each candidate, way in and voter; a voter of several ways in counts once, by the newest row.

use std::collections::HashMap;

use sqlx::any::AnyRow;

use super::row::{Read, text};
use super::{Conn, StoreError};
use crate::domain::ids::{RoundId, RunId};
use crate::domain::vote::{Ballot, Tally, Vote, VoteSource, Voter};

macro_rules! counted {
    ($from:literal) => {
        concat!(
            "SELECT v.run_id AS run_id, COALESCE(SUM(CASE WHEN v.value > 0 THEN 1 ELSE 0 END), 0) AS up, \
             COALESCE(SUM(CASE WHEN v.value < 0 THEN 1 ELSE 0 END), 0) AS down FROM votes AS v ",
            $from,
            " AND NOT EXISTS (SELECT 1 FROM votes AS o WHERE o.run_id = v.run_id AND o.voter_id = v.voter_id \
             AND (o.updated_at > v.updated_at OR (o.updated_at = v.updated_at AND o.source > v.source))) \
             GROUP BY v.run_id"
        )
    };
}

fn read(row: &AnyRow) -> Result<Vote, StoreError> {
    let ballot = Ballot::of_value(row.int("value")?).ok_or(StoreError::Unreadable { column: "value" })?;
    Ok(Vote {
        run_id: row.id("run_id")?,
        source: row.parsed("source", VoteSource::parse)?,
        voter: Voter::known(row.text("voter_id")?, row.text("voter_name")?),
        ballot,
        updated_at: row.time("updated_at")?,
    })
}

/// Writes a vote in place of the voter's own by the same way in; `false` when it says the same as before.
pub async fn cast(conn: &mut Conn, vote: &Vote) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO votes (run_id, source, voter_id, voter_name, value, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (run_id, source, voter_id) DO UPDATE SET \
         value = excluded.value, voter_name = excluded.voter_name, updated_at = excluded.updated_at \
         WHERE votes.value <> excluded.value",
    )
    .bind(vote.run_id.to_string())
    .bind(vote.source.as_str())
    .bind(text(vote.voter.id()))
    .bind(text(vote.voter.name()))
    .bind(vote.ballot.value())
    .bind(vote.updated_at.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Every row of a candidate by one way in, in order of voter.
pub async fn of_source(conn: &mut Conn, run: RunId, source: VoteSource) -> Result<Vec<Vote>, StoreError> {
    let sql = "SELECT run_id, source, voter_id, voter_name, value, updated_at FROM votes \
               WHERE run_id = $1 AND source = $2 ORDER BY voter_id";
    let query = sqlx::query(sql).bind(run.to_string()).bind(source.as_str());
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// What a candidate's votes come to.
pub async fn tally(conn: &mut Conn, run: RunId) -> Result<Tally, StoreError> {
    let row = sqlx::query(counted!("WHERE v.run_id = $1")).bind(run.to_string()).fetch_optional(conn).await?;
    Ok(row.as_ref().map(count).transpose()?.map(|(_, tally)| tally).unwrap_or_default())
}

/// Likewise of each candidate of a round that has any.
pub async fn of_round(conn: &mut Conn, round: RoundId) -> Result<HashMap<RunId, Tally>, StoreError> {
    let sql = counted!("JOIN runs AS r ON r.id = v.run_id WHERE r.round_id = $1");
    sqlx::query(sql).bind(round.to_string()).fetch_all(conn).await?.iter().map(count).collect()
}

/// What a voter thinks of each candidate of a round, by their newest word.
pub async fn of_voter(conn: &mut Conn, round: RoundId, voter: &Voter) -> Result<HashMap<RunId, Ballot>, StoreError> {
    let sql = "SELECT v.run_id AS run_id, v.value AS value FROM votes AS v JOIN runs AS r ON r.id = v.run_id \
               WHERE r.round_id = $1 AND v.voter_id = $2 AND NOT EXISTS (SELECT 1 FROM votes AS o \
               WHERE o.run_id = v.run_id AND o.voter_id = v.voter_id AND (o.updated_at > v.updated_at \
               OR (o.updated_at = v.updated_at AND o.source > v.source)))";
    let rows = sqlx::query(sql).bind(round.to_string()).bind(text(voter.id())).fetch_all(conn).await?;
    let read = |row: &AnyRow| {
        let ballot = Ballot::of_value(row.int("value")?).ok_or(StoreError::Unreadable { column: "value" })?;
        Ok((row.id("run_id")?, ballot))
    };
    rows.iter().map(read).collect()
}

fn count(row: &AnyRow) -> Result<(RunId, Tally), StoreError> {
    Ok((row.id("run_id")?, Tally { up: row.int("up")?, down: row.int("down")? }))
}
