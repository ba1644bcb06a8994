//! People who sign in through the App: codes under way, and their tokens.

use std::time::Duration;

use super::World;
use crate::domain::clock::Timestamp;

/// A code is good for so long.
const CODE_LIFE: Duration = Duration::from_mins(10);
/// A person's token is good for so long.
pub const TOKEN_LIFE: Duration = Duration::from_hours(8);

/// What the next person does who is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consent {
    /// Agrees, as this account.
    As(i64),
    /// Does not agree.
    No,
}

/// A code that was handed out and not redeemed.
#[derive(Debug, Clone)]
pub struct Code {
    pub user: i64,
    pub redirect_uri: String,
    /// The S256 challenge, where one was given.
    pub challenge: Option<String>,
    pub made_at: Timestamp,
}

/// Everything of people who sign in.
#[derive(Debug, Default)]
pub struct SigningIn {
    /// Set: nobody is shown a page.
    pub consent: Option<Consent>,
    pub codes: std::collections::BTreeMap<String, Code>,
    /// Person and end of each token.
    pub tokens: std::collections::BTreeMap<String, (i64, Timestamp)>,
}

impl World {
    /// Takes a code out: nobody gets it twice. `None` when it is unknown or too old.
    pub fn take_code(&mut self, code: &str) -> Option<Code> {
        let now = self.now();
        self.signing_in.codes.remove(code).filter(|code| now.since(code.made_at) < CODE_LIFE)
    }

    /// The person of a token that is still good.
    pub fn signed_in(&self, token: &str) -> Option<i64> {
        let (user, ends_at) = self.signing_in.tokens.get(token)?;
        (self.now() < *ends_at).then_some(*user)
    }
}
