//! Threads: how many comments of ours stand in one, and how many it will still get (M17).

use super::row::Read;
use super::{Conn, StoreError};
use crate::domain::ids::{EffectId, PullId, RepoId, TaskId};

/// An issue or pull request under which we write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadId {
    /// The repository.
    pub repo: RepoId,
    /// The number within it.
    pub number: i64,
}

impl std::fmt::Display for ThreadId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.repo, self.number)
    }
}

/// The comments of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Comments {
    /// Written, or maybe written.
    pub posted: i64,
    /// Status comments that rounds there still get.
    pub status: i64,
    /// Candidates that may still get one: those of rounds at work.
    pub candidates: i64,
}

impl Comments {
    /// What counts against the cap.
    pub fn total(&self) -> i64 {
        self.posted + self.status + self.candidates
    }
}

macro_rules! count {
    ($what:literal, $prefix:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM rounds AS o ",
            $what,
            " AND ((o.pull_id IS NULL AND o.task_id IN (SELECT t.id FROM tasks AS t WHERE t.repo_id = $2 AND \
             t.issue_number = $3)) OR o.pull_id IN (SELECT p.id FROM pulls AS p WHERE p.repo_id = $4 AND \
             p.number = $5)) AND NOT EXISTS (SELECT 1 FROM effects AS e WHERE e.key = '",
            $prefix,
            " AND (e.tried = 1 OR e.status = 'failed')))"
        )
    };
}

/// How many comments a thread has and will get.
pub async fn comments(conn: &mut Conn, thread: ThreadId) -> Result<Comments, StoreError> {
    let sql = concat!(
        "SELECT (SELECT COUNT(*) FROM effects WHERE thread = $1 AND tried = 1 AND status <> 'failed') AS posted, ",
        count!("WHERE 1 = 1", "status:' || o.id"),
        " AS status, ",
        count!("JOIN runs AS r ON r.round_id = o.id WHERE o.status = 'running'", "candidate:' || r.id"),
        " AS candidates"
    );
    let repo = thread.repo.to_string();
    let query = sqlx::query(sql).bind(thread.to_string()).bind(repo.clone()).bind(thread.number);
    let row = query.bind(repo).bind(thread.number).fetch_one(conn).await?;
    Ok(Comments { posted: row.int("posted")?, status: row.int("status")?, candidates: row.int("candidates")? })
}

/// Says in which thread the comment of an effect stands.
pub async fn place(conn: &mut Conn, effect: EffectId, thread: ThreadId) -> Result<(), StoreError> {
    sqlx::query("UPDATE effects SET thread = $1 WHERE id = $2")
        .bind(thread.to_string())
        .bind(effect.to_string())
        .execute(conn)
        .await?;
    Ok(())
}

/// The thread in which a round of this task is told: under a pull request of ours, or under its issue if it has one.
pub async fn of_round(conn: &mut Conn, task: TaskId, pull: Option<PullId>) -> Result<Option<ThreadId>, StoreError> {
    let row = sqlx::query(
        "SELECT t.repo_id AS repo_id, COALESCE(p.number, t.issue_number) AS number FROM tasks AS t \
         LEFT JOIN pulls AS p ON p.id = $1 WHERE t.id = $2",
    )
    .bind(pull.map(|id| id.to_string()))
    .bind(task.to_string())
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (repo, number) = (row.id("repo_id")?, row.opt_int("number")?);
    Ok(number.map(|number| ThreadId { repo, number }))
}
