//! Who may do what: GitHub's answer of the collaborator-permission endpoint, and people by number.

use serde::{Deserialize, Serialize};

use super::ids::GithubUserId;

/// A GitHub account as a delivery or an API answer names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The number that never changes.
    pub id: GithubUserId,
    /// The login of the moment; for showing and for the permission endpoint only.
    pub login: String,
}

/// The `permission` field (maintain shows as write, triage as read; `role_name` is never used).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// May change settings.
    Admin,
    /// May push.
    Write,
    /// May read.
    Read,
    /// May nothing.
    None,
}

impl Permission {
    /// Reads the endpoint's word; anything unknown is no permission (fail closed).
    pub fn parse(word: &str) -> Self {
        match word {
            "admin" => Self::Admin,
            "write" => Self::Write,
            "read" => Self::Read,
            _ => Self::None,
        }
    }

    /// Whether this person may command and pick.
    pub fn may_write(self) -> bool {
        matches!(self, Self::Admin | Self::Write)
    }
}
