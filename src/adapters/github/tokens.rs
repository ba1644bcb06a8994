//! Installation tokens: opaque, for one repository and one use, kept until shortly before they end (M16).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;
use tokio::time::Instant;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{GithubRepoId, InstallationId};

use super::bounded::Bounded;
use super::gate::lock;

/// A token is not used in the last minutes of its hour (F051).
const MARGIN: Duration = Duration::from_mins(5);
/// Tokens kept at once; the oldest go first.
const KEPT: usize = 2_000;

/// What a token is for; it opens nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum TokenUse {
    /// The API in one repository.
    Work,
    /// Git, reading and writing.
    Push,
    /// Git, reading only.
    Fetch,
    /// What the installation covers; no contents.
    Look,
}

impl TokenUse {
    /// The permissions asked for; `workflows` never.
    pub(super) fn permissions(self) -> BTreeMap<&'static str, &'static str> {
        let wanted: &[(&str, &str)] = match self {
            Self::Work => &[("contents", "write"), ("issues", "write"), ("pull_requests", "write")],
            Self::Push => &[("contents", "write")],
            Self::Fetch => &[("contents", "read")],
            Self::Look => &[],
        };
        wanted.iter().copied().chain([("metadata", "read")]).collect()
    }
}

/// Every permission that some token asks for, at its highest level: what the App must be registered with.
pub fn wanted_permissions() -> BTreeMap<&'static str, &'static str> {
    let mut wanted = BTreeMap::new();
    for purpose in [TokenUse::Work, TokenUse::Push, TokenUse::Fetch, TokenUse::Look] {
        for (name, level) in purpose.permissions() {
            let known = wanted.entry(name).or_insert(level);
            if level == "write" {
                *known = level;
            }
        }
    }
    wanted
}

/// Names a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TokenKey {
    pub installation: InstallationId,
    pub repo: Option<GithubRepoId>,
    pub purpose: TokenUse,
}

impl TokenKey {
    /// The body of the request that mints it.
    pub(super) fn request(&self) -> serde_json::Value {
        let permissions = self.purpose.permissions();
        match self.repo {
            Some(repo) => json!({ "repository_ids": [repo.0], "permissions": permissions }),
            None => json!({ "permissions": permissions }),
        }
    }
}

/// A minted token. `Debug` shows nothing of it.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub secret: SecretString,
    /// In GitHub's clock.
    pub expires_at: Timestamp,
    pub minted: Instant,
}

impl Token {
    fn usable(&self, githubs_now: Timestamp) -> bool {
        githubs_now.plus(MARGIN) < self.expires_at
    }
}

/// One place per key, locked while its token is being minted, so that it is minted once.
pub(super) type Slot = Arc<tokio::sync::Mutex<Option<Token>>>;

/// All tokens in use.
#[derive(Debug)]
pub(super) struct Tokens(Mutex<Bounded<TokenKey, Slot>>);

impl Tokens {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Bounded::new(KEPT)))
    }

    /// The place of a key.
    pub(super) fn slot(&self, key: TokenKey) -> Slot {
        lock(&self.0).get_or_insert_with(key, Slot::default)
    }

    /// Forgets the token of this key, unless another has taken its place since it was minted.
    pub(super) async fn discard(&self, key: TokenKey, minted: Instant) {
        let slot = self.slot(key);
        let mut held = slot.lock().await;
        if held.as_ref().is_some_and(|token| token.minted == minted) {
            *held = None;
        }
    }

    /// Forgets every token of an installation (F079).
    pub(super) fn forget(&self, installation: InstallationId) {
        lock(&self.0).retain(|key| key.installation != installation);
    }
}

/// The token of a slot if it may still be used.
pub(super) fn usable(held: Option<&Token>, githubs_now: Timestamp) -> Option<Token> {
    held.filter(|token| token.usable(githubs_now)).cloned()
}
