//! Jobs as people and checks look at them; the queue itself is written in `adapters::queue`.

use sqlx::any::AnyRow;

use super::page::Page;
use super::row::{Read, text};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::JobId;
use crate::domain::job::Job;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, payload, status, run_at, attempts, crashes, worker, last_error, created_at, updated_at FROM jobs ",
            $rest
        )
    };
}

/// Where a job stands; one that is done has no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobStatus {
    /// Waits for its time or a worker.
    Queued,
    /// A worker has it.
    Running,
    /// Given up.
    Dead,
}

impl JobStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Queued, Self::Running, Self::Dead];

    /// The word stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Dead => "dead",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

/// A job row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Its id.
    pub id: JobId,
    /// The work.
    pub job: Job,
    /// Where it stands.
    pub status: JobStatus,
    /// Not before this moment.
    pub run_at: Timestamp,
    /// How often a worker took it.
    pub attempts: i64,
    /// How often its worker's process ended under it.
    pub crashes: i64,
    /// Its worker.
    pub worker: Option<String>,
    /// One sentence on the last failure.
    pub last_error: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When the row last changed.
    pub updated_at: Timestamp,
}

fn read(row: &AnyRow) -> Result<JobRow, StoreError> {
    Ok(JobRow {
        id: row.id("id")?,
        job: row.json("payload")?,
        status: row.parsed("status", JobStatus::parse)?,
        run_at: row.time("run_at")?,
        attempts: row.int("attempts")?,
        crashes: row.int("crashes")?,
        worker: row.opt_text("worker")?,
        last_error: row.opt_text("last_error")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

/// One job.
pub async fn get(conn: &mut Conn, id: JobId) -> Result<Option<JobRow>, StoreError> {
    let row = sqlx::query(select!("WHERE id = $1")).bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The jobs of a unique key, newest first: at most one of them is waiting or running.
pub async fn by_key(conn: &mut Conn, unique_key: &str) -> Result<Vec<JobRow>, StoreError> {
    let sql = select!("WHERE unique_key = $1 ORDER BY created_at DESC, id DESC");
    sqlx::query(sql).bind(text(unique_key)).fetch_all(conn).await?.iter().map(read).collect()
}

/// Jobs of one status, last changed first.
pub async fn list(conn: &mut Conn, status: JobStatus, page: &Page) -> Result<Vec<JobRow>, StoreError> {
    let (at, id) = page.bound();
    let sql = select!("WHERE status = $1 AND (updated_at, id) < ($2, $3) ORDER BY updated_at DESC, id DESC LIMIT $4");
    let query = sqlx::query(sql).bind(status.as_str()).bind(at).bind(id).bind(page.limit);
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// How many jobs there are of one status.
pub async fn count(conn: &mut Conn, status: JobStatus) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM jobs WHERE status = $1";
    sqlx::query(sql).bind(status.as_str()).fetch_one(conn).await?.int("n")
}
