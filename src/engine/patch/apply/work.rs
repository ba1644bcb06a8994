//! A bound on the work of finding places, so that no answer can keep a worker busy.

use std::cell::Cell;

/// Line comparisons for one answer: seconds at most.
const BUDGET: u64 = 100_000_000;

/// What it costs to copy or sort in one line, in comparisons.
pub const LINE: usize = 20;

/// Counts comparisons down.
pub struct Work {
    left: Cell<u64>,
}

impl Work {
    /// The whole budget.
    pub fn new() -> Self {
        Self { left: Cell::new(BUDGET) }
    }

    /// Spends some; false once there is nothing left.
    pub fn spend(&self, steps: usize) -> bool {
        let left = self.left.get().saturating_sub(steps as u64);
        self.left.set(left);
        left > 0
    }

    /// What was spent so far.
    #[cfg(test)]
    pub fn spent(&self) -> u64 {
        BUDGET - self.left.get()
    }

    /// Whether it ran out.
    pub fn is_over(&self) -> bool {
        self.left.get() == 0
    }
}
