//! REST tokens: only the hash of the secret is kept (M44).

use sqlx::any::AnyRow;

use super::row::{Read, opt_text, text, to_json};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::TokenId;
use crate::domain::repo::RepoName;
use crate::domain::sha256::Sha256Hex;
use crate::domain::token::Token;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, scopes, repositories, github_login, expires_at, last_used_at, created_at, revoked_at \
             FROM tokens ",
            $rest
        )
    };
}

fn read(row: &AnyRow) -> Result<Token, StoreError> {
    let column = "repositories";
    let repositories = match row.opt_text(column)? {
        Some(_) => Some(read_names(&row.json::<Vec<String>>(column)?)?),
        None => None,
    };
    Ok(Token {
        id: row.id("id")?,
        name: row.text("name")?,
        scopes: row.json("scopes")?,
        repositories,
        github_login: row.opt_text("github_login")?,
        expires_at: row.opt_time("expires_at")?,
        last_used_at: row.opt_time("last_used_at")?,
        created_at: row.time("created_at")?,
        revoked_at: row.opt_time("revoked_at")?,
    })
}

fn read_names(names: &[String]) -> Result<Vec<RepoName>, StoreError> {
    names.iter().map(|n| RepoName::parse(n).ok_or(StoreError::Unreadable { column: "repositories" })).collect()
}

/// Adds a token by the hash of its secret.
pub async fn insert(conn: &mut Conn, token: &Token, secret_sha256: &Sha256Hex) -> Result<(), StoreError> {
    let names = token.repositories.as_ref().map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>());
    sqlx::query(
        "INSERT INTO tokens (id, name, secret_sha256, scopes, repositories, github_login, expires_at, last_used_at, \
         created_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(token.id.to_string())
    .bind(text(&token.name))
    .bind(secret_sha256.as_str().to_owned())
    .bind(to_json(&token.scopes)?)
    .bind(names.map(|n| to_json(&n)).transpose()?)
    .bind(opt_text(token.github_login.as_deref()))
    .bind(token.expires_at.map(|t| t.0))
    .bind(token.last_used_at.map(|t| t.0))
    .bind(token.created_at.0)
    .bind(token.revoked_at.map(|t| t.0))
    .execute(conn)
    .await?;
    Ok(())
}

/// The token of this secret, whatever became of it: expiry and revocation are the caller's to judge.
pub async fn by_hash(conn: &mut Conn, secret_sha256: &Sha256Hex) -> Result<Option<Token>, StoreError> {
    let sql = select!("WHERE secret_sha256 = $1");
    sqlx::query(sql).bind(secret_sha256.as_str().to_owned()).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// One token.
pub async fn get(conn: &mut Conn, id: TokenId) -> Result<Option<Token>, StoreError> {
    let row = sqlx::query(select!("WHERE id = $1")).bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// All of them, newest first, revoked ones too.
pub async fn list(conn: &mut Conn) -> Result<Vec<Token>, StoreError> {
    sqlx::query(select!("ORDER BY created_at DESC, id DESC")).fetch_all(conn).await?.iter().map(read).collect()
}

/// Ends a token; `false` when it is unknown or was revoked before.
pub async fn revoke(conn: &mut Conn, id: TokenId, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL")
        .bind(now.0)
        .bind(id.to_string())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes a use; at most once a minute, so that reading does not become writing. Whether it was written.
pub async fn touch(conn: &mut Conn, id: TokenId, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE tokens SET last_used_at = $1 WHERE id = $2 AND COALESCE(last_used_at, 0) <= $3")
        .bind(now.0)
        .bind(id.to_string())
        .bind(now.minus(std::time::Duration::from_mins(1)).0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}
