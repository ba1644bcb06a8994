//! Tasks: one for each issue of a repository.

use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::page::Page;
use super::row::{Read, opt_text, parameters, text};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{RepoId, TaskId};
use crate::domain::issue::IssueRef;
use crate::domain::repo::RepoName;
use crate::domain::task::Task;

/// Rows written by one statement.
const ROWS: usize = 64;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, repo_id, title, issue_number, issue_url, round, created_at, updated_at FROM tasks ", $rest)
    };
}

fn read(row: &AnyRow) -> Result<Task, StoreError> {
    let issue = match row.opt_int("issue_number")? {
        Some(number) => Some(IssueRef { number, url: row.text("issue_url")? }),
        None => None,
    };
    Ok(Task {
        id: row.id("id")?,
        repo_id: row.id("repo_id")?,
        title: row.opt_text("title")?,
        issue,
        round: row.int("round")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

/// Adds a task; `false` when its issue has one already.
pub async fn insert(conn: &mut Conn, task: &Task) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO tasks (id, repo_id, title, issue_number, issue_url, round, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
    )
    .bind(task.id.to_string())
    .bind(task.repo_id.to_string())
    .bind(opt_text(task.title.as_deref()))
    .bind(task.issue.as_ref().map(|i| i.number))
    .bind(task.issue.as_ref().map(|i| text(&i.url)))
    .bind(task.round)
    .bind(task.created_at.0)
    .bind(task.updated_at.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Adds tasks without an issue, which nothing can be there in place of.
pub async fn insert_many(conn: &mut Conn, tasks: &[&Task]) -> Result<(), StoreError> {
    for piece in tasks.chunks(ROWS) {
        let statement = format!(
            "INSERT INTO tasks (id, repo_id, title, round, created_at, updated_at) VALUES {}",
            parameters(piece.len(), 6)
        );
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for task in piece {
            query = query
                .bind(task.id.to_string())
                .bind(task.repo_id.to_string())
                .bind(opt_text(task.title.as_deref()))
                .bind(task.round)
                .bind(task.created_at.0)
                .bind(task.updated_at.0);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// One task.
pub async fn get(conn: &mut Conn, id: TaskId) -> Result<Option<Task>, StoreError> {
    let row = sqlx::query(select!("WHERE id = $1")).bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The task of an issue, if there is one.
pub async fn find_issue(conn: &mut Conn, repo: RepoId, number: i64) -> Result<Option<Task>, StoreError> {
    let sql = select!("WHERE repo_id = $1 AND issue_number = $2");
    sqlx::query(sql).bind(repo.to_string()).bind(number).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// The task of an issue, made when there is none.
pub async fn for_issue(
    conn: &mut Conn,
    repo: RepoId,
    issue: &IssueRef,
    title: &str,
    now: Timestamp,
) -> Result<Task, StoreError> {
    let fresh = Task {
        id: TaskId::new(),
        repo_id: repo,
        title: Some(title.to_owned()),
        issue: Some(issue.clone()),
        round: 0,
        created_at: now,
        updated_at: now,
    };
    insert(conn, &fresh).await?;
    find_issue(conn, repo, issue.number).await?.ok_or(StoreError::Unreadable { column: "issue_number" })
}

/// By last change, newest first; of one repository or of all.
pub async fn list(conn: &mut Conn, repo: Option<RepoId>, page: &Page) -> Result<Vec<Task>, StoreError> {
    let (at, id) = page.bound();
    let sql = select!(
        "WHERE ($1 IS NULL OR repo_id = $2) AND (updated_at, id) < ($3, $4) \
         ORDER BY updated_at DESC, id DESC LIMIT $5"
    );
    let repo = repo.map(|r| r.to_string());
    let query = sqlx::query(sql).bind(repo.clone()).bind(repo).bind(at).bind(id).bind(page.limit);
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// As [`list`], of the repositories of these names, in any letter case; none for an empty list.
pub async fn list_named(conn: &mut Conn, names: &[RepoName], page: &Page) -> Result<Vec<Task>, StoreError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let (at, id) = page.bound();
    let places: Vec<String> = (4..names.len() + 4).map(|place| format!("${place}")).collect();
    let sql = format!(
        select!(
            "WHERE (updated_at, id) < ($1, $2) AND EXISTS (SELECT 1 FROM repos AS p WHERE p.id = tasks.repo_id \
             AND lower(p.owner) || '/' || lower(p.name) IN ({})) ORDER BY updated_at DESC, id DESC LIMIT $3"
        ),
        places.join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(at).bind(id).bind(page.limit);
    for name in names {
        query = query.bind(name.to_string().to_ascii_lowercase());
    }
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// As [`list`], of these repositories; none for an empty list.
pub async fn list_of(conn: &mut Conn, repos: &[RepoId], page: &Page) -> Result<Vec<Task>, StoreError> {
    if repos.is_empty() {
        return Ok(Vec::new());
    }
    let (at, id) = page.bound();
    let places: Vec<String> = (4..repos.len() + 4).map(|place| format!("${place}")).collect();
    let sql = format!(
        select!("WHERE (updated_at, id) < ($1, $2) AND repo_id IN ({}) ORDER BY updated_at DESC, id DESC LIMIT $3"),
        places.join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(at).bind(id).bind(page.limit);
    for repo in repos {
        query = query.bind(repo.to_string());
    }
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// Notes a change and, until the transaction ends, holds the task against other transactions; whether it exists.
pub async fn touch(conn: &mut Conn, id: TaskId, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE tasks SET updated_at = $1 WHERE id = $2")
        .bind(now.0)
        .bind(id.to_string())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Counts the task's rounds up and holds it as [`touch`] does; the new number, `None` for an unknown task.
pub async fn next_round(conn: &mut Conn, id: TaskId, now: Timestamp) -> Result<Option<i64>, StoreError> {
    let row = sqlx::query("UPDATE tasks SET round = round + 1, updated_at = $1 WHERE id = $2 RETURNING round")
        .bind(now.0)
        .bind(id.to_string())
        .fetch_optional(conn)
        .await?;
    row.map(|r| r.int("round")).transpose()
}

/// Notes the issue's new title.
pub async fn set_title(conn: &mut Conn, id: TaskId, title: &str, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE tasks SET title = $1, updated_at = $2 WHERE id = $3")
        .bind(text(title))
        .bind(now.0)
        .bind(id.to_string())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Follows a transferred issue (F074); `false` when the new place has a task already, or the task is unknown.
pub async fn move_to(
    conn: &mut Conn,
    id: TaskId,
    repo: RepoId,
    issue: &IssueRef,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE tasks SET repo_id = $1, issue_number = $2, issue_url = $3, updated_at = $4 WHERE id = $5 \
         AND NOT EXISTS (SELECT 1 FROM tasks AS t WHERE t.repo_id = $6 AND t.issue_number = $7)",
    )
    .bind(repo.to_string())
    .bind(issue.number)
    .bind(text(&issue.url))
    .bind(now.0)
    .bind(id.to_string())
    .bind(repo.to_string())
    .bind(issue.number)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
