//! What was worked out for the runs of a round is worked out once: they ask the same of the same commit.

use std::sync::{Arc, Mutex, PoisonError};

use super::survey::Survey;

/// Surveys that are remembered.
const KEPT: usize = 4;

type Slot = Arc<Mutex<Option<Arc<Survey>>>>;

/// The surveys made last, the newest last.
#[derive(Debug, Default)]
pub(super) struct Memory {
    slots: Mutex<Vec<([u8; 32], Slot)>>,
}

impl Memory {
    /// The survey of `key`: the one remembered, or `make`'s. Runs that want the same wait for the first. One that is
    /// not whole is not remembered.
    pub(super) fn survey<E>(&self, key: [u8; 32], make: impl FnOnce() -> Result<Survey, E>) -> Result<Arc<Survey>, E> {
        let slot = self.slot(key);
        let mut place = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = place.as_ref() {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(make()?);
        if made.is_whole() {
            *place = Some(Arc::clone(&made));
        }
        Ok(made)
    }

    /// The surveys that are there now, the newest first; nobody is waited for.
    pub(super) fn all(&self) -> Vec<Arc<Survey>> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |(_, slot): &([u8; 32], Slot)| slot.try_lock().ok().and_then(|place| place.clone());
        slots.iter().rev().filter_map(known).collect()
    }

    fn slot(&self, key: [u8; 32]) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let known = slots.iter().position(|(k, _)| *k == key).map(|at| slots.remove(at));
        let entry = known.unwrap_or_else(|| (key, Slot::default()));
        let slot = Arc::clone(&entry.1);
        slots.push(entry);
        if slots.len() > KEPT {
            slots.remove(0);
        }
        slot
    }
}
