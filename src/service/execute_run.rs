//! Lets one model work: files of the pinned commit in, a patch or a sentence out, written once (I3).

mod desk;
mod seats;
mod task;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::adapters::git::{Mirror, Remote};
use crate::adapters::llm::RetryPolicy;
use crate::adapters::store::{messages, models, repos, rounds, runs, tasks};
use crate::domain::crash;
use crate::domain::failure::FailureKind::{self, Other};
use crate::domain::ids::{MessageId, RunId};
use crate::domain::job::Job;
use crate::domain::message::{Message, Role};
use crate::domain::model::ModelProfile;
use crate::domain::money::{Usage, UsdMicros};
use crate::domain::repo::Repo;
use crate::domain::round::Round;
use crate::domain::run::{Run, RunResult, RunStatus};
use crate::engine::agent::{Agent, Desk, Ending, LoopLimits, Report};
use crate::engine::context::clean::clean;
use crate::engine::patch::forbidden::Matcher;
use crate::engine::patch::{Applied, Rules};

use super::jobs::{Flow, Try};
use super::{Services, budget, repos as repo_service, round_state};
use desk::RunDesk;
pub(in crate::service) use desk::note;

/// How long past its deadline a run may take to keep what it has so far; nothing is asked of a model then.
const WINDING_UP: Duration = Duration::from_secs(5);

/// Everything a run works with.
struct Work {
    run: Run,
    round: Round,
    repo: Repo,
    model: ModelProfile,
    attempt: i64,
}

/// Works on a run. `canceled` fires when a person stopped it or its lease was lost.
pub async fn execute_run(
    svc: &Services,
    run: RunId,
    canceled: &CancellationToken,
    attempt: Try,
) -> anyhow::Result<Flow> {
    let Some(work) = take(svc, run).await? else { return Ok(Flow::Done) };
    crash::point("run_started");
    let desk = RunDesk::new(svc, work.run.id, work.attempt, work.run.budget);
    if work.attempt > svc.policy.max_run_attempts {
        return finish(svc, &work, failed(Other, "The run was interrupted too often, so it was given up.")).await;
    }
    let deadline = Instant::now() + svc.policy.run_deadline;
    let report = tokio::select! {
        () = canceled.cancelled() => return Ok(Flow::Done),
        () = tokio::time::sleep_until(deadline + WINDING_UP) => over_time(svc.policy.run_deadline),
        report = attempt_run(svc, &work, deadline, &desk) => report?,
    };
    crash::point("run_answered");
    let answered_by = report.answered_by;
    let failed = |kind, why: &str| RunResult { answered_by: answered_by.clone(), ..failed(kind, why) };
    match report.ending {
        Ending::Stopped => Ok(Flow::Done),
        Ending::Later(why) if attempt.last => finish(svc, &work, failed(Other, &why)).await,
        Ending::Later(why) => {
            desk.log(format!("interrupted, to be tried again: {why}")).await;
            anyhow::bail!(why)
        }
        Ending::Failed(kind, why) => {
            finish(svc, &work, RunResult { summary: words(svc, report.summary), ..failed(kind, &why) }).await
        }
        Ending::Patch(applied) => {
            let result = patched(svc, &applied, report.summary, report.note);
            finish(svc, &work, RunResult { answered_by: answered_by.clone(), ..result }).await
        }
    }
}

fn failed(kind: FailureKind, why: &str) -> RunResult {
    RunResult { error: Some(why.to_owned()), failure: Some(kind), ..RunResult::default() }
}

fn over_time(limit: Duration) -> Report {
    Report::ended(Ending::Failed(
        FailureKind::TimedOut,
        format!("The run took longer than its {} s.", limit.as_secs_f32()),
    ))
}

