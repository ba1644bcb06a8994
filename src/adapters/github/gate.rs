//! One writer per installation, in turn and spaced (M52), and what GitHub said about its allowance.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::clock::{SharedClock, Timestamp};
use crate::domain::ids::InstallationId;

use super::limiter::{WriteKind, WriteLimiter, WriteRules};
use super::sort::LEAST_PAUSE;
use super::{GithubConfig, GithubError, RateBudget};

/// Longest sleep before the clock is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
const LONGEST_DOUBLED: Duration = Duration::from_hours(1);

/// A lock that outlives a panic of its holder.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What one installation may do now.
#[derive(Debug)]
pub(super) struct Lane {
    writer: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    clock: SharedClock,
    wait: Duration,
}

#[derive(Debug)]
struct State {
    limiter: WriteLimiter,
    budget: Option<RateBudget>,
    spent_until: Option<Timestamp>,
    strikes: u32,
}

/// The right to write; dropped when the answer is there.
pub(super) struct Turn<'a> {
    lane: &'a Lane,
    _writer: tokio::sync::MutexGuard<'a, ()>,
}

impl Lane {
    fn new(config: &GithubConfig, clock: SharedClock) -> Self {
        let rules = WriteRules {
            spacing: config.write_spacing,
            per_minute: config.content_per_minute,
            per_hour: config.content_per_hour,
        };
        let state = State { limiter: WriteLimiter::new(rules), budget: None, spent_until: None, strikes: 0 };
        Self { writer: tokio::sync::Mutex::new(()), state: Mutex::new(state), clock, wait: config.write_wait }
    }

    /// Refuses while the hourly allowance is known to be spent.
    pub(super) fn check(&self) -> Result<(), GithubError> {
        let now = self.clock.now();
        match lock(&self.state).spent_until.filter(|until| *until > now) {
            Some(until) => Err(GithubError::PrimaryLimit { until }),
            None => Ok(()),
        }
    }

    /// Waits until no other write of this installation is under way.
    pub(super) async fn enter(&self) -> Result<Turn<'_>, GithubError> {
        match tokio::time::timeout(self.wait, self.writer.lock()).await {
            Ok(writer) => Ok(Turn { lane: self, _writer: writer }),
            Err(_) => Err(GithubError::Busy { until: self.clock.now().plus(self.wait) }),
        }
    }

    pub(super) fn budget(&self) -> Option<RateBudget> {
        lock(&self.state).budget
    }

    pub(super) fn note_budget(&self, budget: RateBudget) {
        lock(&self.state).budget = Some(budget);
    }

    /// The pause for a secondary limit without a time: 60 s, doubling with each in a row (F049).
    pub(super) fn next_pause(&self) -> Duration {
        let strikes = lock(&self.state).strikes.min(6);
        (LEAST_PAUSE * 2u32.pow(strikes)).min(LONGEST_DOUBLED)
    }

    /// Remembers a limit.
    pub(super) fn note_limit(&self, error: &GithubError) {
        let mut state = lock(&self.state);
        match error {
            GithubError::PrimaryLimit { until } => state.spent_until = Some(*until),
            GithubError::SecondaryLimit { until } => {
                state.strikes = state.strikes.saturating_add(1);
                state.limiter.pause(*until);
            }
            _ => {}
        }
    }

    /// A write went through: the row of limits is over.
    pub(super) fn note_success(&self) {
        lock(&self.state).strikes = 0;
    }
}

impl Turn<'_> {
    /// Waits for the moment at which a write may go out and books it; before every sending.
    ///
    /// # Errors
    /// [`GithubError::SecondaryLimit`] or [`GithubError::Busy`] when that is further off than we wait.
    pub(super) async fn book(&self, kind: WriteKind) -> Result<(), GithubError> {
        let started = Instant::now();
        loop {
            let Some(rest) = self.try_book(kind, started.elapsed())? else { return Ok(()) };
            tokio::time::sleep(rest.min(LOOK_AGAIN)).await;
        }
    }

    fn try_book(&self, kind: WriteKind, waited: Duration) -> Result<Option<Duration>, GithubError> {
        let now = self.lane.clock.now();
        let mut state = lock(&self.lane.state);
        let until = state.limiter.earliest(kind, now);
        if until <= now {
            state.limiter.take(kind, now);
            return Ok(None);
        }
        let rest = until.since(now);
        if waited.saturating_add(rest) <= self.lane.wait {
            return Ok(Some(rest));
        }
        match state.limiter.paused(now) {
            Some(until) => Err(GithubError::SecondaryLimit { until }),
            None => Err(GithubError::Busy { until }),
        }
    }
}

/// The lanes of all installations.
#[derive(Debug)]
pub(super) struct Lanes {
    config: GithubConfig,
    clock: SharedClock,
    known: Mutex<HashMap<InstallationId, Arc<Lane>>>,
}

impl Lanes {
    /// `config` without its secret.
    pub(super) fn new(config: GithubConfig, clock: SharedClock) -> Self {
        Self { config, clock, known: Mutex::default() }
    }

    pub(super) fn of(&self, installation: InstallationId) -> Arc<Lane> {
        let mut known = lock(&self.known);
        known.entry(installation).or_insert_with(|| Arc::new(Lane::new(&self.config, self.clock.clone()))).clone()
    }

    pub(super) fn budget(&self, installation: InstallationId) -> Option<RateBudget> {
        lock(&self.known).get(&installation).and_then(|lane| lane.budget())
    }

    pub(super) fn forget(&self, installation: InstallationId) {
        lock(&self.known).remove(&installation);
    }
}
