//! Every request that came in.

use std::fmt;

use super::hub::{Hub, locked};
use crate::domain::clock::Timestamp;

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCall {
    /// `GET`, `POST` …
    pub method: String,
    /// Path and query as they came.
    pub path: String,
    /// The status sent; 0 when the connection was broken off.
    pub status: u16,
    /// The installation whose token was shown.
    pub installation: Option<i64>,
    /// When it came.
    pub at: Timestamp,
}

impl fmt::Display for LoggedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} → {}", self.method, self.path, self.status)
    }
}

impl Hub {
    /// Every request so far, oldest first: REST, GraphQL and git.
    pub fn log(&self) -> Vec<LoggedCall> {
        locked(&self.calls).clone()
    }

    /// The requests of a method whose path fits a pattern (`*` stands for anything; `/api/v3` may be left out).
    pub fn calls(&self, method: &str, pattern: &str) -> Vec<LoggedCall> {
        let fits = |c: &LoggedCall| c.method == method && super::fault::path_fits(pattern, &c.path);
        self.log().into_iter().filter(fits).collect()
    }

    pub(super) fn write_log(&self, call: LoggedCall) {
        locked(&self.calls).push(call);
        self.notify();
    }

    pub(super) fn last_calls(&self, n: usize) -> String {
        let all = locked(&self.calls);
        let lines: Vec<_> = all.iter().skip(all.len().saturating_sub(n)).map(|c| format!("  {c}")).collect();
        lines.join("\n")
    }
}