/// Claims the run for this worker, or nothing when it is over.
async fn take(svc: &Services, id: RunId) -> anyhow::Result<Option<Work>> {
    let mut tx = svc.store.begin().await?;
    let Some(attempt) = runs::start(&mut tx, id, svc.now()).await? else { return Ok(None) };
    let run = runs::get(&mut tx, id).await?.context("a started run has a row")?;
    let round = rounds::get(&mut tx, run.round_id).await?.context("a run has a round")?;
    let task = tasks::get(&mut tx, run.task_id).await?.context("a run has a task")?;
    let repo = repos::by_id(&mut tx, task.repo_id).await?.context("a task has a repository")?;
    let stored = match run.model_id {
        Some(model) => models::get(&mut tx, model).await?,
        None => None,
    };
    let Some(stored) = stored.filter(|m| m.deleted_at.is_none()) else {
        let result = failed(Other, "The model profile was deleted before the run began.");
        end(svc, &mut tx, &run, attempt, &result).await?;
        tx.commit().await?;
        return Ok(None);
    };
    svc.enqueue(&mut tx, Job::Publish { round_id: round.id }).await?;
    tx.run_changed(id);
    tx.commit().await?;
    Ok(Some(Work { run, round, repo, model: stored.profile, attempt }))
}

async fn attempt_run(svc: &Services, work: &Work, deadline: Instant, desk: &RunDesk<'_>) -> anyhow::Result<Report> {
    let started = if work.attempt == 1 { "started" } else { "started again after an interruption" };
    desk.log(format!("{started}: {} on {}", work.run.model_name, work.run.base_commit.short())).await;
    let retry = RetryPolicy { first_wait: svc.policy.model_retry_wait, ..RetryPolicy::until(deadline) };
    let Some(asker) = seats::asker(svc, &work.model, retry, desk).await? else {
        return Ok(Report::ended(Ending::Failed(Other, "The model's price is neither known nor given.".into())));
    };
    let mirror = match mirror(svc, work).await {
        Ok(mirror) => mirror,
        Err(Ended(ending)) => return Ok(Report::ended(ending)),
    };
    let view = match mirror.tree(&work.run.base_commit).await {
        Ok(view) => view,
        Err(error) => return Ok(Report::ended(Ended::from(error).0)),
    };
    let asked = match task::assignment(svc, &work.round, &mirror).await {
        Ok(Ok(asked)) => asked,
        Ok(Err(why)) => return Ok(Report::ended(Ending::Failed(Other, why))),
        Err(error) => return Ok(Report::ended(Ended::from(error).0)),
    };
    let agent = Agent {
        asker,
        tools: work.model.tools,
        mirror,
        view,
        library: Arc::clone(&svc.library),
        rules: rules(svc, &work.round),
        max_input_tokens: svc.policy.max_input_tokens,
        loop_limits: LoopLimits::default(),
        deadline,
    };
    Ok(agent.run(&asked, desk).await)
}

/// The rules for patches of this round.
pub fn rules(svc: &Services, round: &Round) -> Rules {
    let policy = &svc.policy;
    Rules {
        forbidden: Matcher::new(&policy.forbidden_paths, &policy.forbidden_paths_except)
            .with_repository(&round.terms.forbidden_paths),
        scope: round.path.as_deref().map(|path| path.trim_matches('/').to_owned()),
        folders: round.terms.paths.clone(),
        ..Rules::default()
    }
}

/// An ending found on the way.
struct Ended(Ending);

impl<E: Into<anyhow::Error>> From<E> for Ended {
    fn from(error: E) -> Self {
        let error: anyhow::Error = error.into();
        let now = crate::domain::clock::Timestamp(0);
        Self(match super::jobs::sort(&error, now) {
            super::jobs::Failure::Final => Ending::Failed(Other, sentence(&error.to_string())),
            _ => Ending::Later(sentence(&error.to_string())),
        })
    }
}

async fn mirror(svc: &Services, work: &Work) -> Result<Mirror, Ended> {
    let remote: Remote = repo_service::remote(svc, &work.repo).await?;
    Ok(svc.mirrors.fetch(&work.repo.mirror(), &remote, &work.run.base_commit).await?)
}

