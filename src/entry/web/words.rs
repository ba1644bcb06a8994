//! Numbers, times and states as people read them.

use std::time::Duration;

use crate::domain::characters::made_visible;
use crate::domain::clock::Timestamp;
use crate::domain::run::{Run, RunStatus};
use crate::domain::task::Task;

/// To the minute: `2026-11-24 15:57 UTC`.
pub(super) fn moment(at: Timestamp) -> String {
    let text = at.to_rfc3339();
    format!("{} UTC", text.get(..16).unwrap_or(&text).replace('T', " "))
}

/// `0.4 s`, `12 s`, `3 min 05 s`.
pub(super) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..=9 => format!("{:.1} s", time.as_secs_f32()),
        10..=59 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// How long a run took, or has taken.
pub(super) fn took(run: &Run, now: Timestamp) -> String {
    run.started_at.map(|from| span(run.completed_at.unwrap_or(now).since(from))).unwrap_or_default()
}

/// A task's title, with nothing hidden in it.
pub(super) fn title(task: &Task) -> String {
    task.title.as_deref().map_or_else(|| "Untitled task".into(), made_visible)
}

/// A run's state: a word for people and the class of its colour.
pub(super) struct State {
    pub(super) word: &'static str,
    pub(super) class: &'static str,
    pub(super) sign: &'static str,
}

/// The state of a run.
pub(super) fn state(run: &Run) -> State {
    let (word, class, sign) = match run.status {
        RunStatus::Queued => ("waiting", "quiet", "○"),
        RunStatus::Running => ("working", "busy", "◐"),
        RunStatus::Succeeded if run.has_patch() => ("ready", "good", "✓"),
        RunStatus::Succeeded => ("no changes", "quiet", "–"),
        RunStatus::Failed => ("failed", "bad", "✕"),
        RunStatus::Canceled => ("cancelled", "quiet", "⊘"),
    };
    State { word, class, sign }
}

/// Lines added and removed by a run.
pub(super) fn lines(run: &Run) -> (i64, i64) {
    run.result.files_changed.iter().fold((0, 0), |(a, r), file| (a + file.added_lines, r + file.removed_lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_by_people() {
        let ms = Duration::from_millis;
        let seen = [ms(0), ms(420), ms(9_940), ms(12_900), ms(185_000)].map(span);
        assert_eq!(seen, ["0.0 s", "0.4 s", "9.9 s", "12 s", "3 min 05 s"]);
    }
}
