//! More candidates in a round that is there: next letters, the same commit, texts and options, within the same caps
//! (M17).

use crate::adapters::store::{effects, rounds, runs, usage};
use crate::domain::effect::EffectStatus;
use crate::domain::ids::{RoundId, RunId};
use crate::domain::job::Job;
use crate::domain::model::ModelProfile;
use crate::domain::money::UsdMicros;
use crate::domain::repo::Repo;
use crate::domain::round::{Round, RoundStatus};
use crate::domain::run::{Letter, Run};

use super::caps::{self, Cap, Wanted};
use super::start_round::{add_run, per_run};
use super::{Services, audit, round_state};

/// What is asked for.
pub struct Growth<'a> {
    /// A name that is the same whenever the same command is brought again.
    pub key: &'a str,
    /// One candidate for each.
    pub models: &'a [ModelProfile],
    /// Who asks, as the audit names them.
    pub actor: &'a str,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grown {
    /// These runs, in order of letter.
    Runs(Vec<RunId>),
    /// This command was carried out before.
    Already,
    /// The round takes no more candidates.
    Over(RoundStatus),
    /// More candidates than a round may have.
    TooMany {
        /// How many there would be.
        asked: usize,
    },
    /// The round's budget is spent, or set aside for candidates at work.
    Spent(UsdMicros),
    /// A cap is reached.
    Cap(Cap),
}

/// Adds candidates to a round that is running, waits for a choice or came to nothing. Two such commands take turns.
pub async fn grow(svc: &Services, repo: &Repo, round: RoundId, wish: &Growth<'_>) -> anyhow::Result<Grown> {
    let now = svc.now();
    let mut tx = svc.store.begin().await?;
    usage::hold(&mut tx).await?;
    let Some(round) = rounds::held(&mut tx, round).await? else { return Ok(Grown::Over(RoundStatus::Superseded)) };
    let mark = effects::intend(&mut tx, None, &format!("did:{}", wish.key), now).await?;
    if mark.status == EffectStatus::Done {
        return Ok(Grown::Already);
    }
    if !matches!(round.status, RoundStatus::Running | RoundStatus::Choosing | RoundStatus::Failed) {
        return Ok(Grown::Over(round.status));
    }
    let known = runs::list_round(&mut tx, round.id).await?;
    let first = next_letter(&known);
    if first + wish.models.len() > svc.policy.max_candidates {
        return Ok(Grown::TooMany { asked: first + wish.models.len() });
    }
    let left = round.budget.minus(usage::of_round(&mut tx, round.id).await?.total());
    let budget = per_run(&svc.policy, left, wish.models.len());
    if budget <= UsdMicros::ZERO {
        return Ok(Grown::Spent(round.budget));
    }
    let wanted = more_of(repo, &round, wish.models.len(), budget);
    if let Some(cap) = caps::reached(&mut tx, &svc.policy, &wanted, now).await? {
        return Ok(Grown::Cap(cap));
    }
    let mut ids = Vec::new();
    for (index, model) in wish.models.iter().enumerate() {
        ids.push(add_run(svc, &mut tx, repo, &round, (Letter::at(first + index), model, budget)).await?);
    }
    effects::done(&mut tx, mark.id, &effects::EffectResult::default(), now).await?;
    set_to_work(svc, &mut tx, &round).await?;
    let details = serde_json::json!({ "runs": ids.len() });
    audit::note(&mut tx, wish.actor, "round.grow", &format!("round:{}", round.id), details, now).await?;
    tx.commit().await?;
    tracing::info!(round.id = %round.id, runs = ids.len(), "candidates added");
    Ok(Grown::Runs(ids))
}

/// More runs of a round, as the caps see them: they count for who asked for the round.
pub(super) fn more_of<'a>(repo: &'a Repo, round: &Round, runs: usize, budget: UsdMicros) -> Wanted<'a> {
    Wanted {
        repo,
        task: round.task_id,
        pull: round.pull_id,
        person: round.origin.requester.as_ref().map(|person| person.id),
        new_round: false,
        runs,
        budget,
    }
}

fn next_letter(known: &[Run]) -> usize {
    known.iter().map(|run| run.letter.index() + 1).max().unwrap_or(0)
}

/// The round is at work again; its choice gets a new period when it is done.
pub(super) async fn set_to_work(
    svc: &Services,
    tx: &mut crate::adapters::store::Tx,
    round: &Round,
) -> anyhow::Result<()> {
    round_state::advance(tx, round, RoundStatus::Running, svc.now()).await?;
    rounds::set_expires(tx, round.id, None, svc.now()).await?;
    svc.enqueue(tx, Job::Publish { round_id: round.id }).await
}
