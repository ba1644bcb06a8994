//! One run at a time parses; the others wait, and who works on in the background gives way.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Who may parse.
#[derive(Debug, Default)]
pub(super) struct Turns {
    taken: Mutex<bool>,
    freed: Condvar,
    waiting: AtomicUsize,
}

/// The right to parse, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn(Arc<Turns>);

impl Turns {
    /// Waits for a turn, `longest` at most.
    pub(super) fn take(self: &Arc<Self>, longest: Duration) -> Option<Turn> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.freed.wait_timeout_while(taken, longest, |taken| *taken);
        let (mut taken, _) = waited.unwrap_or_else(PoisonError::into_inner);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        if *taken {
            return None;
        }
        *taken = true;
        Some(Turn(Arc::clone(self)))
    }

    /// Whether somebody waits.
    pub(super) fn is_wanted(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.0.freed.notify_one();
    }
}
