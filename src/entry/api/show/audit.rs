//! The audit trail.

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Moment;
use crate::adapters::store::audit::Chain;
use crate::domain::audit::AuditEntry;
use crate::entry::api::form::Example;

/// One thing that happened. `hash` is the SHA-256 of the JSON list `[seq, at in milliseconds, actor, action, subject,
/// details as compact JSON text, previous_hash]`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct Entry {
    /// Counted from 1, without gaps.
    seq: i64,
    at: Moment,
    /// `github:<number>:<login>`, `token:<name>`, `bakeoff` …
    actor: String,
    action: String,
    /// What it was done to.
    subject: String,
    #[schema(value_type = Object)]
    details: Value,
    /// Empty for the first.
    previous_hash: String,
    hash: String,
}

/// What a look through the whole trail found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditCheck)]
pub struct Check {
    intact: bool,
    /// How many entries hold.
    entries: i64,
    /// The first entry that was changed, removed or put in.
    broken_at: Option<i64>,
}

impl From<&AuditEntry> for Entry {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            seq: entry.seq,
            at: entry.at.into(),
            actor: entry.actor.clone(),
            action: entry.action.clone(),
            subject: entry.subject.clone(),
            details: entry.details.clone(),
            previous_hash: entry.previous_hash.clone(),
            hash: entry.hash.clone(),
        }
    }
}

impl From<Chain> for Check {
    fn from(chain: Chain) -> Self {
        match chain {
            Chain::Whole(entries) => Self { intact: true, entries, broken_at: None },
            Chain::BrokenAt(seq) => Self { intact: false, entries: seq - 1, broken_at: Some(seq) },
        }
    }
}

impl Example for Entry {
    fn example() -> Self {
        Self {
            seq: 1,
            at: Moment::example(),
            actor: "token:ci".into(),
            action: "task.create".into(),
            subject: "task:01975f1e-8c00-7000-8000-000000000001".into(),
            details: json!({ "repo": "01975f1e-8c00-7000-8000-000000000001" }),
            previous_hash: String::new(),
            hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        }
    }
}

impl Example for Check {
    fn example() -> Self {
        Self { intact: true, entries: 120, broken_at: None }
    }
}
