//! How models did: sums over runs that have ended, and who was chosen among whom. A run that a fallback answered counts
//! for nobody: it says nothing of the model that was asked.

use sqlx::any::AnyRow;

use super::row::Read;
use super::{Conn, StoreError};
use crate::domain::failure::FailureKind;
use crate::domain::ids::{PickId, RepoId};
use crate::domain::model::Provider;
use crate::domain::money::UsdMicros;

/// A model of a vendor, whatever profiles there were of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelKey {
    /// The vendor.
    pub provider: String,
    /// The vendor's name of it.
    pub model_name: String,
}

/// Which repositories count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Among {
    /// All there are.
    All,
    /// These only.
    These(Vec<RepoId>),
}

impl Among {
    /// Their ids in one text, empty for all: both engines take the same condition, and no list of parameters.
    fn parameter(&self) -> String {
        match self {
            Self::All => String::new(),
            Self::These(ids) => ids.iter().fold(" ".to_owned(), |all, id| format!("{all}{id} ")),
        }
    }
}

/// What a model did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which model.
    pub model: ModelKey,
    /// Runs that have ended.
    pub runs: i64,
    /// Those that left a patch.
    pub patches: i64,
    /// Those that found nothing to change.
    pub no_changes: i64,
    /// Those that failed.
    pub failed: i64,
    /// Those that were stopped.
    pub canceled: i64,
    /// Those whose patch became a pull request, or a commit on one.
    pub picks: i64,
    /// Those whose pull request was merged.
    pub merges: i64,
    /// Those whose merge was taken back.
    pub reverts: i64,
    /// What all of them cost.
    pub cost: UsdMicros,
    /// Votes for their candidates, one of each voter and candidate.
    pub up: i64,
    /// Votes against.
    pub down: i64,
}

fn key(row: &AnyRow) -> Result<ModelKey, StoreError> {
    let provider = row.parsed("provider", Provider::parse)?.as_str().to_owned();
    Ok(ModelKey { provider, model_name: row.text("model_name")? })
}

fn read(row: &AnyRow) -> Result<Standing, StoreError> {
    Ok(Standing {
        model: key(row)?,
        runs: row.int("runs")?,
        patches: row.int("patches")?,
        no_changes: row.int("no_changes")?,
        failed: row.int("failed")?,
        canceled: row.int("canceled")?,
        picks: row.int("picks")?,
        merges: row.int("merges")?,
        reverts: row.int("reverts")?,
        cost: UsdMicros(row.int("cost")?),
        up: row.int("up")?,
        down: row.int("down")?,
    })
}

/// The pull requests of run `r`, its own or the one it added a commit to.
macro_rules! pulled {
    ($what:literal) => {
        concat!(
            "CAST(SUM(CASE WHEN EXISTS (SELECT 1 FROM pulls AS p WHERE ",
            $what,
            " AND (p.run_id = r.id OR p.id IN (SELECT k.pull_id FROM picks AS k WHERE k.run_id = r.id \
             AND k.status = 'opened'))) THEN 1 ELSE 0 END) AS BIGINT)"
        )
    };
}

/// Votes of run `r`, each voter once by the newest word.
macro_rules! voted {
    ($what:literal) => {
        concat!(
            "CAST(COALESCE(SUM((SELECT COUNT(*) FROM votes AS v WHERE v.run_id = r.id AND ",
            $what,
            " AND NOT EXISTS (SELECT 1 FROM votes AS o WHERE o.run_id = v.run_id AND o.voter_id = v.voter_id \
             AND (o.updated_at > v.updated_at OR (o.updated_at = v.updated_at AND o.source > v.source))))), 0) AS BIGINT)"
        )
    };
}

/// Runs that count.
macro_rules! counting {
    ($rest:literal) => {
        concat!(
            " FROM runs AS r JOIN tasks AS t ON t.id = r.task_id WHERE r.answered_by IS NULL \
             AND ($1 = '' OR $1 LIKE '% ' || t.repo_id || ' %') ",
            $rest
        )
    };
}

const STANDINGS: &str = concat!(
    "SELECT r.provider AS provider, r.model_name AS model_name, COUNT(*) AS runs, \
     SUM(CASE WHEN r.status = 'succeeded' AND r.patch <> '' THEN 1 ELSE 0 END) AS patches, \
     SUM(CASE WHEN r.status = 'succeeded' AND r.patch = '' THEN 1 ELSE 0 END) AS no_changes, \
     SUM(CASE WHEN r.status = 'failed' THEN 1 ELSE 0 END) AS failed, \
     SUM(CASE WHEN r.status = 'canceled' THEN 1 ELSE 0 END) AS canceled, \
     SUM(CASE WHEN EXISTS (SELECT 1 FROM picks AS k WHERE k.run_id = r.id AND k.status = 'opened') \
     THEN 1 ELSE 0 END) AS picks, ",
    pulled!("p.status = 'merged'"),
    " AS merges, ",
    pulled!("p.reverted_by IS NOT NULL"),
    " AS reverts, CAST(SUM(r.cost) AS BIGINT) AS cost, ",
    voted!("v.value > 0"),
    " AS up, ",
    voted!("v.value < 0"),
    " AS down",
    counting!(
        "AND r.status IN ('succeeded', 'failed', 'canceled') GROUP BY r.provider, r.model_name \
         ORDER BY r.provider, r.model_name"
    ),
);

