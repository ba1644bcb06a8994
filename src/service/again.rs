//! The same models once more in a round: new runs under the same letters, within what the round has left.

use crate::adapters::store::{Tx, effects, models, rounds, usage};
use crate::domain::effect::EffectStatus;
use crate::domain::ids::RoundId;
use crate::domain::money::UsdMicros;
use crate::domain::repo::Repo;
use crate::domain::round::{Round, RoundStatus};
use crate::domain::run::{Letter, Run, RunStatus};
use crate::engine::render::Reply;

use super::commands::cap_reply;
use super::grow_round::{more_of, set_to_work};
use super::start_round::{add_run, per_run};
use super::{Services, audit, caps};

/// What is asked for.
pub struct Retry<'a> {
    /// A name that is the same whenever the same command is brought again.
    pub key: &'a str,
    /// The round's repository.
    pub repo: &'a Repo,
    /// Who asks, as the audit names them.
    pub actor: &'a str,
}

/// What came of it.
#[derive(Debug)]
pub enum Again {
    /// They are at work, or were put to work by this very command before.
    AtWork,
    /// Nothing was done.
    Refused(Box<Reply>),
}

impl From<Reply> for Again {
    fn from(reply: Reply) -> Self {
        Self::Refused(Box::new(reply))
    }
}

/// Which candidates: the one of this letter, or all that failed or were cancelled.
pub fn chosen(runs: &[Run], letter: Option<Letter>) -> Result<Vec<&Run>, Reply> {
    let Some(letter) = letter else {
        let ended = |run: &&Run| matches!(run.status, RunStatus::Failed | RunStatus::Canceled);
        return Ok(runs.iter().filter(ended).collect());
    };
    match runs.iter().find(|run| run.letter == letter) {
        Some(run) if !run.status.is_terminal() => Err(Reply::StillRunning { letter }),
        Some(run) => Ok(vec![run]),
        None => Err(Reply::NoSuchCandidate { letter, known: runs.iter().map(|run| run.letter).collect() }),
    }
}

/// Puts the models of `runs` to work again.
pub async fn again(svc: &Services, round: RoundId, runs: &[&Run], wish: &Retry<'_>) -> anyhow::Result<Again> {
    let mut tx = svc.store.begin().await?;
    usage::hold(&mut tx).await?;
    let Some(round) = rounds::held(&mut tx, round).await? else { return Ok(Reply::NoRound.into()) };
    let mark = effects::intend(&mut tx, None, &format!("did:{}", wish.key), svc.now()).await?;
    if mark.status == EffectStatus::Done {
        return Ok(Again::AtWork);
    }
    if runs.is_empty() {
        return Ok(Reply::NothingToRetry.into());
    }
    if matches!(round.status, RoundStatus::Picked | RoundStatus::Merged) {
        return Ok(Reply::RoundOver { status: round.status }.into());
    }
    if let Err(reply) = start(svc, &mut tx, wish, &round, runs).await? {
        return Ok(reply.into());
    }
    effects::done(&mut tx, mark.id, &effects::EffectResult::default(), svc.now()).await?;
    tx.commit().await?;
    Ok(Again::AtWork)
}

async fn start(
    svc: &Services,
    tx: &mut Tx,
    wish: &Retry<'_>,
    round: &Round,
    again: &[&Run],
) -> anyhow::Result<Result<(), Reply>> {
    let mut live = Vec::new();
    for run in again {
        let Some(id) = run.model_id else { continue };
        if let Some(model) = models::get(tx, id).await?.filter(|m| m.deleted_at.is_none()) {
            live.push((run.letter, model.profile));
        }
    }
    if live.is_empty() {
        return Ok(Err(Reply::NoModels));
    }
    let left = round.budget.minus(usage::of_round(tx, round.id).await?.total());
    let budget = per_run(&svc.policy, left, live.len());
    if budget <= UsdMicros::ZERO {
        return Ok(Err(Reply::RoundSpent { budget: round.budget }));
    }
    let wanted = more_of(wish.repo, round, live.len(), budget);
    if let Some(cap) = caps::reached(tx, &svc.policy, &wanted, svc.now()).await? {
        return Ok(Err(cap_reply(&cap)));
    }
    for (letter, model) in &live {
        add_run(svc, tx, wish.repo, round, (*letter, model, budget)).await?;
    }
    let details = serde_json::json!({ "runs": live.len() });
    audit::note(tx, wish.actor, "run.retry", &format!("round:{}", round.id), details, svc.now()).await?;
    set_to_work(svc, tx, round).await?;
    Ok(Ok(()))
}
