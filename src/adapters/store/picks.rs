//! Picks: at most one is being opened for a task at any time (I2).

use sqlx::any::AnyRow;

use super::row::{Read, opt_text, text};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GithubUserId, PickId, RepoId, TaskId};
use crate::domain::permission::Person;
use crate::domain::pick::{Pick, PickForm, PickSource, PickStatus};
use crate::domain::repo::{BranchName, CommitSha};
use crate::domain::sha256::Sha256Hex;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, task_id, run_id, source, person_id, person_login, token_name, patch_sha256, pull_id, \
             commit_sha, title, body, status, note, created_at, updated_at, form, branch, target FROM picks ",
            $rest
        )
    };
}

/// What became of a new pick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PickInsert {
    /// It is the one.
    Inserted,
    /// Another pick of the task is being opened; nothing was written.
    AlreadyOpening,
}

fn read(row: &AnyRow) -> Result<Pick, StoreError> {
    let person = match row.opt_int("person_id")? {
        Some(id) => Some(Person { id: GithubUserId(id), login: row.text("person_login")? }),
        None => None,
    };
    Ok(Pick {
        id: row.id("id")?,
        task_id: row.id("task_id")?,
        run_id: row.id("run_id")?,
        source: row.parsed("source", PickSource::parse)?,
        person,
        token_name: row.opt_text("token_name")?,
        patch_sha256: row.parsed("patch_sha256", Sha256Hex::parse)?,
        pull_id: row.opt_id("pull_id")?,
        commit: row.opt_parsed("commit_sha", CommitSha::parse)?,
        form: row.parsed("form", PickForm::parse)?,
        branch: row.opt_parsed("branch", BranchName::parse)?,
        target: row.opt_parsed("target", BranchName::parse)?,
        title: row.opt_text("title")?,
        body: row.opt_text("body")?,
        status: row.parsed("status", PickStatus::parse)?,
        note: row.opt_text("note")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

/// Adds a pick.
pub async fn insert(conn: &mut Conn, pick: &Pick) -> Result<PickInsert, StoreError> {
    let done = sqlx::query(
        "INSERT INTO picks (id, task_id, run_id, source, person_id, person_login, token_name, patch_sha256, \
         pull_id, commit_sha, title, body, status, note, created_at, updated_at, form, branch, target) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) ON CONFLICT DO NOTHING",
    )
    .bind(pick.id.to_string())
    .bind(pick.task_id.to_string())
    .bind(pick.run_id.to_string())
    .bind(pick.source.as_str())
    .bind(pick.person.as_ref().map(|p| p.id.0))
    .bind(pick.person.as_ref().map(|p| text(&p.login)))
    .bind(opt_text(pick.token_name.as_deref()))
    .bind(pick.patch_sha256.as_str().to_owned())
    .bind(pick.pull_id.map(|id| id.to_string()))
    .bind(pick.commit.as_ref().map(|sha| sha.as_str().to_owned()))
    .bind(opt_text(pick.title.as_deref()))
    .bind(opt_text(pick.body.as_deref()))
    .bind(pick.status.as_str())
    .bind(opt_text(pick.note.as_deref()))
    .bind(pick.created_at.0)
    .bind(pick.updated_at.0)
    .bind(pick.form.as_str())
    .bind(pick.branch.as_ref().map(|name| name.as_str().to_owned()))
    .bind(pick.target.as_ref().map(|name| name.as_str().to_owned()))
    .execute(conn)
    .await?;
    Ok(if done.rows_affected() == 1 { PickInsert::Inserted } else { PickInsert::AlreadyOpening })
}

/// One pick.
pub async fn get(conn: &mut Conn, id: PickId) -> Result<Option<Pick>, StoreError> {
    let row = sqlx::query(select!("WHERE id = $1")).bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The pick of the task that is being opened.
pub async fn opening_for_task(conn: &mut Conn, task: TaskId) -> Result<Option<Pick>, StoreError> {
    let sql = select!("WHERE task_id = $1 AND status = 'opening'");
    sqlx::query(sql).bind(task.to_string()).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// Writes down the commit that is about to be pushed, or that there is none; `false` when the pick is over.
pub async fn set_commit(
    conn: &mut Conn,
    id: PickId,
    commit: Option<&CommitSha>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE picks SET commit_sha = $1, updated_at = $2 WHERE id = $3 AND status = 'opening'")
        .bind(commit.map(|sha| sha.as_str().to_owned()))
        .bind(now.0)
        .bind(id.to_string())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the pick was being opened and is now `new`, with a sentence about it.
pub async fn settle(
    conn: &mut Conn,
    id: PickId,
    new: PickStatus,
    note: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE picks SET status = $1, note = $2, updated_at = $3 WHERE id = $4 AND status = 'opening'")
            .bind(new.as_str())
            .bind(opt_text(note))
            .bind(now.0)
            .bind(id.to_string())
            .execute(conn)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a pick whose branch stands now, for a person to open its pull request into `target`; whether it was being opened.
pub async fn link(
    conn: &mut Conn,
    id: PickId,
    commit: &CommitSha,
    (branch, target): (&BranchName, &BranchName),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE picks SET status = 'linked', commit_sha = $1, branch = $2, target = $3, updated_at = $4 \
         WHERE id = $5 AND status = 'opening'",
    )
    .bind(commit.as_str().to_owned())
    .bind(branch.as_str().to_owned())
    .bind(target.as_str().to_owned())
    .bind(now.0)
    .bind(id.to_string())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The newest pick of a repository whose branch waits for a person's pull request.
pub async fn linked(conn: &mut Conn, repo: RepoId, branch: &BranchName) -> Result<Option<Pick>, StoreError> {
    let sql = select!(
        "WHERE branch = $1 AND status = 'linked' AND EXISTS \
         (SELECT 1 FROM tasks AS t WHERE t.id = picks.task_id AND t.repo_id = $2) \
         ORDER BY created_at DESC, id DESC LIMIT 1"
    );
    let query = sqlx::query(sql).bind(branch.as_str().to_owned()).bind(repo.to_string());
    query.fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// A person opened the pull request of a pick whose branch stood; whether it did.
pub async fn opened_by_hand(conn: &mut Conn, id: PickId, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE picks SET status = 'opened', updated_at = $1 WHERE id = $2 AND status = 'linked'")
        .bind(now.0)
        .bind(id.to_string())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The task's picks, newest first.
pub async fn list(conn: &mut Conn, task: TaskId) -> Result<Vec<Pick>, StoreError> {
    let sql = select!("WHERE task_id = $1 ORDER BY created_at DESC, id DESC");
    sqlx::query(sql).bind(task.to_string()).fetch_all(conn).await?.iter().map(read).collect()
}
