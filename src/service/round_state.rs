//! What a round's candidates mean for the round, and the one place that moves its status.

use std::collections::BTreeMap;

use crate::adapters::store::{Conn, StoreError, rounds, runs};
use crate::domain::clock::Timestamp;
use crate::domain::ids::RoundId;
use crate::domain::round::{Round, RoundStatus};
use crate::domain::run::{Letter, Run, RunStatus};

use super::Policy;

/// The newest run of each letter, in order of letter: a retry takes its candidate's place.
pub fn candidates(runs: Vec<Run>) -> Vec<Run> {
    let mut newest: BTreeMap<Letter, Run> = BTreeMap::new();
    for run in runs {
        let later = newest.get(&run.letter).is_none_or(|known| (known.created_at, known.id) < (run.created_at, run.id));
        if later {
            newest.insert(run.letter, run);
        }
    }
    newest.into_values().collect()
}

/// Where a round with these candidates stands when nobody is at work any more; `None` while somebody is.
fn settled(runs: &[Run]) -> Option<RoundStatus> {
    if runs.iter().any(|run| !run.status.is_terminal()) {
        return None;
    }
    if runs.iter().any(Run::has_patch) {
        return Some(RoundStatus::Choosing);
    }
    let all_canceled = !runs.is_empty() && runs.iter().all(|run| run.status == RunStatus::Canceled);
    Some(if all_canceled { RoundStatus::Canceled } else { RoundStatus::Failed })
}

/// Moves a running round on when its last candidate is done. Within the caller's transaction.
pub async fn settle(conn: &mut Conn, round: RoundId, policy: &Policy, now: Timestamp) -> Result<(), StoreError> {
    let Some(row) = rounds::held(conn, round).await? else { return Ok(()) };
    if row.status != RoundStatus::Running {
        return Ok(());
    }
    let runs = candidates(runs::list_round(conn, round).await?);
    if let Some(next) = settled(&runs) {
        rounds::set_status(conn, round, row.status, next, now).await?;
        if next == RoundStatus::Choosing {
            rounds::set_expires(conn, round, Some(now.plus(policy.choice_ttl)), now).await?;
        }
    }
    Ok(())
}

/// A compare-and-set that keeps to the machine: `false` when the step is not legal or somebody was faster.
pub async fn advance(conn: &mut Conn, round: &Round, next: RoundStatus, now: Timestamp) -> Result<bool, StoreError> {
    if !round.status.may_become(next) {
        return Ok(false);
    }
    rounds::set_status(conn, round.id, round.status, next, now).await
}
