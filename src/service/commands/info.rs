//! `/bakeoff status` and `/bakeoff models`.

use crate::adapters::store::threads::{self, ThreadId};
use crate::adapters::store::usage::{self, Spend};
use crate::adapters::store::{Conn, StoreError, models, rounds, tasks};
use crate::domain::job::Job;
use crate::domain::round::{Round, RoundStatus};
use crate::domain::run::Run;
use crate::engine::render::{ModelLine, MoneyLine, Reply, TaskStatus};

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
    let round = newest.as_ref().map(|(_, round, _)| round);
    let runs: &[Run] = newest.as_ref().map_or(&[], |(_, _, runs)| runs);
    let expires_at = if renewed { Some(now.plus(svc.policy.choice_ttl)) } else { round.and_then(|r| r.expires_at) };
    Ok(Reply::Status(TaskStatus {
        round: round.map(|r| r.number),
        url: round.and_then(|r| svc.policy.page(&format!("/tasks/{}/compare?round={}", r.task_id, r.number))),
        running: runs.iter().filter(|run| !run.status.is_terminal()).count(),
        patches: runs.iter().filter(|run| run.has_patch()).count(),
        money: money(svc, &mut conn, asked, round).await?,
        counts: counts(svc, &mut conn, asked).await?,
        expires_at,
        renewed,
    })
    .into())
}

/// The caps on money, the narrowest first.
async fn money(
    svc: &Services,
    conn: &mut Conn,
    asked: &Asked<'_>,
    round: Option<&Round>,
) -> Result<Vec<MoneyLine>, StoreError> {
    let (policy, since) = (&svc.policy, day_start(svc.now()));
    let line = |what, spend: Spend, cap| MoneyLine { what, spent: spend.spent, set_aside: spend.reserved, cap };
    let mut lines = Vec::new();
    if let Some(round) = round {
        lines.push(line("this round", usage::of_round(conn, round.id).await?, round.budget));
    }
    if let Some(cap) = policy.budget_user_day {
        lines.push(line("you today", usage::of_person_since(conn, asked.person.id, since).await?, cap));
    }
    let repo = usage::of_repo_since(conn, asked.repo.id, since).await?;
    lines.push(line("this repository today", repo, policy.budget_repo_day));
    lines.push(line("this server today", usage::since(conn, since).await?, policy.budget_day));
    Ok(lines)
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
        None => Spend::default(),
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
