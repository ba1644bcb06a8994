//! The App, its installations and the tokens that open them.

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt;
use serde_json::Value;

use super::{AccountKind, Repo, World};
use crate::domain::clock::Timestamp;

/// Permission name → `read` or `write`.
pub type Permissions = BTreeMap<String, String>;

pub struct App {
    pub id: i64,
    pub name: String,
    pub slug: String,
    pub owner_id: i64,
    pub bot_id: i64,
    /// PEM, as it is given to the App's maker.
    pub private_key: &'static str,
    pub public_key: &'static [u8],
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
            name: "bakeoff".into(),
            slug: "bakeoff".into(),
            owner_id: 0,
            bot_id: 0,
            private_key: include_str!("../test_only_app_key.pem"),
            public_key: include_bytes!("../test_only_app_key.pub.pem"),
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

/// A manifest whose page is open and whose button was not pressed yet.
#[derive(Clone)]
pub struct Draft {
    pub owner: i64,
    pub state: Option<String>,
    pub manifest: Value,
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
    /// Makes the App of a manifest, in the place of the one before, and gives the code that its maker gets.
    pub fn create_app(&mut self, name: &str, draft: &Draft) -> String {
        let text = |pointer: &str| draft.manifest.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let pairs = draft.manifest.get("default_permissions").and_then(Value::as_object).into_iter().flatten();
        let permissions = pairs.filter_map(|(name, level)| Some((name.clone(), level.as_str()?.to_owned()))).collect();
        let events = draft.manifest.get("default_events").and_then(Value::as_array).into_iter().flatten();
        let secret = || hex::encode(rand::random::<[u8; 20]>());
        let slug = name.trim().to_ascii_lowercase().replace([' ', '_', '.'], "-");
        let callbacks = draft.manifest.get("callback_urls").and_then(Value::as_array).into_iter().flatten();
        let id = self.next_id();
        let app = App {
            id,
            name: name.into(),
            owner_id: draft.owner,
            bot_id: self.add_account(&format!("{slug}[bot]"), AccountKind::Bot),
            slug,
            client_id: format!("Iv23li{id}"),
            client_secret: secret(),
            callback_urls: callbacks.filter_map(|url| url.as_str().map(str::to_owned)).collect(),
            private_key: include_str!("../test_only_new_app_key.pem"),
            public_key: include_bytes!("../test_only_new_app_key.pub.pem"),
            webhook_secret: secret(),
            webhook_url: text("/hook_attributes/url"),
            permissions,
            events: events.filter_map(|event| event.as_str().map(str::to_owned)).collect(),
            created_at: self.now(),
        };
        self.app_names.insert(name.to_ascii_lowercase());
        self.app = app;
        // Each App has installations and deliveries of its own.
        self.deliveries.clear();
        self.installations.clear();
        self.tokens.clear();
        let code = secret();
        self.app_codes.insert(code.clone(), self.now());
        code
    }

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
