//! Places for pages that listen to live news: so many in all, and so many for each person (M49).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::ids::GithubUserId;

/// Streams open at once, in this process.
const ALL: usize = 200;
/// Of one person: as many pages as somebody has open.
const EACH: usize = 20;

type Taken = Mutex<HashMap<GithubUserId, usize>>;

/// The free places. Clones share them.
#[derive(Clone)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    taken: Arc<Taken>,
}

/// A taken place; dropping it frees it.
pub(super) struct Place {
    _one: OwnedSemaphorePermit,
    /// Whose it is, where there are several people.
    of: Option<(GithubUserId, Arc<Taken>)>,
}

fn locked(taken: &Taken) -> MutexGuard<'_, HashMap<GithubUserId, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Places {
    pub(super) fn new() -> Self {
        Self { all: Arc::new(Semaphore::new(ALL)), taken: Arc::default() }
    }

    /// A place for this person, or for who sits at the machine; `None` when there is none.
    pub(super) fn take(&self, person: Option<GithubUserId>) -> Option<Place> {
        let one = Arc::clone(&self.all).try_acquire_owned().ok()?;
        let Some(person) = person else { return Some(Place { _one: one, of: None }) };
        let mut taken = locked(&self.taken);
        let count = taken.entry(person).or_default();
        if *count >= EACH {
            return None;
        }
        *count += 1;
        Some(Place { _one: one, of: Some((person, Arc::clone(&self.taken))) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((person, taken)) = &self.of else { return };
        let mut taken = locked(taken);
        if let Some(count) = taken.get_mut(person) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m49_nobody_listens_in_all_places() {
        let places = Places::new();
        let (ada, bob) = (GithubUserId(1), GithubUserId(2));
        let mut held: Vec<Place> = (0..EACH).map_while(|_| places.take(Some(ada))).collect();
        assert_eq!(held.len(), EACH);
        assert!(places.take(Some(ada)).is_none() && places.take(Some(bob)).is_some());
        held.pop();
        assert!(places.take(Some(ada)).is_some(), "a place is free again");
        let rest: Vec<Place> = std::iter::from_fn(|| places.take(None)).collect();
        assert_eq!(held.len() + rest.len(), ALL);
        assert!(places.take(Some(bob)).is_none());
        drop((held, rest));
        assert!(locked(&places.taken).is_empty(), "nobody is remembered");
    }
}
