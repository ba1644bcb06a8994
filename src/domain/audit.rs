//! The audit trail: who did what, each entry's hash covering the one before it (M19).

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Counted from 1, without gaps.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who: `github:<user id>:<login>`, `token:<name>`, `bakeoff`.
    pub actor: String,
    /// What: `command`, `refusal`, `run`, `pick`, `push`, `pull`, `key`, `token` … with a verb.
    pub action: String,
    /// To what: an id or name of ours.
    pub subject: String,
    /// More about it (delivery, hashes); never a secret.
    pub details: serde_json::Value,
    /// The hash of the entry before; empty for the first.
    pub previous_hash: String,
    /// SHA-256 over all fields above, as hexadecimal digits.
    pub hash: String,
}
