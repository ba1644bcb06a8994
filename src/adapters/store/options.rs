//! How the database is opened: deadlines and pool sizes (M50).

use std::time::Duration;

/// Which engine a store runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// One file, one writer.
    Sqlite,
    /// A server that several processes share.
    Postgres,
}

/// Deadlines and sizes; the defaults answer "busy" within six seconds, before GitHub gives up on a delivery.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// How long a statement waits for a lock held elsewhere.
    pub busy_timeout: Duration,
    /// How long to wait for a free connection of the pool, the writer's included.
    pub acquire_timeout: Duration,
    /// How long one statement may take (Postgres).
    pub statement_timeout: Duration,
    /// Connections for reading (SQLite), or for everything (Postgres).
    pub pool_size: u32,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            busy_timeout: Duration::from_millis(2_500),
            acquire_timeout: Duration::from_millis(3_500),
            statement_timeout: Duration::from_secs(30),
            pool_size: 8,
        }
    }
}
