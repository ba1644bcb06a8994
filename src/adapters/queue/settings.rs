//! The queue's figures.

use std::time::Duration;

/// Workers for one sort of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    /// At once in this process.
    pub workers: usize,
    /// At once for one installation, over all processes, so that none can take all workers (M18).
    pub per_installation: usize,
}

/// All figures of the lease queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSettings {
    /// Jobs that take long (runs).
    pub long: Pool,
    /// All others.
    pub quick: Pool,
    /// Jobs at once for one model, over all processes.
    pub per_model: usize,
    /// How long a job stays with a worker that shows no sign of life; the heartbeat comes at a quarter of it.
    pub lease: Duration,
    /// How often to look for work that another process added or whose time has come.
    pub poll: Duration,
    /// How long running jobs may go on after the signal to stop.
    pub grace: Duration,
    /// Tries before a job is dead (M53).
    pub max_attempts: i64,
    /// Crashes of the process before a job is parked (M53).
    pub max_crashes: i64,
    /// The pause after the first failed attempt; each further one is four times as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            long: Pool { workers: 64, per_installation: 56 },
            quick: Pool { workers: 32, per_installation: 24 },
            per_model: 64,
            lease: Duration::from_mins(1),
            poll: Duration::from_secs(1),
            grace: Duration::from_secs(25),
            max_attempts: 5,
            max_crashes: 2,
            first_pause: Duration::from_secs(10),
            longest_pause: Duration::from_mins(10),
        }
    }
}

impl QueueSettings {
    pub(super) fn pool(&self, long: bool) -> Pool {
        if long { self.long } else { self.quick }
    }

    /// Time between two signs of life.
    pub(super) fn beat(&self) -> Duration {
        self.lease / 4
    }

    /// Time between two looks at the others' signs of life.
    pub(super) fn scan(&self) -> Duration {
        self.lease / 12
    }

    /// A worker without a sign of life for this long has missed three of them: together with the time
    /// between looks a lease ends within its full length.
    pub(super) fn silence(&self) -> Duration {
        self.beat() * 3
    }
}
