//! The audit trail: append-only, each entry's hash covering the one before it. Nothing here changes or removes
//! an entry (M19).

use serde_json::Value;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::row::{Read, parameters, text, to_json};
use super::{Conn, StoreError};
use crate::domain::audit::AuditEntry;
use crate::domain::clock::Timestamp;
use crate::domain::sha256::Sha256Hex;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT seq, at, actor, action, subject, details, previous_hash, hash FROM audit ", $rest)
    };
}

/// Rows written by one statement: SQLite takes 32,766 parameters, and each length is a statement that it must read.
const ROWS: usize = 64;
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

/// Adds entries in their order, each with its moment; see [`append`].
pub async fn append_many(conn: &mut Conn, entries: &[(NewEntry<'_>, Timestamp)]) -> Result<(), StoreError> {
    sqlx::query("UPDATE meta SET value = value WHERE key = 'audit_head'").execute(&mut *conn).await?;
    let (mut last, mut hash) = head(conn).await?;
    for piece in entries.chunks(ROWS) {
        let statement = format!(
            "INSERT INTO audit (seq, at, actor, action, subject, details, previous_hash, hash) VALUES {}",
            parameters(piece.len(), 8)
        );
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for (entry, at) in piece {
            let stored = Stored {
                seq: last + 1,
                at: at.0,
                actor: text(entry.actor),
                action: text(entry.action),
                subject: text(entry.subject),
                details: to_json(entry.details)?,
                previous_hash: hash,
            };
            (last, hash) = (stored.seq, stored.fingerprint()?);
            query = query
                .bind(stored.seq)
                .bind(stored.at)
                .bind(stored.actor)
                .bind(stored.action)
                .bind(stored.subject)
                .bind(stored.details)
                .bind(stored.previous_hash)
                .bind(hash.clone());
        }
        query.execute(&mut *conn).await?;
    }
    let new_head = format!("{last} {hash}");
    sqlx::query("UPDATE meta SET value = $1 WHERE key = 'audit_head'").bind(new_head).execute(conn).await?;
    Ok(())
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

/// Which entries of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Only what this one did.
    pub actor: Option<String>,
    /// Only this action, or the actions of a family: `pick` finds `pick.accept`.
    pub action: Option<String>,
    /// Only what was done to this.
    pub subject: Option<String>,
    /// From this moment on.
    pub from: Timestamp,
    /// Before this moment.
    pub to: Timestamp,
}

impl Default for Filter {
    fn default() -> Self {
        Self { actor: None, action: None, subject: None, from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) }
    }
}

/// Newest first: at most `limit` entries with a number below `before`.
pub async fn list(conn: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<AuditEntry>, StoreError> {
    find(conn, &Filter::default(), before, limit).await
}

/// As [`list`], of those that the filter lets through.
pub async fn find(
    conn: &mut Conn,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditEntry>, StoreError> {
    let sql = select!(
        "WHERE seq < $1 AND ($2 = '' OR actor = $2) AND ($3 = '' OR action = $3 \
         OR substr(action, 1, length($3) + 1) = $3 || '.') AND ($4 = '' OR subject = $4) AND at >= $5 AND at < $6 \
         ORDER BY seq DESC LIMIT $7"
    );
    let word = |word: &Option<String>| text(word.as_deref().unwrap_or_default());
    let query = sqlx::query(sql).bind(before.unwrap_or(i64::MAX));
    let query = query.bind(word(&filter.actor)).bind(word(&filter.action)).bind(word(&filter.subject));
    let query = query.bind(filter.from.0).bind(filter.to.0).bind(limit);
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// Oldest first: at most `limit` entries with a number above `after`.
pub async fn after(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<AuditEntry>, StoreError> {
    let sql = select!("WHERE seq > $1 ORDER BY seq LIMIT $2");
    sqlx::query(sql).bind(after).bind(limit).fetch_all(conn).await?.iter().map(read).collect()
}

/// What a look through the whole chain found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    /// Every link holds; this many entries.
    Whole(i64),
    /// The first entry that was changed, removed or put in later.
    BrokenAt(i64),
}

/// Looks through the whole chain for entries that were changed, removed or put in; others may append meanwhile.
pub async fn verify(conn: &mut Conn) -> Result<Chain, StoreError> {
    let (end, end_hash) = head(conn).await?;
    let (mut last, mut hash) = (0, String::new());
    loop {
        let sql = select!("WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3");
        let rows = sqlx::query(sql).bind(last).bind(end).bind(BATCH).fetch_all(&mut *conn).await?;
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
    if (last, hash) != (end, end_hash) {
        return Ok(Chain::BrokenAt(last + 1));
    }
    // What stands behind the end was appended meanwhile, and then the end has moved as far.
    let newest = sqlx::query("SELECT COALESCE(MAX(seq), 0) AS newest FROM audit").fetch_one(&mut *conn).await?;
    let newest = newest.int("newest")?;
    Ok(if newest > end && newest > head(conn).await?.0 { Chain::BrokenAt(end + 1) } else { Chain::Whole(last) })
}
