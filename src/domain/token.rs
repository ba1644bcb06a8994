//! REST tokens: who may call what.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::TokenId;
use super::repo::RepoName;

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Every GET.
    Read,
    /// Start and stop work.
    Run,
    /// Open pull requests.
    Pick,
    /// Everything, keys and tokens included.
    Admin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Read, Self::Run, Self::Pick, Self::Admin];

    /// The word stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Run => "run",
            Self::Pick => "pick",
            Self::Admin => "admin",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

/// A token row, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Our id.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The only repositories it may see; `None` for all.
    pub repositories: Option<Vec<RepoName>>,
    /// The person whose permission a pick is checked by.
    pub github_login: Option<String>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Token {
    /// Whether it may do `scope` (`admin` holds all others).
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope) || self.scopes.contains(&Scope::Admin)
    }
}
