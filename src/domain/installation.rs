//! An installation of the App: which account let us in, how far, and whether that still holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::InstallationId;

/// Where an installation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InstallationStatus {
    /// We are let in.
    Active,
    /// Suspended: work is parked and resumes when it is active again (F078).
    Suspended,
    /// Removed for good (F079).
    Deleted,
}

impl InstallationStatus {
    /// The word stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Deleted].into_iter().find(|s| s.as_str() == word)
    }
}

/// An installation row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// GitHub's number.
    pub id: InstallationId,
    /// The login of the account it belongs to, at the moment.
    pub account: String,
    /// Where it stands.
    pub status: InstallationStatus,
    /// What the App may do there: permission → `read` or `write` (F081).
    pub permissions: BTreeMap<String, String>,
    /// When it became known.
    pub created_at: Timestamp,
    /// When the row last changed.
    pub updated_at: Timestamp,
}
