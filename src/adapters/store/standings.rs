//! How models did: sums over runs that have ended, and who was chosen over whom. A run that a fallback answered counts
//! for nobody: it says nothing of the model that was asked.

use sqlx::any::AnyRow;

use super::row::Read;
use super::{Conn, StoreError};
use crate::domain::ids::RepoId;
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
    /// What all of them cost.
    pub cost: UsdMicros,
    /// Votes for their candidates, one of each voter and candidate.
    pub up: i64,
    /// Votes against.
    pub down: i64,
}

/// How often one model was chosen where another had a patch too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferred {
    /// Whose candidate was chosen.
    pub winner: ModelKey,
    /// Whose was not.
    pub loser: ModelKey,
    /// How often.
    pub times: i64,
}

fn key(row: &AnyRow, provider: &'static str, name: &'static str) -> Result<ModelKey, StoreError> {
    let provider = row.parsed(provider, Provider::parse)?.as_str().to_owned();
    Ok(ModelKey { provider, model_name: row.text(name)? })
}

fn read(row: &AnyRow) -> Result<Standing, StoreError> {
    Ok(Standing {
        model: key(row, "provider", "model_name")?,
        runs: row.int("runs")?,
        patches: row.int("patches")?,
        no_changes: row.int("no_changes")?,
        failed: row.int("failed")?,
        canceled: row.int("canceled")?,
        picks: row.int("picks")?,
        merges: row.int("merges")?,
        cost: UsdMicros(row.int("cost")?),
        up: row.int("up")?,
        down: row.int("down")?,
    })
}

const STANDINGS: &str = "SELECT r.provider AS provider, r.model_name AS model_name, COUNT(*) AS runs, \
    SUM(CASE WHEN r.status = 'succeeded' AND r.patch <> '' THEN 1 ELSE 0 END) AS patches, \
    SUM(CASE WHEN r.status = 'succeeded' AND r.patch = '' THEN 1 ELSE 0 END) AS no_changes, \
    SUM(CASE WHEN r.status = 'failed' THEN 1 ELSE 0 END) AS failed, \
    SUM(CASE WHEN r.status = 'canceled' THEN 1 ELSE 0 END) AS canceled, \
    SUM(CASE WHEN EXISTS (SELECT 1 FROM picks AS k WHERE k.run_id = r.id AND k.status = 'opened') \
    THEN 1 ELSE 0 END) AS picks, \
    SUM(CASE WHEN EXISTS (SELECT 1 FROM pulls AS p WHERE p.status = 'merged' AND (p.run_id = r.id OR p.id IN \
    (SELECT k.pull_id FROM picks AS k WHERE k.run_id = r.id AND k.status = 'opened'))) THEN 1 ELSE 0 END) AS merges, \
    CAST(SUM(r.cost) AS BIGINT) AS cost, \
    CAST(COALESCE(SUM((SELECT COUNT(*) FROM votes AS v WHERE v.run_id = r.id AND v.value > 0 AND NOT EXISTS \
    (SELECT 1 FROM votes AS o WHERE o.run_id = v.run_id AND o.voter_id = v.voter_id AND (o.updated_at > v.updated_at \
    OR (o.updated_at = v.updated_at AND o.source > v.source))))), 0) AS BIGINT) AS up, \
    CAST(COALESCE(SUM((SELECT COUNT(*) FROM votes AS v WHERE v.run_id = r.id AND v.value < 0 AND NOT EXISTS \
    (SELECT 1 FROM votes AS o WHERE o.run_id = v.run_id AND o.voter_id = v.voter_id AND (o.updated_at > v.updated_at \
    OR (o.updated_at = v.updated_at AND o.source > v.source))))), 0) AS BIGINT) AS down \
    FROM runs AS r JOIN tasks AS t ON t.id = r.task_id \
    WHERE r.status IN ('succeeded', 'failed', 'canceled') AND r.answered_by IS NULL AND ($1 = '' OR t.repo_id = $1) \
    GROUP BY r.provider, r.model_name ORDER BY r.provider, r.model_name";

/// How every model did, in all repositories or in one.
pub async fn standings(conn: &mut Conn, repo: Option<RepoId>) -> Result<Vec<Standing>, StoreError> {
    let repo = repo.map(|id| id.to_string()).unwrap_or_default();
    sqlx::query(STANDINGS).bind(repo).fetch_all(conn).await?.iter().map(read).collect()
}

const PREFERRED: &str = "SELECT w.provider AS won_provider, w.model_name AS won_name, l.provider AS lost_provider, \
    l.model_name AS lost_name, COUNT(*) AS times FROM picks AS k JOIN runs AS w ON w.id = k.run_id \
    JOIN runs AS l ON l.round_id = w.round_id AND l.letter <> w.letter JOIN tasks AS t ON t.id = w.task_id \
    WHERE k.status = 'opened' AND w.answered_by IS NULL AND l.answered_by IS NULL AND l.status = 'succeeded' \
    AND l.patch <> '' AND ($1 = '' OR t.repo_id = $1) AND (l.provider <> w.provider OR l.model_name <> w.model_name) \
    AND NOT EXISTS (SELECT 1 FROM runs AS n WHERE n.round_id = l.round_id AND n.letter = l.letter \
    AND (n.created_at > l.created_at OR (n.created_at = l.created_at AND n.id > l.id))) \
    AND NOT EXISTS (SELECT 1 FROM picks AS b WHERE b.run_id = k.run_id AND b.status = 'opened' \
    AND (b.created_at < k.created_at OR (b.created_at = k.created_at AND b.id < k.id))) \
    GROUP BY w.provider, w.model_name, l.provider, l.model_name \
    ORDER BY w.provider, w.model_name, l.provider, l.model_name";

/// Which model was chosen over which, each candidate counted once.
pub async fn preferred(conn: &mut Conn, repo: Option<RepoId>) -> Result<Vec<Preferred>, StoreError> {
    let repo = repo.map(|id| id.to_string()).unwrap_or_default();
    let rows = sqlx::query(PREFERRED).bind(repo).fetch_all(conn).await?;
    let read = |row: &AnyRow| {
        Ok(Preferred {
            winner: key(row, "won_provider", "won_name")?,
            loser: key(row, "lost_provider", "lost_name")?,
            times: row.int("times")?,
        })
    };
    rows.iter().map(read).collect()
}
