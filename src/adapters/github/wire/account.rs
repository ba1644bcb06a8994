//! Accounts, the App, its installations and tokens.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::Deserialize;
use tokio::time::Instant;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{GithubUserId, InstallationId};
use crate::domain::permission::{Permission, Person};

use super::super::tokens::Token;
use super::super::{self as github, AccountKind, Actor};

/// A time as GitHub writes it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(in super::super) struct At(pub Timestamp);

impl TryFrom<String> for At {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Timestamp::parse_rfc3339(&text).map(Self).ok_or("not a time")
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Account {
    id: i64,
    login: String,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    permissions: Option<Rights>,
}

impl Account {
    pub(in super::super) fn into_actor(self) -> Actor {
        Actor { person: Person { id: GithubUserId(self.id), login: self.login }, kind: AccountKind::parse(&self.kind) }
    }
}

pub(super) fn actor(account: Option<Account>) -> Option<Actor> {
    account.map(Account::into_actor)
}

#[derive(Deserialize)]
pub(in super::super) struct Minted {
    token: String,
    expires_at: At,
}

impl Minted {
    pub(in super::super) fn into_token(self) -> Option<Token> {
        let plain = !self.token.is_empty() && self.token.bytes().all(|b| b.is_ascii_graphic());
        plain.then(|| Token {
            secret: SecretString::from(self.token),
            expires_at: self.expires_at.0,
            minted: Instant::now(),
        })
    }
}

#[derive(Deserialize)]
pub(in super::super) struct App {
    pub id: i64,
    pub slug: String,
    #[serde(default)]
    pub permissions: BTreeMap<String, String>,
    #[serde(default)]
    pub events: Vec<String>,
}

#[derive(Deserialize)]
pub(in super::super) struct Installation {
    id: i64,
    account: Account,
    suspended_at: Option<At>,
    #[serde(default)]
    pub permissions: BTreeMap<String, String>,
}

impl Installation {
    pub(in super::super) fn into_domain(self) -> github::Installation {
        github::Installation {
            id: InstallationId(self.id),
            account: self.account.into_actor(),
            suspended: self.suspended_at.is_some(),
            permissions: self.permissions,
        }
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Delivery {
    id: i64,
    guid: String,
    delivered_at: At,
    #[serde(default)]
    redelivery: bool,
    #[serde(default)]
    status_code: Option<i64>,
    event: String,
    action: Option<String>,
}

impl Delivery {
    pub(in super::super) fn into_domain(self) -> github::HookDelivery {
        github::HookDelivery {
            id: self.id,
            guid: self.guid,
            event: self.event,
            action: self.action,
            status_code: self.status_code.unwrap_or(0),
            delivered_at: self.delivered_at.0,
            redelivery: self.redelivery,
        }
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Collaborator {
    permission: String,
    user: Option<Account>,
}

#[derive(Deserialize, Default)]
struct Rights {
    #[serde(default)]
    maintain: bool,
}

impl Collaborator {
    /// Without an account there is no right either (fail closed).
    pub(in super::super) fn into_domain(self) -> github::Standing {
        let told = self.user.as_ref().and_then(|user| user.permissions.as_ref()).is_some_and(|rights| rights.maintain);
        let account = actor(self.user);
        let permission = if account.is_some() { Permission::parse(&self.permission) } else { Permission::None };
        let maintain = permission == Permission::Admin || (permission.may_write() && told);
        github::Standing { permission, maintain, account }
    }
}
