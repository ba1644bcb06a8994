//! `/bakeoff retry [B]`: one candidate again, or all that failed.

use crate::adapters::store::{Tx, effects, models, rounds, usage};
use crate::domain::effect::EffectStatus;
use crate::domain::money::UsdMicros;
use crate::domain::round::{Round, RoundStatus};
use crate::domain::run::{Letter, Run, RunStatus};
use crate::engine::render::Reply;

use super::run::cap_reply;
use super::{Answer, Asked, by_letter, newest, no_round};
use crate::service::grow_round::{more_of, set_to_work};
use crate::service::start_round::{add_run, per_run};
use crate::service::{Services, audit, caps};

pub(super) async fn retry(svc: &Services, asked: &Asked<'_>, letter: Option<Letter>) -> anyhow::Result<Answer> {
    let Some((_, round, runs)) = newest(svc, asked).await? else { return Ok(no_round(asked).into()) };
    let again: Vec<&Run> = match letter {
        None => runs.iter().filter(|run| matches!(run.status, RunStatus::Failed | RunStatus::Canceled)).collect(),
        Some(letter) => match by_letter(&runs, letter) {
            Ok(run) if !run.status.is_terminal() => return Ok(Reply::StillRunning { letter }.into()),
            Ok(run) => vec![run],
            Err(reply) => return Ok(reply.into()),
        },
    };
    let mut tx = svc.store.begin().await?;
    usage::hold(&mut tx).await?;
    let Some(round) = rounds::held(&mut tx, round.id).await? else { return Ok(Reply::NoRound.into()) };
    let mark = effects::intend(&mut tx, None, &format!("did:{}", asked.key()), svc.now()).await?;
    if mark.status == EffectStatus::Done {
        return Ok(Answer::Quiet);
    }
    if again.is_empty() {
        return Ok(Reply::NothingToRetry.into());
    }
    if matches!(round.status, RoundStatus::Picked | RoundStatus::Merged) {
        return Ok(Reply::RoundOver { status: round.status }.into());
    }
    if let Err(reply) = start_again(svc, &mut tx, asked, &round, &again).await? {
        return Ok(reply.into());
    }
    effects::done(&mut tx, mark.id, &effects::EffectResult::default(), svc.now()).await?;
    tx.commit().await?;
    Ok(Answer::Quiet)
}

/// The same models once more, each within its part of what the round has left.
async fn start_again(
    svc: &Services,
    tx: &mut Tx,
    asked: &Asked<'_>,
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
    let wanted = more_of(asked.repo, round, live.len(), budget);
    if let Some(cap) = caps::reached(tx, &svc.policy, &wanted, svc.now()).await? {
        return Ok(Err(cap_reply(&cap)));
    }
    for (letter, model) in &live {
        add_run(svc, tx, asked.repo, round, (*letter, model, budget)).await?;
    }
    let details = serde_json::json!({ "runs": live.len() });
    let subject = format!("round:{}", round.id);
    audit::note(tx, &audit::actor(asked.person), "run.retry", &subject, details, svc.now()).await?;
    set_to_work(svc, tx, round).await?;
    Ok(Ok(()))
}
