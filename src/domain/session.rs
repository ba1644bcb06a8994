//! A person's stay in the web view, from signing in to its end (M40).

use std::time::Duration;

use super::clock::Timestamp;
use super::permission::Person;

/// A session that nobody used for so long is over.
pub const IDLE: Duration = Duration::from_hours(8);
/// No session is longer, however often it is used: the login it holds is of its beginning.
pub const LONGEST: Duration = Duration::from_hours(7 * 24);
/// A sign-in that takes longer begins anew.
pub const SIGN_IN: Duration = Duration::from_mins(10);

/// Somebody who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who, as GitHub said when it began.
    pub person: Person,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
}

impl Session {
    /// Whether it still stands.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) < IDLE && now.since(self.begun_at) < LONGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::GithubUserId;

    #[test]
    fn m40_a_session_ends_when_it_idles_and_after_a_week() {
        let begun_at = Timestamp(1_000_000);
        let seen = |seen_at| Session { person: Person { id: GithubUserId(1), login: "ada".into() }, begun_at, seen_at };
        let second = Duration::from_secs(1);
        for (seen_at, now, live) in [
            (begun_at, begun_at, true),
            (begun_at, begun_at.plus(IDLE).minus(second), true),
            (begun_at, begun_at.plus(IDLE), false),
            (begun_at.plus(IDLE), begun_at.plus(IDLE).plus(IDLE).minus(second), true),
            (begun_at.plus(LONGEST), begun_at.plus(LONGEST).minus(second), true),
            (begun_at.plus(LONGEST), begun_at.plus(LONGEST), false),
        ] {
            assert_eq!(seen(seen_at).is_live(now), live, "seen at {seen_at:?}, now {now:?}");
        }
    }
}
