//! Shorter waits for tests that kill the built program and start it again: `HASTE=20` makes them a twentieth.
//! Deadlines stay, but for the grace at the end. Release builds hold nothing of this.

use std::collections::BTreeMap;

use super::Pace;

/// Shortens the waits of `pace` when the environment asks for it.
#[cfg(debug_assertions)]
pub(super) fn apply(pace: &mut Pace, env: &BTreeMap<String, String>) {
    let Some(haste) = env.get("HASTE").and_then(|text| text.parse::<u32>().ok()).filter(|haste| *haste > 0) else {
        return;
    };
    let waits = [
        &mut pace.write_spacing,
        &mut pace.status_spacing,
        &mut pace.adopt_wait,
        &mut pace.queue_poll,
        &mut pace.job_pause,
        &mut pace.job_pause_max,
        &mut pace.model_retry_wait,
        &mut pace.github_retry,
        &mut pace.stop_grace,
    ];
    waits.into_iter().for_each(|wait| *wait /= haste);
}

/// Shortens the waits of `pace` when the environment asks for it.
#[cfg(not(debug_assertions))]
pub(super) const fn apply(_pace: &mut Pace, _env: &BTreeMap<String, String>) {}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn waits_are_shortened_and_deadlines_stay() {
        let env = BTreeMap::from([("HASTE".to_owned(), "20".to_owned())]);
        let mut pace = Pace::default();
        apply(&mut pace, &env);
        assert_eq!((pace.write_spacing, pace.run_deadline), (Duration::from_millis(50), Duration::from_mins(10)));
        apply(&mut pace, &BTreeMap::from([("HASTE".to_owned(), "0".to_owned())]));
        assert_eq!(pace.write_spacing, Duration::from_millis(50));
    }
}
