//! A candidate's row in the table, and the links that choose who is shown.

use super::place::Place;
use crate::domain::characters::made_visible;
use crate::domain::clock::Timestamp;
use crate::domain::pull::PullStatus;
use crate::domain::round::RoundStatus;
use crate::domain::run::{Run, RunStatus};
use crate::domain::vote::{Ballot, Tally};
use crate::engine::evidence::{CHECKS, evidence};
use crate::entry::web::words::{State, lines, state, took};
use crate::service::comparison::Comparison;
use crate::service::votes::Opinions;

/// A candidate as the page tells it.
pub(super) struct CandidateView {
    pub(super) run: String,
    pub(super) letter: String,
    pub(super) model: String,
    pub(super) state: State,
    /// Why it failed.
    pub(super) error: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) warnings: Vec<String>,
    pub(super) files: usize,
    pub(super) added: i64,
    pub(super) removed: i64,
    pub(super) cost: String,
    pub(super) time: String,
    pub(super) hash: Option<String>,
    /// Its diffs alone.
    pub(super) href: String,
    pub(super) may_pick: bool,
    pub(super) chosen: bool,
    /// Votes for and against.
    pub(super) votes: Tally,
    /// The visitor's own.
    pub(super) own: Ballot,
    /// What came of the checks, in a few words.
    pub(super) checks: Option<String>,
    /// What else is known of it: name and finding.
    pub(super) evidence: Vec<(String, String)>,
}

/// A link that shows a candidate beside the others, or takes it away.
pub(super) struct Chip {
    pub(super) letter: String,
    pub(super) model: String,
    pub(super) only: String,
    pub(super) toggled: String,
    pub(super) shown: bool,
}

/// Whether a pick of this candidate would be taken.
pub(in crate::entry::web) fn may_pick(found: &Comparison, run: &Run) -> bool {
    let free = match found.round.as_ref().and_then(|round| round.pull_id) {
        Some(id) => found.pulls.iter().any(|pull| pull.id == id && pull.status == PullStatus::Open),
        None => found.pulls.iter().all(|pull| pull.status == PullStatus::Closed),
    };
    let choosing =
        found.round.as_ref().is_some_and(|r| matches!(r.status, RoundStatus::Choosing | RoundStatus::Running));
    run.has_patch() && free && choosing
}

pub(super) fn candidate(
    found: &Comparison,
    run: &Run,
    place: &Place,
    opinions: &Opinions,
    (now, may_act): (Timestamp, bool),
) -> CandidateView {
    let known = if run.has_patch() { evidence(run, &found.runs) } else { Vec::new() };
    let (added, removed) = lines(run);
    let without_ticks = |text: &String| made_visible(&text.replace('`', ""));
    CandidateView {
        run: run.id.to_string(),
        letter: run.letter.to_string(),
        model: run.answerer(),
        state: state(run),
        error: run.result.error.as_ref().filter(|_| run.status == RunStatus::Failed).map(without_ticks),
        summary: run.result.summary.as_deref().filter(|_| run.has_patch()).map(made_visible),
        warnings: run.result.warnings.clone(),
        files: run.result.files_changed.len(),
        added,
        removed,
        cost: run.result.cost.to_string(),
        time: took(run, now),
        hash: run.result.patch_sha256.as_ref().map(ToString::to_string),
        href: format!("{}#diffs", place.everything().only(run.letter)),
        may_pick: may_act && may_pick(found, run),
        chosen: found.pulls.iter().any(|pull| pull.run_id == run.id && pull.status != PullStatus::Closed),
        votes: opinions.tallies.get(&run.id).copied().unwrap_or_default(),
        own: opinions.own.get(&run.id).copied().unwrap_or(Ballot::None),
        checks: known.iter().find(|row| row.name == CHECKS).map(|row| made_visible(&row.found)),
        evidence: known.iter().map(|row| (row.name.clone(), made_visible(&row.found))).collect(),
    }
}

pub(super) fn chips(patched: &[&Run], place: &Place) -> Vec<Chip> {
    let chip = |run: &&Run| Chip {
        letter: run.letter.to_string(),
        model: run.answerer(),
        only: format!("{}#diffs", place.only(run.letter)),
        toggled: format!("{}#diffs", place.toggled(run.letter)),
        shown: place.view.contains(&run.letter),
    };
    patched.iter().map(chip).collect()
}
