//! Limits and deadlines of everything git does.

use std::path::PathBuf;
use std::time::Duration;

/// Limits and deadlines.
#[derive(Debug, Clone)]
pub struct GitSettings {
    /// Largest pack that is fetched, in bytes.
    pub max_pack_bytes: u64,
    /// Largest list of refs that is read, in bytes.
    pub max_refs_bytes: u64,
    /// Most files that a tree may list.
    pub max_files: usize,
    /// Until a connection stands.
    pub connect_timeout: Duration,
    /// Between two pieces of an answer.
    pub idle_timeout: Duration,
    /// For one whole fetch or push.
    pub total_timeout: Duration,
    /// For one call into libgit2; past it the call is abandoned (M61).
    pub call_timeout: Duration,
    /// Abandoned calls that still run before new ones are refused.
    pub max_abandoned: usize,
    /// An extra certificate authority in PEM (`BAKEOFF_CA_FILE`).
    pub ca_file: Option<PathBuf>,
    /// Whether `file://` remotes are read (`BAKEOFF_ALLOW_LOCAL_REPOS`).
    pub allow_local: bool,
}

impl Default for GitSettings {
    fn default() -> Self {
        Self {
            max_pack_bytes: 1 << 30,
            max_refs_bytes: 64 << 20,
            max_files: 500_000,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_mins(1),
            total_timeout: Duration::from_mins(10),
            call_timeout: Duration::from_mins(1),
            max_abandoned: 8,
            ca_file: None,
            allow_local: false,
        }
    }
}

/// Counters for metrics and readiness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GitStats {
    /// libgit2 calls given up since the start (F133).
    pub abandoned_total: u64,
    /// Of those, calls that have not come back yet.
    pub abandoned_now: usize,
    /// Packs fetched since the start.
    pub fetched_packs_total: u64,
    /// Bytes of those packs.
    pub fetched_bytes_total: u64,
    /// Mirrors dropped because they were damaged or a call on them hung.
    pub dropped_mirrors_total: u64,
}
