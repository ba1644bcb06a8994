//! Votes, and the leaderboard they and the picks make.

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
    /// The chance to be chosen over an average model (Bradley–Terry over the picks); null while nobody chose between
    /// it and another.
    strength: Option<f64>,
    /// Runs that have ended.
    runs: i64,
    /// Those that left a patch.
    patches: i64,
    no_changes: i64,
    failed: i64,
    canceled: i64,
    /// Candidates whose patch became a pull request, or a commit on one.
    picks: i64,
    /// Those that were merged.
    merges: i64,
    votes_up: i64,
    votes_down: i64,
    /// What all runs cost.
    cost_usd: f64,
    /// That, for each merged patch; null while none is.
    cost_per_merge_usd: Option<f64>,
}

impl From<&Line> for LeaderboardLine {
    fn from(line: &Line) -> Self {
        let did = &line.standing;
        let each = u32::try_from(did.merges).ok().filter(|merges| *merges > 0);
        Self {
            provider: did.model.provider.clone(),
            model_name: did.model.model_name.clone(),
            strength: line.strength,
            runs: did.runs,
            patches: did.patches,
            no_changes: did.no_changes,
            failed: did.failed,
            canceled: did.canceled,
            picks: did.picks,
            merges: did.merges,
            votes_up: did.up,
            votes_down: did.down,
            cost_usd: did.cost.as_usd(),
            cost_per_merge_usd: each.map(|merges| did.cost.as_usd() / f64::from(merges)),
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
            runs: 40,
            patches: 36,
            no_changes: 1,
            failed: 2,
            canceled: 1,
            picks: 14,
            merges: 11,
            votes_up: 20,
            votes_down: 4,
            cost_usd: 3.4,
            cost_per_merge_usd: Some(0.31),
        }
    }
}
