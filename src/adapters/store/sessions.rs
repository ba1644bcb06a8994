//! Sessions of the web view, and sign-ins under way; both by the hash of what the browser holds (M40).

use sqlx::any::AnyRow;

use super::row::{Read, text};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::GithubUserId;
use crate::domain::permission::Person;
use crate::domain::session::Session;
use crate::domain::sha256::Sha256Hex;

fn read(row: &AnyRow) -> Result<Session, StoreError> {
    Ok(Session {
        person: Person { id: GithubUserId(row.int("github_id")?), login: row.text("login")? },
        begun_at: row.time("begun_at")?,
        seen_at: row.time("seen_at")?,
    })
}

/// Adds a session.
pub async fn insert(conn: &mut Conn, cookie: &Sha256Hex, session: &Session) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sessions (cookie_sha256, github_id, login, begun_at, seen_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(cookie.as_str().to_owned())
    .bind(session.person.id.0)
    .bind(text(&session.person.login))
    .bind(session.begun_at.0)
    .bind(session.seen_at.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// The session of a cookie, live or not.
pub async fn get(conn: &mut Conn, cookie: &Sha256Hex) -> Result<Option<Session>, StoreError> {
    let row = sqlx::query("SELECT github_id, login, begun_at, seen_at FROM sessions WHERE cookie_sha256 = $1")
        .bind(cookie.as_str().to_owned())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Notes a use.
pub async fn touch(conn: &mut Conn, cookie: &Sha256Hex, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE sessions SET seen_at = $1 WHERE cookie_sha256 = $2 AND seen_at < $3")
        .bind(now.0)
        .bind(cookie.as_str().to_owned())
        .bind(now.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends a session; whether there was one.
pub async fn remove(conn: &mut Conn, cookie: &Sha256Hex) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM sessions WHERE cookie_sha256 = $1")
        .bind(cookie.as_str().to_owned())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends all sessions of a person; how many.
pub async fn remove_of(conn: &mut Conn, person: GithubUserId) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM sessions WHERE github_id = $1").bind(person.0).execute(conn).await?;
    Ok(done.rows_affected())
}

/// Lets go of sessions last used before `idle`, or begun before `oldest`; how many.
pub async fn remove_ended(conn: &mut Conn, idle: Timestamp, oldest: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM sessions WHERE seen_at <= $1 OR begun_at <= $2")
        .bind(idle.0)
        .bind(oldest.0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

/// A sign-in that began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Of the `state` that GitHub brings back.
    pub state: Sha256Hex,
    /// Of the secret in the browser's cookie.
    pub browser: Sha256Hex,
    /// The page to go to afterwards, on our own site.
    pub back_to: String,
    /// When it began.
    pub begun_at: Timestamp,
}

/// Notes a sign-in.
pub async fn begin(conn: &mut Conn, new: &SignIn) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO sign_ins (state_sha256, browser_sha256, back_to, begun_at) VALUES ($1, $2, $3, $4)")
        .bind(new.state.as_str().to_owned())
        .bind(new.browser.as_str().to_owned())
        .bind(text(&new.back_to))
        .bind(new.begun_at.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes a sign-in that began at or after `earliest` in this browser: nobody gets it again. The page to go to.
pub async fn take(
    conn: &mut Conn,
    state: &Sha256Hex,
    browser: &Sha256Hex,
    earliest: Timestamp,
) -> Result<Option<String>, StoreError> {
    let row = sqlx::query(
        "DELETE FROM sign_ins WHERE state_sha256 = $1 AND browser_sha256 = $2 AND begun_at >= $3 RETURNING back_to",
    )
    .bind(state.as_str().to_owned())
    .bind(browser.as_str().to_owned())
    .bind(earliest.0)
    .fetch_optional(conn)
    .await?;
    row.map(|row| row.text("back_to")).transpose()
}

/// Lets go of sign-ins that began before `earliest`; how many.
pub async fn remove_unfinished(conn: &mut Conn, earliest: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM sign_ins WHERE begun_at < $1").bind(earliest.0).execute(conn).await?;
    Ok(done.rows_affected())
}
