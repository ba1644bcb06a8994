//! `/bakeoff retry [B]`: one candidate again, or all that failed.

use crate::adapters::store::{Tx, effects, models, rounds, usage};
use crate::domain::effect::EffectStatus;
use crate::domain::job::Job;
use crate::domain::round::{Round, RoundStatus};
use crate::domain::run::{Letter, Run, RunStatus};
use crate::engine::render::Reply;

use super::{Answer, Asked, by_letter, newest};
use crate::service::start_round::{add_run, per_run};
use crate::service::{Services, audit, round_state};

pub(super) async fn retry(svc: &Services, asked: &Asked<'_>, letter: Option<Letter>) -> anyhow::Result<Answer> {
    let Some((_, round, runs)) = newest(svc, asked).await? else { return Ok(Reply::NoRound.into()) };
    let again: Vec<&Run> = match letter {
        None => runs.iter().filter(|run| matches!(run.status, RunStatus::Failed | RunStatus::Canceled)).collect(),
        Some(letter) => match by_letter(&runs, letter) {
            Ok(run) if !run.status.is_terminal() => return Ok(Reply::StillRunning { letter }.into()),
            Ok(run) => vec![run],
            Err(reply) => return Ok(reply.into()),
        },
    };
    let mut tx = svc.store.begin().await?;
    let mark = effects::intend(&mut tx, None, &format!("did:{}", asked.key()), svc.now()).await?;
    if mark.status == EffectStatus::Done {
        return Ok(Answer::Quiet);
    }
    if again.is_empty() {
        return Ok(Reply::NothingToRetry.into());
    }
    if matches!(round.status, RoundStatus::Picked | RoundStatus::Merged) {
        return Ok(Reply::Failed { reason: "This round's choice is made.".into() }.into());
    }
    let started = start_again(svc, &mut tx, asked, &round, &again).await?;
    effects::done(&mut tx, mark.id, &effects::EffectResult::default(), svc.now()).await?;
    tx.commit().await?;
    Ok(if started == 0 { Reply::NoModels.into() } else { Answer::Quiet })
}

async fn start_again(
    svc: &Services,
    tx: &mut Tx,
    asked: &Asked<'_>,
    round: &Round,
    again: &[&Run],
) -> anyhow::Result<usize> {
    let mut started = 0;
    let left = round.budget.minus(usage::of_round(tx, round.id).await?.total());
    let budget = per_run(&svc.policy, left, again.len());
    for run in again {
        let Some(id) = run.model_id else { continue };
        let Some(model) = models::get(tx, id).await?.filter(|m| m.deleted_at.is_none()) else { continue };
        add_run(svc, tx, asked.repo, round, (run.letter, &model.profile, budget)).await?;
        started += 1;
    }
    if started > 0 {
        round_state::advance(tx, round, RoundStatus::Running, svc.now()).await?;
        rounds::set_expires(tx, round.id, None, svc.now()).await?;
        let subject = format!("round:{}", round.id);
        let details = serde_json::json!({ "runs": started });
        audit::note(tx, &audit::actor(asked.person), "run.retry", &subject, details, svc.now()).await?;
        svc.enqueue(tx, Job::Publish { round_id: round.id }).await?;
    }
    Ok(started)
}
