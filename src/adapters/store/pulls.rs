//! Pull requests: at most one is open for a task at any time (I2).

use sqlx::any::AnyRow;

use super::row::{Read, opt_text, text};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{PullId, RepoId, RunId, TaskId};
use crate::domain::pull::{Pull, PullStatus};
use crate::domain::repo::{BranchName, CommitSha};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, task_id, run_id, number, url, branch, title, body, head, status, reverted_by, \
             created_at, updated_at FROM pulls ",
            $rest
        )
    };
}

/// What became of a new pull request's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullInsert {
    /// Written.
    Inserted,
    /// The number is known already: here is its row, nothing was written (F041).
    Known(Box<Pull>),
    /// Another pull request of the task is open: nothing was written.
    OtherOpen(Box<Pull>),
}

fn read(row: &AnyRow) -> Result<Pull, StoreError> {
    Ok(Pull {
        id: row.id("id")?,
        task_id: row.id("task_id")?,
        run_id: row.id("run_id")?,
        number: row.int("number")?,
        url: row.text("url")?,
        branch: row.parsed("branch", BranchName::parse)?,
        title: row.text("title")?,
        body: row.opt_text("body")?,
        head: row.parsed("head", CommitSha::parse)?,
        status: row.parsed("status", PullStatus::parse)?,
        reverted_by: row.opt_int("reverted_by")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

/// Records a pull request of `repo`.
pub async fn insert(conn: &mut Conn, repo: RepoId, pull: &Pull) -> Result<PullInsert, StoreError> {
    let done = sqlx::query(
        "INSERT INTO pulls (id, task_id, run_id, repo_id, number, url, branch, title, body, head, status, created_at, \
         updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
    )
    .bind(pull.id.to_string())
    .bind(pull.task_id.to_string())
    .bind(pull.run_id.to_string())
    .bind(repo.to_string())
    .bind(pull.number)
    .bind(text(&pull.url))
    .bind(pull.branch.as_str().to_owned())
    .bind(text(&pull.title))
    .bind(opt_text(pull.body.as_deref()))
    .bind(pull.head.as_str().to_owned())
    .bind(pull.status.as_str())
    .bind(pull.created_at.0)
    .bind(pull.updated_at.0)
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 1 {
        return Ok(PullInsert::Inserted);
    }
    if let Some(known) = by_number(conn, repo, pull.number).await? {
        return Ok(PullInsert::Known(Box::new(known)));
    }
    let other = open_for_task(conn, pull.task_id).await?;
    // It was open a moment ago; whoever asks again finds it closed.
    other.map(|o| PullInsert::OtherOpen(Box::new(o))).ok_or(StoreError::Busy)
}

/// One pull request.
pub async fn get(conn: &mut Conn, id: PullId) -> Result<Option<Pull>, StoreError> {
    let row = sqlx::query(select!("WHERE id = $1")).bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// By GitHub's number within its repository.
pub async fn by_number(conn: &mut Conn, repo: RepoId, number: i64) -> Result<Option<Pull>, StoreError> {
    let sql = select!("WHERE repo_id = $1 AND number = $2");
    sqlx::query(sql).bind(repo.to_string()).bind(number).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// The task's open one.
pub async fn open_for_task(conn: &mut Conn, task: TaskId) -> Result<Option<Pull>, StoreError> {
    let sql = select!("WHERE task_id = $1 AND status = 'open'");
    sqlx::query(sql).bind(task.to_string()).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// The newest one made from this run.
pub async fn for_run(conn: &mut Conn, run: RunId) -> Result<Option<Pull>, StoreError> {
    let sql = select!("WHERE run_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1");
    sqlx::query(sql).bind(run.to_string()).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// The task's pull requests, newest first.
pub async fn list(conn: &mut Conn, task: TaskId) -> Result<Vec<Pull>, StoreError> {
    let sql = select!("WHERE task_id = $1 ORDER BY created_at DESC, id DESC");
    sqlx::query(sql).bind(task.to_string()).fetch_all(conn).await?.iter().map(read).collect()
}

/// Whether the status was `old` and is now `new`. Nothing leaves `merged`, and a reopened one stays closed
/// here while another of its task is open.
pub async fn set_status(
    conn: &mut Conn,
    id: PullId,
    old: PullStatus,
    new: PullStatus,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if old == PullStatus::Merged {
        return Ok(false);
    }
    let done = sqlx::query(
        "UPDATE pulls SET status = $1, updated_at = $2 WHERE id = $3 AND status = $4 AND ($5 <> 'open' OR NOT EXISTS \
         (SELECT 1 FROM pulls AS o WHERE o.task_id = pulls.task_id AND o.status = 'open'))",
    )
    .bind(new.as_str())
    .bind(now.0)
    .bind(id.to_string())
    .bind(old.as_str())
    .bind(new.as_str())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes which pull request took the merge back, or that it stands again; `false` when that was known.
pub async fn set_reverted(conn: &mut Conn, id: PullId, by: Option<i64>, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE pulls SET reverted_by = $1, reverted_at = $2, updated_at = $3 WHERE id = $4 \
         AND COALESCE(reverted_by, 0) <> $5",
    )
    .bind(by)
    .bind(by.map(|_| now.0))
    .bind(now.0)
    .bind(id.to_string())
    .bind(by.unwrap_or(0))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The one whose merge was taken back by that number.
pub async fn taken_back_by(conn: &mut Conn, repo: RepoId, number: i64) -> Result<Option<Pull>, StoreError> {
    let sql = select!("WHERE repo_id = $1 AND reverted_by = $2");
    sqlx::query(sql).bind(repo.to_string()).bind(number).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// Notes a new head commit.
pub async fn set_head(conn: &mut Conn, id: PullId, head: &CommitSha, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE pulls SET head = $1, updated_at = $2 WHERE id = $3")
        .bind(head.as_str().to_owned())
        .bind(now.0)
        .bind(id.to_string())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}
