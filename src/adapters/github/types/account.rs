//! Accounts, the App, its installations, deliveries and allowance.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{GithubUserId, InstallationId};
use crate::domain::permission::{Permission, Person};

/// What kind of account a person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    /// A human (or a machine user).
    User,
    /// An App's account.
    Bot,
    /// An organization.
    Organization,
    /// A kind that we do not know.
    Other,
}

impl AccountKind {
    /// Reads GitHub's `type`.
    pub fn parse(word: &str) -> Self {
        match word {
            "User" => Self::User,
            "Bot" => Self::Bot,
            "Organization" => Self::Organization,
            _ => Self::Other,
        }
    }
}

/// An account with its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Number and login.
    pub person: Person,
    /// User, bot or organization.
    pub kind: AccountKind,
}

/// The App itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppInfo {
    /// The App's number.
    pub id: i64,
    /// The App's name in URLs; its account is `slug[bot]`.
    pub slug: String,
    /// Granted by its registration: `issues` → `write` and so on.
    pub permissions: BTreeMap<String, String>,
    /// Subscribed events.
    pub events: Vec<String>,
    /// The number of the account `slug[bot]`; known once there is an installation.
    pub bot_user_id: Option<GithubUserId>,
}

/// One place where the App is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// GitHub's number.
    pub id: InstallationId,
    /// The account it belongs to.
    pub account: Actor,
    /// Whether it is suspended.
    pub suspended: bool,
    /// Accepted by the owner: `issues` → `write` and so on.
    pub permissions: BTreeMap<String, String>,
}

/// A delivery of GitHub's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookDelivery {
    /// Number of this attempt; what `redeliver` takes.
    pub id: i64,
    /// The `X-GitHub-Delivery` header; a redelivery keeps it.
    pub guid: String,
    /// The event.
    pub event: String,
    /// Its action.
    pub action: Option<String>,
    /// Our answer's status as GitHub saw it; 0 when there was none.
    pub status_code: i64,
    /// When it was sent.
    pub delivered_at: Timestamp,
    /// Whether this attempt was asked for.
    pub redelivery: bool,
}

/// What one account may do in a repository, as the collaborator-permission endpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The right.
    pub permission: Permission,
    /// Whether it is at least GitHub's built-in right to maintain (which `permission` shows as write).
    pub maintain: bool,
    /// Whose; `None` when GitHub does not know the login.
    pub account: Option<Actor>,
}

/// What GitHub's headers last said about an installation's hourly allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateBudget {
    /// Calls an hour.
    pub limit: u64,
    /// Calls left in this hour.
    pub remaining: u64,
    /// When the hour starts again, in our clock.
    pub reset: Timestamp,
    /// When this was seen, in our clock.
    pub seen_at: Timestamp,
}

impl RateBudget {
    /// The pause between two cheap calls that keeps them within half of what is left (M15).
    pub fn polling_pause(&self, now: Timestamp) -> Duration {
        if now >= self.reset {
            return Duration::ZERO;
        }
        let calls = u32::try_from(self.remaining / 2).unwrap_or(u32::MAX);
        let left = self.reset.since(now);
        if calls == 0 { left } else { left / calls }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m15_polling_keeps_within_half_of_what_is_left() {
        for (remaining, now, pause_ms) in
            [(5000, 0, 1440), (10, 0, 720_000), (1, 3_000_000, 600_000), (0, 3_600_000, 0)]
        {
            let (reset, seen_at) = (Timestamp(3_600_000), Timestamp(0));
            let budget = RateBudget { limit: 5000, remaining, reset, seen_at };
            assert_eq!(budget.polling_pause(Timestamp(now)), Duration::from_millis(pause_ms), "{remaining}");
        }
    }
}
