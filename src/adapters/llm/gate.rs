//! One key at one host: how many calls run at once, how many begin within a minute, and the pause that all of them
//! keep once the provider says that it was too much.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::domain::ids::ModelId;
use crate::domain::model::KeyLimits;

const MINUTE: Duration = Duration::from_mins(1);
/// The first pause after a refusal that names none; doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause of our own choice.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// A provider may ask for more, but after this long one call tries again.
const LONGEST_ASKED: Duration = Duration::from_mins(10);

/// One gate for each pair of host and key, known by its hash only.
#[derive(Default)]
pub(super) struct Gates(Mutex<HashMap<[u8; 32], Arc<Gate>>>);

impl Gates {
    /// The gate of this host and key, which from now on keeps this profile's limits too.
    pub(super) fn gate(&self, host: &str, key: &SecretString, profile: (ModelId, KeyLimits), most: usize) -> Arc<Gate> {
        let id = Sha256::new().chain_update(host).chain_update([0]).chain_update(key.expose_secret()).finalize();
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = gates.entry(id.into()).or_insert_with(|| Arc::new(Gate::new(most))).clone();
        drop(gates);
        gate.keep(profile);
        gate
    }

    /// A profile is gone, and its limits with it.
    pub(super) fn forget(&self, profile: ModelId) {
        let gates: Vec<_> = self.0.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        for gate in gates {
            gate.state().limits.remove(&profile);
            gate.changed.notify_waiters();
        }
    }
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shut {
    /// Every place was taken until it was too late.
    Full,
    /// The provider wants no call of this key for so long.
    Paused(Duration),
}

/// A gate.
pub(super) struct Gate {
    most: usize,
    state: Mutex<State>,
    /// Whoever holds it is the next to go in, so that calls go in as they came.
    turn: tokio::sync::Mutex<()>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    limits: HashMap<ModelId, KeyLimits>,
    running: usize,
    /// Fewer than the limits allow after a refusal; grows with every call that goes well.
    width: Option<usize>,
    begun: VecDeque<Instant>,
    shut_until: Option<Instant>,
    refusals: u32,
}

/// When the first in line may look again; `None` when a place must become free first.
struct NotYet(Option<Instant>);

impl Gate {
    fn new(most: usize) -> Self {
        Self { most: most.max(1), state: Mutex::default(), turn: tokio::sync::Mutex::default(), changed: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, (profile, limits): (ModelId, KeyLimits)) {
        self.state().limits.insert(profile, limits);
        self.changed.notify_waiters();
    }

    /// Waits for a place, at most until `by`; a pause that lasts longer is not waited for at all.
    pub(super) async fn enter(self: &Arc<Self>, by: Instant) -> Result<Place, Shut> {
        self.open_before(by)?;
        let Ok(_turn) = timeout_at(by, self.turn.lock()).await else {
            return Err(Shut::Full);
        };
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            self.open_before(by)?;
            let now = Instant::now();
            if now >= by {
                return Err(Shut::Full);
            }
            let look_again = match self.state().take(self.most, now) {
                Ok(()) => return Ok(Place(self.clone())),
                Err(NotYet(at)) => at.unwrap_or(by),
            };
            tokio::select! {
                () = changed => {}
                () = sleep_until(look_again.min(by)) => {}
            }
        }
    }

    fn open_before(&self, by: Instant) -> Result<(), Shut> {
        match self.state().shut_until {
            Some(until) if until >= by => Err(Shut::Paused(until.saturating_duration_since(Instant::now()))),
            _ => Ok(()),
        }
    }
}

impl State {
    /// Takes a place, or says when to look again.
    fn take(&mut self, most: usize, now: Instant) -> Result<(), NotYet> {
        if let Some(until) = self.shut_until.filter(|until| *until > now) {
            return Err(NotYet(Some(until)));
        }
        let most = self.most(most);
        if self.running >= self.width.unwrap_or(most).min(most) {
            return Err(NotYet(None));
        }
        while self.begun.front().is_some_and(|at| now.duration_since(*at) >= MINUTE) {
            self.begun.pop_front();
        }
        if let Some(rate) = self.rate() {
            let over = (self.begun.len() + 1).saturating_sub(rate);
            if let Some(oldest) = over.checked_sub(1).and_then(|index| self.begun.get(index)) {
                return Err(NotYet(Some(*oldest + MINUTE)));
            }
            self.begun.push_back(now);
        }
        self.running += 1;
        Ok(())
    }

    /// It was too much: nobody goes in for a while, and then fewer at once.
    fn refused(&mut self, asked: Option<Duration>, now: Instant) {
        // Calls that were under way together are refused together: that is one refusal.
        let is_new = self.shut_until.is_none_or(|until| until <= now);
        let own = FIRST_PAUSE.saturating_mul(1 << self.refusals.min(16)).min(LONGEST_PAUSE);
        match asked {
            Some(asked) => self.shut_until = self.shut_until.max(Some(now + asked.min(LONGEST_ASKED))),
            None if is_new => self.shut_until = Some(now + own),
            None => {}
        }
        if is_new {
            self.refusals = self.refusals.saturating_add(1);
            self.width = Some((self.running / 2).max(1));
        }
    }

