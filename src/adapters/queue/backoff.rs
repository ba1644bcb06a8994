//! The pause before the next attempt: 10 s, 40 s, 160 s, 10 min by default, a fifth more or less (M53).

use std::time::Duration;

use super::settings::QueueSettings;

/// The pause after failed attempt number `attempt` (from 1); `chance` in 0..1 spreads it.
pub(super) fn pause(settings: &QueueSettings, attempt: i64, chance: f64) -> Duration {
    let exponent = u32::try_from(attempt.saturating_sub(1).clamp(0, 16)).unwrap_or(0);
    let plain = settings.first_pause.saturating_mul(4_u32.saturating_pow(exponent)).min(settings.longest_pause);
    plain.mul_f64(0.8 + 0.4 * chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m53_pauses_grow_from_ten_seconds_to_ten_minutes() {
        let settings = QueueSettings::default();
        for (attempt, seconds) in [(1, 10), (2, 40), (3, 160), (4, 600), (5, 600), (i64::MAX, 600), (-1, 10)] {
            assert_eq!(pause(&settings, attempt, 0.5).as_millis(), seconds * 1000, "{attempt}");
        }
        assert_eq!(pause(&settings, 1, 0.0), Duration::from_secs(8));
        assert_eq!(pause(&settings, 1, 1.0), Duration::from_secs(12));
    }
}
