//! The App, its installations and the tokens that open them.

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt;

use super::{Repo, World};
use crate::domain::clock::Timestamp;

/// Permission name → `read` or `write`.
pub type Permissions = BTreeMap<String, String>;

pub struct App {
    pub id: i64,
    pub slug: String,
    pub owner_id: i64,
    pub bot_id: i64,
    pub webhook_secret: String,
    pub client_id: String,
    pub client_secret: String,
    pub callback_urls: Vec<String>,
    pub webhook_url: Option<String>,
    pub permissions: Permissions,
    pub events: Vec<String>,
    pub created_at: Timestamp,
}

impl App {
    pub fn new(now: Timestamp) -> Self {
        let permissions =
            [("contents", "write"), ("issues", "write"), ("metadata", "read"), ("pull_requests", "write")];
        Self {
            id: 4242,
            slug: "bakeoff".into(),
            owner_id: 0,
            bot_id: 0,
            webhook_secret: "sim-webhook-secret".into(),
            client_id: "Iv23li4242".into(),
            client_secret: "sim-client-secret-0123456789abcdef01234567".into(),
            callback_urls: Vec::new(),
            webhook_url: None,
            permissions: permissions.map(|(name, level)| (name.into(), level.into())).into(),
            events: ["issue_comment", "issues", "pull_request"].map(String::from).into(),
            created_at: now,
        }
    }
}

pub struct Installation {
    pub id: i64,
    pub account: i64,
    pub repos: BTreeSet<i64>,
    pub permissions: Permissions,
    pub suspended_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What an installation token opens.
#[derive(Debug, Clone)]
pub struct Grant {
    pub installation: i64,
    /// Narrowed to these; `None` for all of the installation.
    pub repos: Option<BTreeSet<i64>>,
    pub permissions: Permissions,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
}

/// An opaque token as GitHub makes them since April 2026: about 520 characters.
pub fn opaque_token(prefix: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    let mut random = rand::rng();
    let letter = |_| LETTERS.get(random.random_range(0..LETTERS.len())).map_or('x', |b| char::from(*b));
    std::iter::once(prefix.to_owned()).chain((0..516).map(letter).map(String::from)).collect()
}

impl World {
    /// The installation that covers a repository.
    pub fn installation_of(&self, repo: i64) -> Option<&Installation> {
        self.installations.values().find(|i| i.repos.contains(&repo))
    }

    /// Makes a token that opens `repos` (or all) of an installation.
    pub fn make_token(&mut self, installation: i64, repos: Option<BTreeSet<i64>>, permissions: Permissions) -> String {
        let made_at = self.now();
        let expires_at = made_at.plus(self.switches.token_life);
        let token = opaque_token("ghs_");
        self.tokens.insert(token.clone(), Grant { installation, repos, permissions, made_at, expires_at });
        token
    }

    /// Whether a token's grant reaches a repository.
    pub fn covers(&self, grant: &Grant, repo: &Repo) -> bool {
        let installed = self.installations.get(&grant.installation).is_some_and(|i| i.repos.contains(&repo.id));
        installed && grant.repos.as_ref().is_none_or(|only| only.contains(&repo.id))
    }
}
