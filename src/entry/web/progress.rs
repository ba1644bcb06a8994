//! A round at work as bars: what each candidate has spent of its money and its time, and its last words.

use askama::Template;

use super::words::{State, span, state, took};
use crate::domain::characters::made_visible;
use crate::domain::run::{Run, RunStatus};
use crate::service::Services;
use crate::service::progress::{Progress, Steps};

/// Every candidate of a round.
#[derive(Template)]
#[template(path = "progress.html")]
pub(super) struct Bars {
    pub(super) rows: Vec<Bar>,
    /// What the round has spent, and may spend.
    pub(super) spent: String,
    pub(super) budget: String,
    /// How many candidates are at work.
    pub(super) working: usize,
}

/// One candidate.
pub(super) struct Bar {
    pub(super) run: String,
    pub(super) letter: String,
    pub(super) model: String,
    pub(super) state: State,
    /// Why it failed, else the last line of its log.
    pub(super) last: Option<String>,
    pub(super) calls: i64,
    pub(super) cost: String,
    pub(super) budget: String,
    /// Spent and allowed, in millionths of a dollar.
    pub(super) money: (i64, i64),
    pub(super) time: String,
    pub(super) limit: String,
    /// Seconds taken and allowed.
    pub(super) seconds: (u64, u64),
}

/// The bars of a round.
pub(super) fn bars(svc: &Services, progress: &Progress) -> Bars {
    let runs = &progress.found.runs;
    let spent = runs.iter().fold(crate::domain::money::UsdMicros::ZERO, |sum, run| sum.plus(run.result.cost));
    Bars {
        rows: runs.iter().zip(&progress.steps).map(|(run, steps)| bar(svc, run, steps)).collect(),
        spent: spent.to_string(),
        budget: progress.found.round.as_ref().map(|round| round.budget.to_string()).unwrap_or_default(),
        working: runs.iter().filter(|run| !run.status.is_terminal()).count(),
    }
}

/// One candidate's bars.
pub(super) fn bar(svc: &Services, run: &Run, steps: &Steps) -> Bar {
    let now = svc.now();
    let end = run.completed_at.unwrap_or(now);
    let limit = svc.policy.run_deadline;
    let why = run.result.error.as_ref().filter(|_| run.status == RunStatus::Failed);
    Bar {
        run: run.id.to_string(),
        letter: run.letter.to_string(),
        model: run.answerer(),
        state: state(run),
        last: why.or(steps.last.as_ref()).map(|text| made_visible(text)),
        calls: steps.calls,
        cost: run.result.cost.to_string(),
        budget: run.budget.to_string(),
        money: (run.result.cost.0, run.budget.0.max(1)),
        time: took(run, now),
        limit: span(limit),
        seconds: (run.started_at.map_or(0, |from| end.since(from).as_secs()), limit.as_secs().max(1)),
    }
}