fn patched(svc: &Services, applied: &Applied, summary: Option<String>, note: Option<String>) -> RunResult {
    let summary = words(svc, summary);
    if let Some(hit) = svc.secrets.find(applied.patch.text()) {
        tracing::error!(what = hit.what, "a patch held something that looks like a secret and was refused");
        return RunResult {
            summary,
            ..failed(FailureKind::Forbidden, "The patch holds something that looks like a secret, so it was refused.")
        };
    }
    if applied.patch.is_empty() {
        return RunResult { summary: Some("No changes".into()), patch: Some(String::new()), ..RunResult::default() };
    }
    RunResult {
        summary,
        patch: Some(applied.patch.text().to_owned()),
        patch_sha256: Some(applied.patch.sha256()),
        files_changed: applied.patch.files().to_vec(),
        warnings: note.into_iter().chain(applied.warnings.iter().map(ToString::to_string)).collect(),
        error: None,
        failure: None,
        usage: Usage::default(),
        cost: UsdMicros::ZERO,
        answered_by: None,
    }
}

/// A model's words: redacted, cleaned, at most 2,000 characters.
fn words(svc: &Services, summary: Option<String>) -> Option<String> {
    let summary = summary?;
    let cleaned = clean(&svc.secrets.redact(&summary)).text;
    let short: String = cleaned.trim().chars().take(2_000).collect();
    (!short.is_empty()).then_some(short)
}

fn sentence(reason: &str) -> String {
    let mut chars = reason.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let end = if reason.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

async fn finish(svc: &Services, work: &Work, result: RunResult) -> anyhow::Result<Flow> {
    let mut tx = svc.store.begin().await?;
    let ended = end(svc, &mut tx, &work.run, work.attempt, &result).await?;
    tx.commit().await?;
    crash::point("run_stored");
    if ended {
        let failed = result.error.is_some();
        tracing::info!(run.id = %work.run.id, model = %work.run.model_name, run.failed = failed, "run finished");
    }
    Ok(Flow::Done)
}

/// Writes the end of a run, and of its round when it was the last. `false` when another attempt took over.
async fn end(
    svc: &Services,
    tx: &mut crate::adapters::store::Tx,
    run: &Run,
    attempt: i64,
    result: &RunResult,
) -> anyhow::Result<bool> {
    let now = svc.now();
    let status = if result.error.is_some() { RunStatus::Failed } else { RunStatus::Succeeded };
    if !runs::finish(tx, run.id, attempt, status, result, now).await? {
        return Ok(false);
    }
    note(svc, tx, run.id, &last_line(result)).await?;
    if let Some(summary) = result.summary.clone().filter(|_| status == RunStatus::Succeeded) {
        let (id, role) = (MessageId::new(), Role::Assistant);
        messages::insert(tx, &Message { id, task_id: run.task_id, role, content: summary, created_at: now }).await?;
    }
    round_state::settle(tx, run.round_id, &svc.policy, now).await?;
    budget::warn(svc, tx, run.round_id).await?;
    tasks::touch(tx, run.task_id, now).await?;
    svc.enqueue(tx, Job::Publish { round_id: run.round_id }).await?;
    Ok(true)
}

/// What the log says of the end.
fn last_line(result: &RunResult) -> String {
    let files = &result.files_changed;
    let (added, removed) = files.iter().fold((0, 0), |(a, r), file| (a + file.added_lines, r + file.removed_lines));
    match (&result.error, files.len()) {
        (Some(error), _) => format!("failed: {error}"),
        (None, 0) => "succeeded: nothing to change".into(),
        (None, 1) => format!("succeeded: 1 file, +{added} −{removed}"),
        (None, count) => format!("succeeded: {count} files, +{added} −{removed}"),
    }
}

/// Ends a run whose job was given up (its process died with it, or it failed too often).
pub async fn abandon(svc: &Services, run: RunId, reason: &str) -> anyhow::Result<()> {
    let mut tx = svc.store.begin().await?;
    let Some(row) = runs::get(&mut tx, run).await?.filter(|row| !row.status.is_terminal()) else { return Ok(()) };
    if let Some(attempt) = runs::start(&mut tx, run, svc.now()).await? {
        end(svc, &mut tx, &row, attempt, &failed(Other, &sentence(reason))).await?;
    }
    Ok(tx.commit().await?)
}