    fn answered(&mut self, most: usize) {
        self.refusals = 0;
        let most = self.most(most);
        self.width = self.width.map(|width| width + 1).filter(|width| *width < most);
    }

    fn most(&self, most: usize) -> usize {
        let given = self.limits.values().filter_map(|limits| usize::try_from(limits.max_concurrent?).ok());
        given.chain([most]).min().unwrap_or(most).max(1)
    }

    fn rate(&self) -> Option<usize> {
        self.limits.values().filter_map(|limits| usize::try_from(limits.requests_per_minute?).ok()).min()
    }
}

/// The right to make one call; given back when dropped.
pub(super) struct Place(Arc<Gate>);

impl Place {
    /// The provider says that it was too much: every call of the key waits, and then fewer go in at once.
    pub(super) fn refused(&self, asked: Option<Duration>) {
        self.0.state().refused(asked, Instant::now());
    }

    /// The provider answered.
    pub(super) fn answered(&self) {
        self.0.state().answered(self.0.most);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.running = state.running.saturating_sub(1);
        drop(state);
        self.0.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn state(limits: &[(Option<u32>, Option<u32>)]) -> State {
        let each = limits.iter().map(|(max_concurrent, requests_per_minute)| KeyLimits {
            max_concurrent: *max_concurrent,
            requests_per_minute: *requests_per_minute,
        });
        State { limits: each.map(|limits| (ModelId::new(), limits)).collect(), ..State::default() }
    }

    /// How long a call that comes at `now` waits when no other one ends.
    fn wait(state: &mut State, now: Instant) -> Option<Duration> {
        match state.take(8, now) {
            Ok(()) => Some(Duration::ZERO),
            Err(NotYet(at)) => at.map(|at| at - now),
        }
    }

    #[test]
    fn the_lowest_limit_of_the_profiles_of_a_key_holds() {
        let now = Instant::now();
        let mut state = state(&[(Some(3), None), (Some(2), None), (None, None)]);
        let waits: Vec<_> = (0..3).map(|_| wait(&mut state, now)).collect();
        assert_eq!(waits, [Some(S(0)), Some(S(0)), None]);
        state.running -= 1;
        assert_eq!(wait(&mut state, now), Some(S(0)));
        let mut free = State::default();
        assert_eq!((0..9).filter_map(|_| wait(&mut free, now)).count(), 8);
    }

    #[test]
    fn so_many_calls_begin_within_a_minute() {
        let now = Instant::now();
        let mut state = state(&[(None, Some(3)), (None, Some(2))]);
        assert_eq!([wait(&mut state, now), wait(&mut state, now + S(10))], [Some(S(0)); 2]);
        state.running = 0;
        assert_eq!(wait(&mut state, now + S(20)), Some(S(40)));
        assert_eq!(wait(&mut state, now + S(60)), Some(S(0)));
        assert_eq!(wait(&mut state, now + S(61)), Some(S(9)));
    }

    #[test]
    fn f083_a_refusal_shuts_the_gate_and_then_fewer_go_in() {
        let now = Instant::now();
        let mut state = state(&[]);
        for _ in 0..6 {
            wait(&mut state, now);
        }
        // One wave of refusals is one refusal.
        for asked in [None, Some(S(30)), Some(S(20)), None] {
            state.refused(asked, now);
        }
        assert_eq!((wait(&mut state, now), state.width, state.refusals), (Some(S(30)), Some(3), 1));
        state.running = 0;
        let later = now + S(30);
        let waits: Vec<_> = (0..4).map(|_| wait(&mut state, later)).collect();
        assert_eq!(waits, [Some(S(0)), Some(S(0)), Some(S(0)), None]);
        state.answered(8);
        assert_eq!(wait(&mut state, later), Some(S(0)));
        for _ in 0..4 {
            state.answered(8);
        }
        assert_eq!(state.width, None);
    }

    #[test]
    fn a_pause_without_a_length_doubles_and_an_absurd_one_ends() {
        let mut now = Instant::now();
        let mut state = state(&[]);
        let mut pauses = Vec::new();
        for asked in [None, None, None, Some(S(u64::MAX)), None] {
            state.refused(asked, now);
            let pause = wait(&mut state, now).unwrap();
            pauses.push(pause.as_secs());
            now += pause;
        }
        assert_eq!(pauses, [1, 2, 4, 600, 16]);
        for _ in 0..40 {
            state.refused(None, now);
            now += S(60);
        }
        state.refused(None, now);
        assert_eq!(wait(&mut state, now), Some(S(60)));
    }
}
