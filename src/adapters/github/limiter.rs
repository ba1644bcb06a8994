//! The pure rule of M52: when the next write of one installation may go out.

use std::collections::VecDeque;
use std::time::Duration;

use crate::domain::clock::Timestamp;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// What a write does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteKind {
    /// Makes a comment or a pull request: spaced and counted.
    Create,
    /// Edits, reacts, labels: spaced only.
    Edit,
}

/// The figures of the rule.
#[derive(Debug, Clone, Copy)]
pub struct WriteRules {
    /// Least time between two writes.
    pub spacing: Duration,
    /// Creations within any minute.
    pub per_minute: u32,
    /// Creations within any hour.
    pub per_hour: u32,
}

/// What was written lately. Times are handed in; a clock that jumps back moves the memory with it.
#[derive(Debug)]
pub struct WriteLimiter {
    rules: WriteRules,
    last: Option<Timestamp>,
    created: VecDeque<Timestamp>,
    paused_until: Option<Timestamp>,
    seen: Option<Timestamp>,
}

impl WriteLimiter {
    /// Nothing written yet.
    pub fn new(rules: WriteRules) -> Self {
        Self { rules, last: None, created: VecDeque::new(), paused_until: None, seen: None }
    }

    /// The earliest moment, not before `now`, at which a write of this kind may go out.
    pub fn earliest(&mut self, kind: WriteKind, now: Timestamp) -> Timestamp {
        self.follow(now);
        let mut at = now.max(self.paused_until.unwrap_or(now));
        if let Some(last) = self.last {
            at = at.max(last.plus(self.rules.spacing));
        }
        if kind == WriteKind::Create {
            at = at.max(self.window(self.rules.per_minute, MINUTE).unwrap_or(at));
            at = at.max(self.window(self.rules.per_hour, HOUR).unwrap_or(at));
        }
        at
    }

    /// Writes down that one goes out at `now`.
    pub fn take(&mut self, kind: WriteKind, now: Timestamp) {
        self.follow(now);
        self.last = Some(now);
        if kind == WriteKind::Create {
            self.created.push_back(now);
            while self.created.len() > self.rules.per_hour.max(self.rules.per_minute) as usize {
                self.created.pop_front();
            }
        }
    }

    /// GitHub asked for quiet until then.
    pub fn pause(&mut self, until: Timestamp) {
        self.paused_until = Some(self.paused_until.map_or(until, |known| known.max(until)));
    }

    /// Until when GitHub asked for quiet, if that is still ahead.
    pub fn paused(&self, now: Timestamp) -> Option<Timestamp> {
        self.paused_until.filter(|until| *until > now)
    }

    /// When the window has room: the creation that is `count` back must have left it.
    fn window(&self, count: u32, span: Duration) -> Option<Timestamp> {
        let back = self.created.len().checked_sub(count.max(1) as usize)?;
        self.created.get(back).map(|at| at.plus(span).plus(Duration::from_millis(1)))
    }

    /// A wall clock set back would otherwise stop all writes for as long (F119).
    fn follow(&mut self, now: Timestamp) {
        if let Some(back) = self.seen.map(|seen| seen.since(now)).filter(|back| !back.is_zero()) {
            self.last = self.last.map(|at| at.minus(back));
            self.paused_until = self.paused_until.map(|at| at.minus(back));
            self.created.iter_mut().for_each(|at| *at = at.minus(back));
        }
        self.seen = Some(now);
    }
}
