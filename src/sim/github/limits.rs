//! Rate limits: so many requests an hour, so much new content a minute and an hour.

use std::collections::HashMap;

use super::hub::{Hub, locked};
use crate::domain::clock::Timestamp;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;
/// GitHub's limits for requests that make content.
const CONTENT_A_MINUTE: usize = 80;
const CONTENT_AN_HOUR: usize = 500;

/// What one caller has used.
#[derive(Default)]
struct Used {
    requests: u64,
    window_ends: i64,
    content: Vec<i64>,
}

/// The counters, by caller.
pub struct Limits {
    used: HashMap<String, Used>,
    per_hour: u64,
    content_enforced: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { used: HashMap::new(), per_hour: 5000, content_enforced: true }
    }
}

/// What the rate-limit headers say.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    pub limit: u64,
    pub used: u64,
    pub reset_secs: i64,
}

impl Standing {
    pub fn remaining(self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

impl Limits {
    /// Where a caller stands; `count` takes one request off.
    pub fn standing(&mut self, caller: &str, now: Timestamp, count: bool) -> Standing {
        let limit = if caller == "anonymous" { 60 } else { self.per_hour };
        let used = self.used.entry(caller.into()).or_default();
        if now.0 >= used.window_ends {
            used.requests = 0;
            used.window_ends = now.0 + HOUR_MS;
        }
        used.requests += u64::from(count);
        Standing { limit, used: used.requests.min(limit), reset_secs: used.window_ends / 1000 }
    }

    /// Notes new content; `Some(seconds to wait)` when that is too much.
    pub fn content(&mut self, caller: &str, now: Timestamp) -> Option<i64> {
        let used = self.used.entry(caller.into()).or_default();
        used.content.retain(|at| now.0 - at < HOUR_MS);
        let minute = used.content.iter().filter(|at| now.0 - **at < MINUTE_MS).count();
        if self.content_enforced && (minute >= CONTENT_A_MINUTE || used.content.len() >= CONTENT_AN_HOUR) {
            return Some(60);
        }
        used.content.push(now.0);
        None
    }
}

impl Hub {
    /// Whether more than 80 new things a minute or 500 an hour are refused, as GitHub does (on unless changed).
    pub fn enforce_content_limits(&self, on: bool) {
        locked(&self.limits).content_enforced = on;
    }

    /// The hourly number of requests of an installation; 5,000 unless changed.
    pub fn set_rate_limit(&self, per_hour: u64) {
        locked(&self.limits).per_hour = per_hour;
    }
}