/// How every model did there.
pub async fn standings(conn: &mut Conn, among: &Among) -> Result<Vec<Standing>, StoreError> {
    sqlx::query(STANDINGS).bind(among.parameter()).fetch_all(conn).await?.iter().map(read).collect()
}

const FAILURES: &str = concat!(
    "SELECT r.provider AS provider, r.model_name AS model_name, COALESCE(r.failure, 'other') AS failure, \
     COUNT(*) AS times",
    counting!(
        "AND r.status = 'failed' GROUP BY r.provider, r.model_name, COALESCE(r.failure, 'other') \
         ORDER BY r.provider, r.model_name, failure"
    ),
);

/// Why runs failed: how often of each kind.
pub async fn failures(conn: &mut Conn, among: &Among) -> Result<Vec<(ModelKey, FailureKind, i64)>, StoreError> {
    let read = |row: &AnyRow| Ok((key(row)?, row.parsed("failure", FailureKind::parse)?, row.int("times")?));
    sqlx::query(FAILURES).bind(among.parameter()).fetch_all(conn).await?.iter().map(read).collect()
}

const MEDIANS: &str = concat!(
    "SELECT provider, model_name, CAST(AVG(took) AS BIGINT) AS median FROM (SELECT r.provider AS provider, \
     r.model_name AS model_name, r.completed_at - r.started_at AS took, \
     ROW_NUMBER() OVER (PARTITION BY r.provider, r.model_name ORDER BY r.completed_at - r.started_at) AS place, \
     COUNT(*) OVER (PARTITION BY r.provider, r.model_name) AS total",
    counting!("AND r.status = 'succeeded' AND r.started_at IS NOT NULL AND r.completed_at IS NOT NULL"),
    ") AS q WHERE place * 2 BETWEEN total AND total + 2 GROUP BY provider, model_name ORDER BY provider, model_name",
);

/// How long a run takes that succeeds: the median, in milliseconds.
pub async fn medians(conn: &mut Conn, among: &Among) -> Result<Vec<(ModelKey, i64)>, StoreError> {
    let read = |row: &AnyRow| Ok((key(row)?, row.int("median")?));
    sqlx::query(MEDIANS).bind(among.parameter()).fetch_all(conn).await?.iter().map(read).collect()
}

/// A candidate that could be chosen when one was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The choice.
    pub pick: PickId,
    /// Whose candidate it is.
    pub model: ModelKey,
    /// Whether it was the one.
    pub chosen: bool,
}

const OFFERED: &str = "SELECT k.id AS pick, r.provider AS provider, r.model_name AS model_name, \
    CAST(CASE WHEN r.id = w.id THEN 1 ELSE 0 END AS BIGINT) AS chosen \
    FROM picks AS k JOIN runs AS w ON w.id = k.run_id JOIN runs AS r ON r.round_id = w.round_id \
    JOIN tasks AS t ON t.id = w.task_id \
    WHERE k.status = 'opened' AND w.answered_by IS NULL AND r.answered_by IS NULL AND r.status = 'succeeded' \
    AND r.patch <> '' AND ($1 = '' OR $1 LIKE '% ' || t.repo_id || ' %') \
    AND (r.id = w.id OR (r.letter <> w.letter \
    AND NOT EXISTS (SELECT 1 FROM runs AS n WHERE n.round_id = r.round_id AND n.letter = r.letter \
    AND (n.created_at > r.created_at OR (n.created_at = r.created_at AND n.id > r.id))))) \
    AND NOT EXISTS (SELECT 1 FROM picks AS b WHERE b.run_id = k.run_id AND b.status = 'opened' \
    AND (b.created_at < k.created_at OR (b.created_at = k.created_at AND b.id < k.id))) \
    ORDER BY k.id, r.provider, r.model_name";

/// Every choice with all candidates that had a patch then, the newest of each letter; each candidate is chosen once at
/// most.
pub async fn offered(conn: &mut Conn, among: &Among) -> Result<Vec<Offered>, StoreError> {
    let read = |row: &AnyRow| Ok(Offered { pick: row.id("pick")?, model: key(row)?, chosen: row.flag("chosen")? });
    sqlx::query(OFFERED).bind(among.parameter()).fetch_all(conn).await?.iter().map(read).collect()
}
