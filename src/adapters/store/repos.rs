//! Repositories: found by GitHub's number first, because names and URLs move (F077).

use sqlx::any::AnyRow;

use super::page::Page;
use super::row::{Read, text};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{GithubRepoId, InstallationId, RepoId};
use crate::domain::repo::{BranchName, CommitSha, Repo, RepoName};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, url, owner, name, github_id, installation_id, default_branch, latest_commit, private, gone, \
             created_at, updated_at FROM repos ",
            $rest
        )
    };
}

fn read(row: &AnyRow) -> Result<Repo, StoreError> {
    let name = match (row.opt_text("owner")?, row.opt_text("name")?) {
        (Some(owner), Some(name)) => {
            Some(RepoName::new(&owner, &name).ok_or(StoreError::Unreadable { column: "name" })?)
        }
        _ => None,
    };
    Ok(Repo {
        id: row.id("id")?,
        url: row.text("url")?,
        name,
        github_id: row.opt_int("github_id")?.map(GithubRepoId),
        installation_id: row.opt_int("installation_id")?.map(InstallationId),
        default_branch: row.parsed("default_branch", BranchName::parse)?,
        latest_commit: row.opt_parsed("latest_commit", CommitSha::parse)?,
        private: row.flag("private")?,
        gone: row.flag("gone")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

/// What a webhook, an API answer or a clone tells of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoFacts {
    /// As [`Repo::url`].
    pub url: String,
    /// Owner and name; `None` keeps what is known.
    pub name: Option<RepoName>,
    /// GitHub's number; `None` keeps what is known.
    pub github_id: Option<GithubRepoId>,
    /// The installation; `None` keeps what is known.
    pub installation_id: Option<InstallationId>,
    /// The default branch.
    pub default_branch: BranchName,
    /// Its head; `None` keeps what is known.
    pub latest_commit: Option<CommitSha>,
    /// Whether it is private.
    pub private: bool,
}

/// Finds the repository by GitHub's number, else by URL, brings its row up to date, or makes one.
///
/// A live row of another repository at the same URL (renamed away without our hearing of it) becomes gone.
pub async fn upsert(conn: &mut Conn, facts: &RepoFacts, now: Timestamp) -> Result<Repo, StoreError> {
    // Twice: another process may insert the same repository between the look and the insert.
    for _ in 0..2 {
        if let Some(id) = find(conn, facts, now).await? {
            update(conn, id, facts, now).await?;
            return by_id(conn, id).await?.ok_or(StoreError::Unreadable { column: "id" });
        }
        insert(conn, facts, now).await?;
    }
    by_url(conn, &facts.url).await?.ok_or(StoreError::Busy)
}

/// The row that these facts are about, after whoever else sat at its URL was moved away.
async fn find(conn: &mut Conn, facts: &RepoFacts, now: Timestamp) -> Result<Option<RepoId>, StoreError> {
    let known = match facts.github_id {
        Some(github_id) => by_github_id(conn, github_id).await?,
        None => None,
    };
    let at_url = by_url(conn, &facts.url).await?;
    match (known, at_url) {
        (Some(known), Some(other)) if known.id != other.id => {
            set_gone(conn, other.id, true, now).await?;
            Ok(Some(known.id))
        }
        (Some(known), _) => Ok(Some(known.id)),
        (None, Some(other)) if other.github_id.is_some() && facts.github_id.is_some() => {
            set_gone(conn, other.id, true, now).await?;
            Ok(None)
        }
        (None, at_url) => Ok(at_url.map(|r| r.id)),
    }
}

async fn update(conn: &mut Conn, id: RepoId, facts: &RepoFacts, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE repos SET url = $1, owner = COALESCE($2, owner), name = COALESCE($3, name), \
         github_id = COALESCE($4, github_id), installation_id = COALESCE($5, installation_id), default_branch = $6, \
         latest_commit = COALESCE($7, latest_commit), private = $8, gone = 0, updated_at = $9 WHERE id = $10",
    )
    .bind(text(&facts.url))
    .bind(facts.name.as_ref().map(|n| n.owner.clone()))
    .bind(facts.name.as_ref().map(|n| n.name.clone()))
    .bind(facts.github_id.map(|i| i.0))
    .bind(facts.installation_id.map(|i| i.0))
    .bind(facts.default_branch.as_str().to_owned())
    .bind(facts.latest_commit.as_ref().map(|c| c.as_str().to_owned()))
    .bind(i64::from(facts.private))
    .bind(now.0)
    .bind(id.to_string())
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert(conn: &mut Conn, facts: &RepoFacts, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO repos (id, url, owner, name, github_id, installation_id, default_branch, latest_commit, private, \
         gone, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11) \
         ON CONFLICT DO NOTHING",
    )
    .bind(RepoId::new().to_string())
    .bind(text(&facts.url))
    .bind(facts.name.as_ref().map(|n| n.owner.clone()))
    .bind(facts.name.as_ref().map(|n| n.name.clone()))
    .bind(facts.github_id.map(|i| i.0))
    .bind(facts.installation_id.map(|i| i.0))
    .bind(facts.default_branch.as_str().to_owned())
    .bind(facts.latest_commit.as_ref().map(|c| c.as_str().to_owned()))
    .bind(i64::from(facts.private))
    .bind(now.0)
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// By our id, gone ones too.
pub async fn by_id(conn: &mut Conn, id: RepoId) -> Result<Option<Repo>, StoreError> {
    let row = sqlx::query(select!("WHERE id = $1")).bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// By GitHub's number, gone ones too.
pub async fn by_github_id(conn: &mut Conn, id: GithubRepoId) -> Result<Option<Repo>, StoreError> {
    let row = sqlx::query(select!("WHERE github_id = $1")).bind(id.0).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The live one at this URL.
pub async fn by_url(conn: &mut Conn, url: &str) -> Result<Option<Repo>, StoreError> {
    let row = sqlx::query(select!("WHERE url = $1 AND gone = 0")).bind(text(url)).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The live one of this name, whatever its case; the newest, should two claim it.
pub async fn by_name(conn: &mut Conn, name: &RepoName) -> Result<Option<Repo>, StoreError> {
    let sql = select!(
        "WHERE lower(owner) = lower($1) AND lower(name) = lower($2) AND gone = 0 ORDER BY updated_at DESC LIMIT 1"
    );
    let row = sqlx::query(sql).bind(name.owner.clone()).bind(name.name.clone()).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// Newest first, live ones only.
pub async fn list(conn: &mut Conn, page: &Page) -> Result<Vec<Repo>, StoreError> {
    let (at, id) = page.bound();
    let sql = select!("WHERE gone = 0 AND (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3");
    sqlx::query(sql).bind(at).bind(id).bind(page.limit).fetch_all(conn).await?.iter().map(read).collect()
}

/// The live ones of one installation, oldest first.
pub async fn list_installation(conn: &mut Conn, id: InstallationId) -> Result<Vec<Repo>, StoreError> {
    let sql = select!("WHERE installation_id = $1 AND gone = 0 ORDER BY created_at, id");
    sqlx::query(sql).bind(id.0).fetch_all(conn).await?.iter().map(read).collect()
}

/// Notes that access is lost for good, or back; whether the repository is known.
pub async fn set_gone(conn: &mut Conn, id: RepoId, gone: bool, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE repos SET gone = $1, updated_at = $2 WHERE id = $3")
        .bind(i64::from(gone))
        .bind(now.0)
        .bind(id.to_string())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes a new name and URL; whoever else sat at that URL becomes gone.
pub async fn rename(
    conn: &mut Conn,
    id: RepoId,
    name: &RepoName,
    url: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    sqlx::query("UPDATE repos SET gone = 1, updated_at = $1 WHERE url = $2 AND id <> $3 AND gone = 0")
        .bind(now.0)
        .bind(text(url))
        .bind(id.to_string())
        .execute(&mut *conn)
        .await?;
    let done = sqlx::query("UPDATE repos SET owner = $1, name = $2, url = $3, updated_at = $4 WHERE id = $5")
        .bind(name.owner.clone())
        .bind(name.name.clone())
        .bind(text(url))
        .bind(now.0)
        .bind(id.to_string())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes which installation lets us in now, or none.
pub async fn set_installation(
    conn: &mut Conn,
    id: RepoId,
    installation: Option<InstallationId>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE repos SET installation_id = $1, updated_at = $2 WHERE id = $3")
        .bind(installation.map(|i| i.0))
        .bind(now.0)
        .bind(id.to_string())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// How far the repository's comments were looked through for lost commands (M08).
pub async fn comments_seen_at(conn: &mut Conn, id: RepoId) -> Result<Option<Timestamp>, StoreError> {
    let row = sqlx::query("SELECT comments_seen_at FROM repos WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(conn)
        .await?;
    row.map_or(Ok(None), |r| r.opt_time("comments_seen_at"))
}

/// Notes how far they were looked through; never goes back.
pub async fn set_comments_seen_at(conn: &mut Conn, id: RepoId, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE repos SET comments_seen_at = $1 WHERE id = $2 AND COALESCE(comments_seen_at, 0) < $3")
        .bind(at.0)
        .bind(id.to_string())
        .bind(at.0)
        .execute(conn)
        .await?;
    Ok(())
}
