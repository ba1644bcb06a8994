//! The deadlines of one call (M50): first event, idle, total.

use tokio::time::Instant;

use super::error::Phase;
use super::settings::Deadlines;

/// The deadlines of one call.
pub(super) struct Watch {
    deadlines: Deadlines,
    total: Instant,
    sent: Instant,
    last_event: Option<Instant>,
}

impl Watch {
    /// The request goes out now; `total` began earlier if it had to wait for a place.
    pub(super) fn start(deadlines: Deadlines, total: Instant) -> Self {
        Self { deadlines, total, sent: Instant::now(), last_event: None }
    }

    /// An event that counts has come.
    pub(super) fn moved(&mut self) {
        self.last_event = Some(Instant::now());
    }

    /// When the call must be given up unless something happens.
    pub(super) fn deadline(&self) -> Instant {
        self.next().min(self.total)
    }

    /// Which deadline that is.
    pub(super) fn phase(&self) -> Phase {
        match self.last_event {
            _ if self.total <= self.next() => Phase::Total,
            None => Phase::FirstEvent,
            Some(_) => Phase::Idle,
        }
    }

    fn next(&self) -> Instant {
        match self.last_event {
            None => self.sent + self.deadlines.first_event,
            Some(at) => at + self.deadlines.idle,
        }
    }
}
