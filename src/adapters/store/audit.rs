//! The audit trail: append-only, each entry's hash covering the one before it. Nothing here changes or removes
//! an entry (M19).

use serde_json::Value;
use sqlx::any::AnyRow;

use super::row::{Read, text, to_json};
use super::{Conn, StoreError};
use crate::domain::audit::AuditEntry;
use crate::domain::clock::Timestamp;
use crate::domain::sha256::Sha256Hex;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT seq, at, actor, action, subject, details, previous_hash, hash FROM audit ", $rest)
    };
}

/// Rows read at once by [`verify`].
const BATCH: i64 = 1_000;

/// An entry as its row holds it: the details are still text, because the hash covers that text.
struct Stored {
    seq: i64,
    at: i64,
    actor: String,
    action: String,
    subject: String,
    details: String,
    previous_hash: String,
}

impl Stored {
    fn fingerprint(&self) -> Result<String, StoreError> {
        let fields = (self.seq, self.at, &self.actor, &self.action, &self.subject, &self.details, &self.previous_hash);
        Ok(Sha256Hex::of(to_json(&fields)?).to_string())
    }
}

fn read_stored(row: &AnyRow) -> Result<Stored, StoreError> {
    Ok(Stored {
        seq: row.int("seq")?,
        at: row.int("at")?,
        actor: row.text("actor")?,
        action: row.text("action")?,
        subject: row.text("subject")?,
        details: row.text("details")?,
        previous_hash: row.text("previous_hash")?,
    })
}

fn read(row: &AnyRow) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        seq: row.int("seq")?,
        at: row.time("at")?,
        actor: row.text("actor")?,
        action: row.text("action")?,
        subject: row.text("subject")?,
        details: row.json("details")?,
        previous_hash: row.text("previous_hash")?,
        hash: row.text("hash")?,
    })
}

/// What is to be noted; see [`AuditEntry`] for the fields.
#[derive(Debug, Clone)]
pub struct NewEntry<'a> {
    /// Who.
    pub actor: &'a str,
    /// What.
    pub action: &'a str,
    /// To what.
    pub subject: &'a str,
    /// More about it; never a secret.
    pub details: &'a Value,
}

/// Adds an entry; its number. Other transactions that append wait until this one ends, so append last.
pub async fn append(conn: &mut Conn, entry: NewEntry<'_>, now: Timestamp) -> Result<i64, StoreError> {
    // The write takes the chain's head for this transaction; only then is it read.
    sqlx::query("UPDATE meta SET value = value WHERE key = 'audit_head'").execute(&mut *conn).await?;
    let (last, previous_hash) = head(conn).await?;
    let stored = Stored {
        seq: last + 1,
        at: now.0,
        actor: text(entry.actor),
        action: text(entry.action),
        subject: text(entry.subject),
        details: to_json(entry.details)?,
        previous_hash,
    };
    let hash = stored.fingerprint()?;
    let new_head = format!("{} {hash}", stored.seq);
    let seq = stored.seq;
    insert(conn, stored, hash).await?;
    sqlx::query("UPDATE meta SET value = $1 WHERE key = 'audit_head'").bind(new_head).execute(conn).await?;
    Ok(seq)
}

async fn insert(conn: &mut Conn, entry: Stored, hash: String) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit (seq, at, actor, action, subject, details, previous_hash, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(entry.seq)
    .bind(entry.at)
    .bind(entry.actor)
    .bind(entry.action)
    .bind(entry.subject)
    .bind(entry.details)
    .bind(entry.previous_hash)
    .bind(hash)
    .execute(conn)
    .await?;
    Ok(())
}

/// Number and hash of the last entry, as noted beside the chain.
async fn head(conn: &mut Conn) -> Result<(i64, String), StoreError> {
    let value = super::meta::get(conn, "audit_head").await?.unwrap_or_default();
    let (seq, hash) = value.split_once(' ').ok_or(StoreError::Unreadable { column: "audit_head" })?;
    Ok((seq.parse().map_err(|_| StoreError::Unreadable { column: "audit_head" })?, hash.to_owned()))
}

/// Newest first: at most `limit` entries with a number below `before`.
pub async fn list(conn: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<AuditEntry>, StoreError> {
    let sql = select!("WHERE seq < $1 ORDER BY seq DESC LIMIT $2");
    let query = sqlx::query(sql).bind(before.unwrap_or(i64::MAX)).bind(limit);
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// What a look through the whole chain found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    /// Every link holds; this many entries.
    Whole(i64),
    /// The first entry that was changed, removed or put in later.
    BrokenAt(i64),
}

/// Looks through the whole chain for entries that were changed, removed or put in.
pub async fn verify(conn: &mut Conn) -> Result<Chain, StoreError> {
    let (mut last, mut hash) = (0, String::new());
    loop {
        let sql = select!("WHERE seq > $1 ORDER BY seq LIMIT $2");
        let rows = sqlx::query(sql).bind(last).bind(BATCH).fetch_all(&mut *conn).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let entry = read_stored(row)?;
            let own = row.text("hash")?;
            if entry.seq != last + 1 || entry.previous_hash != hash || own != entry.fingerprint()? {
                return Ok(Chain::BrokenAt(last + 1));
            }
            (last, hash) = (entry.seq, own);
        }
    }
    let whole = head(conn).await? == (last, hash);
    Ok(if whole { Chain::Whole(last) } else { Chain::BrokenAt(last + 1) })
}
