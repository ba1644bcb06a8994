//! Faults that a scene orders: what goes wrong, where, how often.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::hub::{Hub, locked};

/// What happens instead of, or after, the right thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Only the delay.
    Nothing,
    /// This status; nothing is done.
    Status(u16),
    /// It is done and answered, but the connection breaks after so many bytes of the body.
    Cut(usize),
    /// It is done, then this status is sent.
    ApplyThenFail(u16),
    /// It is done, then the connection breaks without an answer.
    ApplyThenReset,
    /// An HTML page with status 200; nothing is done.
    Html,
    /// 403 for too much at once, with or without `retry-after` seconds.
    Secondary(Option<u64>),
    /// 403 with nothing remaining until this second of the epoch.
    Primary(i64),
    /// The connection breaks; nothing is done.
    Reset,
}

/// A fault under construction; without an action it only waits.
#[derive(Debug, Clone)]
pub struct Fault {
    method: String,
    pattern: String,
    left: usize,
    skip: usize,
    every: usize,
    seen: usize,
    delay: Duration,
    gate: Option<CancellationToken>,
    act: Act,
}

/// What one request has to suffer.
pub struct Suffering {
    pub delay: Duration,
    pub gate: Option<CancellationToken>,
    pub act: Act,
}

/// The orders that still stand.
#[derive(Default)]
pub struct Faults(Vec<Fault>);

impl Fault {
    /// Meets requests of this method (`*`: any) whose path fits the pattern: `*` stands for anything, and
    /// `/api/v3` may be left out. Once, unless [`Fault::times`] says otherwise.
    pub fn on(method: &str, pattern: &str) -> Self {
        Self {
            method: method.into(),
            pattern: pattern.into(),
            left: 1,
            skip: 0,
            every: 1,
            seen: 0,
            delay: Duration::ZERO,
            gate: None,
            act: Act::Nothing,
        }
    }

    /// How many requests it meets.
    #[must_use]
    pub fn times(mut self, n: usize) -> Self {
        self.left = n;
        self
    }

    /// It meets every request until [`Hub::clear_faults`].
    #[must_use]
    pub fn always(self) -> Self {
        self.times(usize::MAX)
    }

    /// Lets the first `n` fitting requests pass.
    #[must_use]
    pub fn after(mut self, n: usize) -> Self {
        self.skip = n;
        self
    }

    /// Meets only each `n`th fitting request.
    #[must_use]
    pub fn every(mut self, n: usize) -> Self {
        self.every = n.max(1);
        self
    }

    /// Waits before anything is done.
    #[must_use]
    pub fn delay(mut self, span: Duration) -> Self {
        self.delay = span;
        self
    }

    /// Waits before anything is done until the scene cancels `gate`.
    #[must_use]
    pub fn until(mut self, gate: &CancellationToken) -> Self {
        self.gate = Some(gate.clone());
        self
    }

    fn acting(mut self, act: Act) -> Self {
        self.act = act;
        self
    }

    /// Answers with this status; nothing is done.
    #[must_use]
    pub fn status(self, status: u16) -> Self {
        self.acting(Act::Status(status))
    }

    /// Does it, and breaks the connection after so many bytes of the answer's body.
    #[must_use]
    pub fn cut(self, after: usize) -> Self {
        self.acting(Act::Cut(after))
    }

    /// Does it, and answers 502 (F044, F045).
    #[must_use]
    pub fn apply_then_fail(self) -> Self {
        self.acting(Act::ApplyThenFail(502))
    }

    /// Does it, and answers this status.
    #[must_use]
    pub fn apply_then_status(self, status: u16) -> Self {
        self.acting(Act::ApplyThenFail(status))
    }

    /// Does it, and breaks the connection without an answer.
    #[must_use]
    pub fn apply_then_reset(self) -> Self {
        self.acting(Act::ApplyThenReset)
    }

    /// Answers an HTML error page with status 200; nothing is done.
    #[must_use]
    pub fn html_200(self) -> Self {
        self.acting(Act::Html)
    }

    /// Refuses for the secondary rate limit, with `retry-after` seconds or without.
    #[must_use]
    pub fn secondary_limit(self, retry_after: Option<u64>) -> Self {
        self.acting(Act::Secondary(retry_after))
    }

    /// Refuses for the primary rate limit until this second of the epoch.
    #[must_use]
    pub fn primary_limit(self, reset_secs: i64) -> Self {
        self.acting(Act::Primary(reset_secs))
    }

    /// Breaks the connection; nothing is done.
    #[must_use]
    pub fn reset_connection(self) -> Self {
        self.acting(Act::Reset)
    }

    fn meets(&mut self, method: &str, path: &str) -> bool {
        if self.left == 0 || (self.method != "*" && self.method != method) || !path_fits(&self.pattern, path) {
            return false;
        }
        self.seen += 1;
        let due = self.seen > self.skip && (self.seen - self.skip).is_multiple_of(self.every);
        self.left -= usize::from(due && self.left != usize::MAX);
        due
    }
}

/// Whether a path fits, with or without `/api/v3` and the query.
pub fn path_fits(pattern: &str, path: &str) -> bool {
    let bare = path.split('?').next().unwrap_or(path);
    let short = |p: &'_ str| p.strip_prefix("/api/v3").unwrap_or(p).to_owned();
    [path, bare].iter().any(|p| glob(pattern, p) || glob(pattern, &short(p)))
}

/// `*` stands for any text.
pub fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text
            .strip_prefix(head)
            .is_some_and(|rest| (0..=rest.len()).any(|n| rest.get(n..).is_some_and(|r| glob(tail, r)))),
    }
}

impl Hub {
    /// Orders a fault; the first order that meets a request decides.
    pub fn fault(&self, fault: Fault) {
        locked(&self.faults).0.push(fault);
    }

    /// Takes all orders back.
    pub fn clear_faults(&self) {
        locked(&self.faults).0.clear();
    }

    pub(super) fn suffering(&self, method: &str, path: &str) -> Option<Suffering> {
        let mut faults = locked(&self.faults);
        let met = faults.0.iter_mut().find_map(|f| f.meets(method, path).then(|| f.clone()))?;
        Some(Suffering { delay: met.delay, gate: met.gate, act: met.act })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_meets_the_calls_it_names_and_no_other() {
        let mut fault = Fault::on("POST", "/repos/*/issues/*/comments").times(2).after(1);
        let path = "/api/v3/repos/octo/hello/issues/1/comments?x=1";
        assert!(!fault.meets("GET", path) && !fault.meets("POST", "/api/v3/repos/octo/hello/issues/1"));
        assert_eq!([0; 4].map(|_| fault.meets("POST", path)), [false, true, true, false]);
        let mut fifth = Fault::on("*", "*").always().every(2);
        assert_eq!([0; 4].map(|_| fifth.meets("GET", "/x")), [false, true, false, true]);
    }
}
