//! What opens the setup page while there is no App: hashes with an end.

use super::row::{Read, text};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::sha256::Sha256Hex;

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupKind {
    /// The key of the log, good once.
    Key,
    /// Of the browser that brought a key or the operator's token.
    Visit,
    /// A way to GitHub that was gone to its end.
    Spent,
}

impl SetupKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Visit => "visit",
            Self::Spent => "spent",
        }
    }
}

/// Keeps a hash until `expires_at`; `false` when it is there already. What is over is forgotten.
pub async fn insert(
    conn: &mut Conn,
    kind: SetupKind,
    hash: &Sha256Hex,
    actor: &str,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    sqlx::query("DELETE FROM setup_secrets WHERE expires_at <= $1").bind(now.0).execute(&mut *conn).await?;
    let sql = "INSERT INTO setup_secrets (hash, kind, actor, expires_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (hash) DO NOTHING";
    let insert = sqlx::query(sql).bind(hash.as_str().to_owned()).bind(kind.as_str()).bind(text(actor));
    Ok(insert.bind(expires_at.0).execute(conn).await?.rows_affected() == 1)
}

/// Hash and actor of all of a kind that still hold; they are few.
pub async fn live(conn: &mut Conn, kind: SetupKind, now: Timestamp) -> Result<Vec<(Sha256Hex, String)>, StoreError> {
    let sql = "SELECT hash, actor FROM setup_secrets WHERE kind = $1 AND expires_at > $2";
    let rows = sqlx::query(sql).bind(kind.as_str()).bind(now.0).fetch_all(conn).await?;
    rows.iter().map(|row| Ok((row.parsed("hash", Sha256Hex::parse)?, row.text("actor")?))).collect()
}

/// Takes one away; `false` when somebody else did.
pub async fn take(conn: &mut Conn, kind: SetupKind, hash: &Sha256Hex) -> Result<bool, StoreError> {
    let sql = "DELETE FROM setup_secrets WHERE kind = $1 AND hash = $2";
    let done = sqlx::query(sql).bind(kind.as_str()).bind(hash.as_str().to_owned()).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Takes all of a kind away.
pub async fn clear(conn: &mut Conn, kind: SetupKind) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM setup_secrets WHERE kind = $1").bind(kind.as_str()).execute(conn).await?;
    Ok(())
}
