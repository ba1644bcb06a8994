//! What was worked out about one tree, for the runs that share it: bounded, gone with the tree's listing.

use std::any::Any;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Different things kept of one tree; the one used longest ago goes first.
const KEPT: usize = 4;

/// A place that is filled once; those who want the same wait for the first.
type Slot = Arc<OnceLock<Arc<dyn Any + Send + Sync>>>;

/// The newest last.
#[derive(Debug, Default)]
pub(super) struct Memo {
    kept: Mutex<Vec<([u8; 32], Slot)>>,
}

impl Memo {
    /// What is kept under `key`, or what `make` makes. A key belongs to one type.
    pub(super) fn get<T: Any + Send + Sync>(&self, key: [u8; 32], make: impl Fn() -> T) -> Arc<T> {
        let slot = self.slot(key);
        let known = Arc::clone(slot.get_or_init(|| Arc::new(make())));
        known.downcast().unwrap_or_else(|_| Arc::new(make()))
    }

    fn slot(&self, key: [u8; 32]) -> Slot {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|(k, _)| *k == key).map(|at| kept.remove(at));
        let entry = known.unwrap_or_else(|| (key, Slot::default()));
        let slot = Arc::clone(&entry.1);
        kept.push(entry);
        if kept.len() > KEPT {
            kept.remove(0);
        }
        slot
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_thing_is_made_once_and_the_oldest_goes() {
        let (memo, made) = (Memo::default(), AtomicUsize::new(0));
        let get = |key: u8| {
            let make = || {
                made.fetch_add(1, Ordering::SeqCst);
                u32::from(key)
            };
            assert_eq!(*memo.get([key; 32], make), u32::from(key));
            made.load(Ordering::SeqCst)
        };
        assert_eq!([get(1), get(1), get(2), get(3), get(4), get(1)], [1, 1, 2, 3, 4, 4]);
        assert_eq!([get(5), get(2), get(1)], [5, 6, 6], "2 was used longest ago");
        let other: Arc<String> = memo.get([1; 32], || "another type".to_owned());
        assert_eq!(*other, "another type");
    }
}
