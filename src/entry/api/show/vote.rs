//! Votes, and the leaderboard they and the picks make.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::ids::RunId;
use crate::domain::vote::{Ballot, Tally};
use crate::entry::api::form::Example;
use crate::service::rest::leaderboard::Line;

/// A vote that counts now, with all of the candidate's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Vote)]
pub struct CastVote {
    run_id: RunId,
    /// The voter's own.
    vote: Ballot,
    up: i64,
    down: i64,
}

impl CastVote {
    /// As it stands after it was cast.
    pub fn new(run_id: RunId, vote: Ballot, tally: Tally) -> Self {
        Self { run_id, vote, up: tally.up, down: tally.down }
    }
}

/// How a model did. Runs that a fallback answered count for nobody.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeaderboardLine {
    provider: String,
    model_name: String,
    /// The chance to be chosen over another model, as an average over the others: Bradley–Terry over the picks, each
    /// pick one choice among the patches of its round (Luce), with half a win and half a loss of every model against an
    /// average one as the prior; the interval is from the observed information. Null while nobody chose between it and
    /// another.
    strength: Option<f64>,
    /// The lower end of its 95 % interval.
    strength_low: Option<f64>,
    /// The upper end.
    strength_high: Option<f64>,
    /// Runs that have ended.
    runs: i64,
    /// Those that left a patch.
    patches: i64,
    no_changes: i64,
    failed: i64,
    /// Why they failed, and how many of each: `refused`, `cut_off`, `timed_out`, `over_budget`, `provider`,
    /// `no_usable_edit`, `out_of_steps`, `forbidden`, and `other` for what was not the model's doing or not written down.
    failures: BTreeMap<String, i64>,
    canceled: i64,
    /// Candidates whose patch became a pull request, or a commit on one.
    picks: i64,
    /// Those that were merged.
    merges: i64,
    /// Those whose merge was taken back by GitHub's revert button.
    reverts: i64,
    votes_up: i64,
    votes_down: i64,
    /// What all runs cost.
    cost_usd: f64,
    /// That, for each picked patch; null while none is.
    cost_per_pick_usd: Option<f64>,
    /// That, for each merged patch; null while none is.
    cost_per_merge_usd: Option<f64>,
    /// How long a run takes that succeeds, from its start: the median, in milliseconds.
    median_ms: Option<i64>,
}

impl From<&Line> for LeaderboardLine {
    fn from(line: &Line) -> Self {
        let did = &line.standing;
        let each = |count: i64| Some(did.cost.as_usd() / f64::from(u32::try_from(count).ok().filter(|n| *n > 0)?));
        Self {
            provider: did.model.provider.clone(),
            model_name: did.model.model_name.clone(),
            strength: line.strength.map(|strength| strength.chance),
            strength_low: line.strength.map(|strength| strength.low),
            strength_high: line.strength.map(|strength| strength.high),
            runs: did.runs,
            patches: did.patches,
            no_changes: did.no_changes,
            failed: did.failed,
            failures: line.failures.iter().map(|(kind, times)| (kind.as_str().to_owned(), *times)).collect(),
            canceled: did.canceled,
            picks: did.picks,
            merges: did.merges,
            reverts: did.reverts,
            votes_up: did.up,
            votes_down: did.down,
            cost_usd: did.cost.as_usd(),
            cost_per_pick_usd: each(did.picks),
            cost_per_merge_usd: each(did.merges),
            median_ms: line.median_ms,
        }
    }
}

impl Example for CastVote {
    fn example() -> Self {
        Self { run_id: Example::example(), vote: Ballot::Up, up: 2, down: 0 }
    }
}

impl Example for LeaderboardLine {
    fn example() -> Self {
        Self {
            provider: "anthropic".into(),
            model_name: "claude-sonnet".into(),
            strength: Some(0.62),
            strength_low: Some(0.44),
            strength_high: Some(0.77),
            runs: 40,
            patches: 36,
            no_changes: 1,
            failed: 2,
            failures: BTreeMap::from([("refused".to_owned(), 1), ("timed_out".to_owned(), 1)]),
            canceled: 1,
            picks: 14,
            merges: 11,
            reverts: 1,
            votes_up: 20,
            votes_down: 4,
            cost_usd: 3.4,
            cost_per_pick_usd: Some(0.243),
            cost_per_merge_usd: Some(0.309),
            median_ms: Some(48_200),
        }
    }
}
