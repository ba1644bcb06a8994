//! Short memory of who may do what, for page views only; never older than a minute (property 13).

use std::sync::Mutex;
use std::time::Duration;

use crate::domain::clock::Timestamp;
use crate::domain::ids::GithubRepoId;

use super::Standing;
use super::bounded::Bounded;
use super::gate::lock;

/// No answer serves longer than this.
pub const LONGEST: Duration = Duration::from_mins(1);

type Key = (GithubRepoId, String);

/// Answers with the moment they were asked for.
#[derive(Debug)]
pub struct StandingCache(Mutex<Bounded<Key, (Timestamp, Standing)>>);

impl Default for StandingCache {
    fn default() -> Self {
        Self::new()
    }
}

impl StandingCache {
    /// Empty.
    pub fn new() -> Self {
        Self(Mutex::new(Bounded::new(10_000)))
    }

    /// An answer at most `max_age` (and a minute) old. After a clock set back there is none.
    pub fn get(&self, repo: GithubRepoId, login: &str, max_age: Duration, now: Timestamp) -> Option<Standing> {
        let (asked_at, standing) = lock(&self.0).get(&(repo, login.to_lowercase()))?;
        (asked_at <= now && now.since(asked_at) < max_age.min(LONGEST)).then_some(standing)
    }

    /// Remembers an answer; `asked_at` is before the question left.
    pub fn put(&self, repo: GithubRepoId, login: &str, asked_at: Timestamp, standing: Standing) {
        lock(&self.0).insert((repo, login.to_lowercase()), (asked_at, standing));
    }

    /// Forgets one answer, for when a fresh one could not be had.
    pub fn drop_one(&self, repo: GithubRepoId, login: &str) {
        lock(&self.0).retain(|(id, name)| *id != repo || *name != login.to_lowercase());
    }
}
