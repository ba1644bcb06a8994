//! Accounts: people, organisations, bots.

use super::World;
use crate::domain::clock::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    User,
    Organization,
    Bot,
}

impl AccountKind {
    /// GitHub's `type`.
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Organization => "Organization",
            Self::Bot => "Bot",
        }
    }

    /// The first part of node ids.
    pub fn node_prefix(self) -> &'static str {
        match self {
            Self::User => "U",
            Self::Organization => "O",
            Self::Bot => "BOT",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Account {
    pub id: i64,
    pub login: String,
    pub kind: AccountKind,
    pub created_at: Timestamp,
}

impl World {
    /// Adds an account, or finds the one of this login.
    pub fn add_account(&mut self, login: &str, kind: AccountKind) -> i64 {
        if let Some(known) = self.account(login) {
            return known.id;
        }
        let id = self.next_id();
        self.accounts.insert(id, Account { id, login: login.into(), kind, created_at: self.now() });
        id
    }

    /// By login, in any case.
    pub fn account(&self, login: &str) -> Option<&Account> {
        self.accounts.values().find(|a| a.login.eq_ignore_ascii_case(login))
    }

    /// The login of an id; `ghost` when the account is gone, as on GitHub.
    pub fn login(&self, id: i64) -> String {
        self.accounts.get(&id).map_or_else(|| "ghost".into(), |a| a.login.clone())
    }
}
