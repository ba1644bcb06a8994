//! Processor time that is running out while somebody else's source is parsed.

use std::ops::ControlFlow;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The clock is asked at every so many signs of life.
const CLOCK_EVERY: u32 = 4;

/// Time of this thread's processor, not of the clock on the wall: what is found must not hang on how busy a machine is.
pub struct Fuel {
    end: Duration,
    calls: u32,
    spent: bool,
}

impl Fuel {
    /// Runs out after `time` from now.
    pub fn new(time: Duration) -> Self {
        Self { end: thread_time() + time, calls: 0, spent: false }
    }

    /// One sign of life: whether to go on.
    pub fn step(&mut self) -> ControlFlow<()> {
        self.calls = self.calls.wrapping_add(1);
        if !self.spent && self.calls.is_multiple_of(CLOCK_EVERY) {
            self.spent = thread_time() >= self.end;
        }
        if self.spent { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Whether it ran out.
    pub fn is_spent(&self) -> bool {
        self.spent
    }
}

fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
