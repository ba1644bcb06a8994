//! The difference between GitHub's clock and ours, from the `Date` of its last answer (F057).

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::DateTime;
use http::HeaderMap;

use crate::domain::clock::{SharedClock, Timestamp};

/// Below this the difference is only the seconds that `Date` cuts off, ms.
const TOLERANCE_MS: i64 = 2_000;

/// Both clocks. Corrected by every answer, also by a 401.
#[derive(Debug)]
pub(super) struct Skew {
    clock: SharedClock,
    ahead_ms: AtomicI64,
}

impl Skew {
    pub(super) fn new(clock: SharedClock) -> Self {
        Self { clock, ahead_ms: AtomicI64::new(0) }
    }

    /// Our clock.
    pub(super) fn ours(&self) -> Timestamp {
        self.clock.now()
    }

    /// GitHub's clock, as well as we know it.
    pub(super) fn githubs(&self) -> Timestamp {
        Timestamp(self.ours().0.saturating_add(self.ahead_ms.load(Ordering::Relaxed)))
    }

    /// A moment of GitHub's clock in ours.
    pub(super) fn to_ours(&self, at: Timestamp) -> Timestamp {
        Timestamp(at.0.saturating_sub(self.ahead_ms.load(Ordering::Relaxed)))
    }

    /// Learns from an answer's headers.
    pub(super) fn observe(&self, headers: &HeaderMap) {
        let date = headers.get(http::header::DATE).and_then(|value| value.to_str().ok());
        if let Some(date) = date.and_then(|text| DateTime::parse_from_rfc2822(text).ok()) {
            let ahead = date.timestamp_millis().saturating_sub(self.ours().0);
            let known = if ahead.abs() < TOLERANCE_MS { 0 } else { ahead };
            self.ahead_ms.store(known, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::clock::ManualClock;

    #[test]
    fn f057_dates_of_answers_correct_the_clock() {
        let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap_or(Timestamp(0));
        for (date, expected) in [
            ("Tue, 15 Nov 1994 08:17:31 GMT", "1994-11-15T08:17:31Z"),
            ("Tue, 15 Nov 1994 08:07:31 GMT", "1994-11-15T08:07:31Z"),
            ("Tue, 15 Nov 1994 08:12:30 GMT", "1994-11-15T08:12:31Z"),
            ("not a date", "1994-11-15T08:12:31Z"),
        ] {
            let skew = Skew::new(Arc::new(ManualClock::new(at("1994-11-15T08:12:31Z"))));
            let mut headers = HeaderMap::new();
            headers.insert("date", http::HeaderValue::from_str(date).unwrap_or(http::HeaderValue::from_static("")));
            skew.observe(&headers);
            assert_eq!(skew.githubs(), at(expected), "{date}");
            assert_eq!(skew.to_ours(skew.githubs()), skew.ours());
        }
    }
}
