//! `/bakeoff status` and `/bakeoff models`.

use crate::adapters::store::{models, rounds, usage};
use crate::domain::job::Job;
use crate::domain::round::{Round, RoundStatus};
use crate::domain::run::Run;
use crate::engine::render::{ModelLine, Reply, TaskStatus};

use super::{Answer, Asked, newest};
use crate::service::Services;
use crate::service::start_round::{day_start, price_of};

pub(super) async fn models(svc: &Services) -> anyhow::Result<Answer> {
    let mut conn = svc.store.read().await?;
    let lines = models::list(&mut conn).await?.into_iter().map(|model| ModelLine {
        prices: price_of(&model).map(|tariff| tariff.usual),
        alias: model.alias.clone(),
        label: model.label().to_owned(),
        provider: model.provider.as_str(),
        default: model.default,
    });
    Ok(Reply::Models(lines.collect()).into())
}

pub(super) async fn status(svc: &Services, asked: &Asked<'_>) -> anyhow::Result<Answer> {
    let newest = newest(svc, asked).await?;
    let renewed = match &newest {
        Some((_, round, _)) => renew(svc, round).await?,
        None => false,
    };
    let now = svc.now();
    let mut conn = svc.store.read().await?;
    let since = day_start(now);
    let round = newest.as_ref().map(|(_, round, _)| round);
    let runs: &[Run] = newest.as_ref().map_or(&[], |(_, _, runs)| runs);
    let round_spent = match round {
        Some(round) => usage::of_round(&mut conn, round.id).await?.spent,
        None => crate::domain::money::UsdMicros::ZERO,
    };
    let expires_at = if renewed { Some(now.plus(svc.policy.choice_ttl)) } else { round.and_then(|r| r.expires_at) };
    Ok(Reply::Status(TaskStatus {
        round: round.map(|r| r.number),
        url: round.and_then(|r| svc.policy.page(&format!("/tasks/{}/compare?round={}", r.task_id, r.number))),
        running: runs.iter().filter(|run| !run.status.is_terminal()).count(),
        patches: runs.iter().filter(|run| run.has_patch()).count(),
        round_spent: (round_spent, round.map_or(svc.policy.budget_round, |r| r.budget)),
        repo_day: (usage::of_repo_since(&mut conn, asked.repo.id, since).await?.spent, svc.policy.budget_repo_day),
        day: (usage::since(&mut conn, since).await?.spent, svc.policy.budget_day),
        expires_at,
        renewed,
    })
    .into())
}

/// An expired choice starts anew.
async fn renew(svc: &Services, round: &Round) -> anyhow::Result<bool> {
    if round.status != RoundStatus::Expired {
        return Ok(false);
    }
    let now = svc.now();
    let mut tx = svc.store.begin().await?;
    let renewed = rounds::set_status(&mut tx, round.id, RoundStatus::Expired, RoundStatus::Choosing, now).await?;
    if renewed {
        rounds::set_expires(&mut tx, round.id, Some(now.plus(svc.policy.choice_ttl)), now).await?;
        svc.enqueue(&mut tx, Job::Publish { round_id: round.id }).await?;
        svc.enqueue(&mut tx, Job::WatchRound { round_id: round.id }).await?;
    }
    tx.commit().await?;
    Ok(renewed)
}
