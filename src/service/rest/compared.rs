//! A round for whoever compares: its candidates, their votes, what they cost in calls, and what became of them.

use std::collections::{BTreeMap, HashMap};

use crate::adapters::store::{StoreError, charges, rounds, runs, votes};
use crate::domain::ids::{RunId, TaskId};
use crate::domain::pick::PickStatus;
use crate::domain::round::Round;
use crate::domain::run::Run;
use crate::domain::vote::Tally;
use crate::service::comparison::{Comparison, compare};
use crate::service::{Services, round_state};

/// A round with its candidates.
#[derive(Debug, Clone)]
pub struct Candidates {
    /// The round.
    pub round: Round,
    /// The newest run of each letter, by letter.
    pub runs: Vec<Run>,
}

/// A task's rounds with their candidates, newest first.
pub async fn rounds(svc: &Services, task: TaskId) -> Result<Vec<Candidates>, StoreError> {
    let mut conn = svc.store.read().await?;
    let mut all = Vec::new();
    for round in rounds::list(&mut conn, task).await? {
        let runs = round_state::candidates(runs::list_round(&mut conn, round.id).await?);
        all.push(Candidates { round, runs });
    }
    Ok(all)
}

/// One round of a task by its number.
pub async fn round(svc: &Services, task: TaskId, number: i64) -> Result<Option<Candidates>, StoreError> {
    let mut conn = svc.store.read().await?;
    let Some(round) = rounds::by_number(&mut conn, task, number).await? else { return Ok(None) };
    let runs = round_state::candidates(runs::list_round(&mut conn, round.id).await?);
    Ok(Some(Candidates { round, runs }))
}

/// A round with all that is known of its candidates.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The round and its candidates.
    pub candidates: Candidates,
    /// Votes, of those that have any.
    pub votes: HashMap<RunId, Tally>,
    /// Calls of models, of those that made any.
    pub calls: BTreeMap<RunId, i64>,
    /// Whose pull request was opened.
    pub chosen: Vec<RunId>,
}

/// The round of that number, or the newest; `None` when there is none.
pub async fn compared(svc: &Services, task: TaskId, number: Option<i64>) -> anyhow::Result<Option<Compared>> {
    let Some(Comparison { round: Some(round), runs, picks, .. }) = compare(svc, task, number).await? else {
        return Ok(None);
    };
    let mut conn = svc.store.read().await?;
    let chosen = picks.iter().filter(|pick| pick.status == PickStatus::Opened).map(|pick| pick.run_id).collect();
    Ok(Some(Compared {
        votes: votes::of_round(&mut conn, round.id).await?,
        calls: charges::calls_of_round(&mut conn, round.id).await?,
        candidates: Candidates { round, runs },
        chosen,
    }))
}
