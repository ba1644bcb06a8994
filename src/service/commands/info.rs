//! `/bakeoff status` and `/bakeoff models`.

use crate::adapters::store::threads::{self, ThreadId};
use crate::adapters::store::{Conn, StoreError, models, rounds, tasks, usage};
use crate::domain::job::Job;
use crate::domain::round::{Round, RoundStatus};
use crate::domain::run::Run;
use crate::engine::render::{ModelLine, Reply, TaskStatus};

use super::{Answer, Asked, newest};
use crate::service::Services;
use crate::service::caps::day_start;
use crate::service::start_round::price_of;

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
        counts: counts(svc, &mut conn, asked).await?,
        expires_at,
        renewed,
    })
    .into())
}

/// What is counted beside money, with its caps.
async fn counts(
    svc: &Services,
    conn: &mut Conn,
    asked: &Asked<'_>,
) -> Result<Vec<(&'static str, i64, i64)>, StoreError> {
    let (caps, since) = (&svc.policy.counts, day_start(svc.now()));
    let thread = ThreadId { repo: asked.repo.id, number: asked.issue.issue.number };
    let task = match tasks::find_issue(conn, asked.repo.id, asked.issue.issue.number).await? {
        Some(task) => usage::of_task(conn, task.id, 0).await?,
        None => usage::Taken::default(),
    };
    let person = usage::of_person_since(conn, asked.person.id, since).await?;
    let repo = usage::of_repo_since(conn, asked.repo.id, since).await?;
    let installation = match asked.repo.installation_id {
        Some(id) => usage::of_installation_since(conn, id, since).await?,
        None => usage::Spend::default(),
    };
    Ok(vec![
        ("runs of this task", task.runs, caps.runs_task),
        ("tokens of this task", task.tokens, caps.tokens_task),
        ("comments of mine here", threads::comments(conn, thread).await?.posted, caps.comments_thread),
        ("runs you asked for today", person.runs, caps.runs_user_day),
        ("runs in this repository today", repo.runs, caps.runs_repo_day),
        ("runs of this installation today", installation.runs, caps.runs_installation_day),
    ])
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
