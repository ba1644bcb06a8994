//! Starts a round: task, round, runs, messages and jobs in one transaction, within the caps (M17).

use anyhow::Context as _;

use crate::adapters::llm::prices;
use crate::adapters::store::{Conn, Tx, messages, rounds, runs, tasks};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{MessageId, PullId, RoundId, RunId, TaskId};
use crate::domain::job::Job;
use crate::domain::message::{Message, Role};
use crate::domain::model::ModelProfile;
use crate::domain::money::UsdMicros;
use crate::domain::repo::{CommitSha, Repo};
use crate::domain::round::{Brief, Origin, Round, RoundStatus};
use crate::domain::run::{Letter, Run, RunResult, RunStatus};
use crate::domain::tariff::Tariff;
use crate::domain::task::Task;
use crate::domain::terms::Terms;

use super::caps::{self, Cap, Wanted};
use super::{Policy, Services, audit, round_state};

/// Everything a round needs to begin.
#[derive(Debug, Clone)]
pub struct NewRound {
    /// One run for each, in order of letter.
    pub models: Vec<ModelProfile>,
    /// What was asked beside the brief.
    pub instruction: String,
    /// The issue's texts as sent.
    pub brief: Brief,
    /// The branch, tag or commit that was named, or the default branch.
    pub base_ref: String,
    /// The commit it stands for.
    pub base_commit: CommitSha,
    /// The only folder that may change.
    pub path: Option<String>,
    /// The most the round may spend.
    pub budget: UsdMicros,
    /// Where it comes from.
    pub origin: Origin,
    /// The candidate whose patch it goes on from.
    pub starts_from: Option<RunId>,
    /// The pull request of ours it works on.
    pub pull_id: Option<PullId>,
    /// What is said in the task's conversation.
    pub said: Vec<String>,
    /// Refuse while another round of the task is at work, and take the place of one that waits for a choice.
    pub exclusive: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Started {
    /// The round and its runs, in order of letter.
    Round(RoundId, Vec<RunId>),
    /// This command has started this round before (a second delivery).
    Already(RoundId),
    /// Another round of the task is at work.
    Busy(RoundId),
    /// A cap is reached.
    Cap(Cap),
}

/// What a model costs: as its profile says, or as the table knows; `None` refuses it.
pub fn price_of(model: &ModelProfile) -> Option<Tariff> {
    let known = || prices::known(model.provider, &model.model_name);
    if model.free { Some(Tariff::FREE) } else { model.prices.map(Tariff::flat).or_else(known) }
}

/// Starts a round of `task`.
pub async fn start_round(svc: &Services, repo: &Repo, task: TaskId, new: NewRound) -> anyhow::Result<Started> {
    let mut tx = svc.store.begin().await?;
    let started = start_within(svc, &mut tx, repo, task, new).await?;
    if matches!(started, Started::Round(..)) {
        tx.commit().await?;
    }
    Ok(started)
}

/// The same in the caller's transaction, which is worth a commit only when a round has started.
pub async fn start_within(
    svc: &Services,
    tx: &mut Tx,
    repo: &Repo,
    task: TaskId,
    new: NewRound,
) -> anyhow::Result<Started> {
    let now = svc.now();
    if let Some(known) = already(tx, &new.origin).await? {
        return Ok(Started::Already(known));
    }
    if let Some(busy) = rounds::active_for_task(tx, task).await?.filter(|_| new.exclusive) {
        return Ok(Started::Busy(busy.id));
    }
    let budget = per_run(&svc.policy, new.budget, new.models.len());
    let wanted = Wanted {
        repo,
        task,
        pull: new.pull_id,
        person: new.origin.requester.as_ref().map(|person| person.id),
        new_round: true,
        runs: new.models.len(),
        budget,
    };
    if let Some(cap) = caps::reached(tx, &svc.policy, &wanted, now).await? {
        return Ok(Started::Cap(cap));
    }
    let newest = rounds::newest_under(tx, task, new.pull_id).await?;
    if let Some(old) = newest.as_ref().filter(|r| new.exclusive && r.status != RoundStatus::Picked) {
        round_state::advance(tx, old, RoundStatus::Superseded, now).await?;
        svc.enqueue(tx, Job::Publish { round_id: old.id }).await?;
    }
    let number = tasks::next_round(tx, task, now).await?.context("a round's task has a row")?;
    let round = round_of(task, number, &new, svc.policy.file.terms.clone(), now);
    if !rounds::insert(tx, &round).await? {
        anyhow::bail!("this command has just started its round");
    }
    for said in &new.said {
        let message =
            Message { id: MessageId::new(), task_id: task, role: Role::User, content: said.clone(), created_at: now };
        messages::insert(tx, &message).await?;
    }
    let mut ids = Vec::new();
    for (index, model) in new.models.iter().enumerate() {
        ids.push(add_run(svc, tx, repo, &round, (Letter::at(index), model, budget)).await?);
    }
    let subject = format!("round:{}", round.id);
    let details =
        serde_json::json!({ "task": task.to_string(), "runs": ids.len(), "base": round.base_commit.as_str() });
    audit::note(tx, &audit::actor_of(&new.origin), "round.start", &subject, details, now).await?;
    svc.enqueue(tx, Job::Publish { round_id: round.id }).await?;
    tracing::info!(round.id = %round.id, task.id = %task, runs = ids.len(), "round started");
    Ok(Started::Round(round.id, ids))
}

async fn already(conn: &mut Conn, origin: &Origin) -> anyhow::Result<Option<RoundId>> {
    let Some(comment) = origin.comment_id else { return Ok(None) };
    Ok(rounds::by_command(conn, comment, origin.ordinal).await?.map(|round| round.id))
}

fn round_of(task: TaskId, number: i64, new: &NewRound, mut terms: Terms, now: Timestamp) -> Round {
    if new.path.is_some() {
        // What a person named goes before the file's default.
        terms.paths.clear();
    }
    Round {
        id: RoundId::new(),
        task_id: task,
        number,
        status: RoundStatus::Running,
        base_ref: new.base_ref.clone(),
        base_commit: new.base_commit.clone(),
        instruction: new.instruction.clone(),
        brief: new.brief.clone(),
        path: new.path.clone(),
        budget: new.budget,
        origin: new.origin.clone(),
        starts_from: new.starts_from,
        pull_id: new.pull_id,
        terms,
        expires_at: None,
        created_at: now,
        updated_at: now,
    }
}

/// Each run's part of `left`: together they can never spend more, however they overlap.
pub fn per_run(policy: &Policy, left: UsdMicros, runs: usize) -> UsdMicros {
    let part = left.0 / i64::try_from(runs.max(1)).unwrap_or(i64::MAX);
    policy.budget_run.min(UsdMicros(part))
}

/// Adds one run to a round, with its job and its budget.
pub async fn add_run(
    svc: &Services,
    tx: &mut Tx,
    repo: &Repo,
    round: &Round,
    (letter, model, budget): (Letter, &ModelProfile, UsdMicros),
) -> anyhow::Result<RunId> {
    let now = svc.now();
    let run = Run {
        id: RunId::new(),
        task_id: round.task_id,
        round_id: round.id,
        round: round.number,
        letter,
        model_id: Some(model.id),
        provider: model.provider,
        model_name: model.model_name.clone(),
        model_label: model.label().to_owned(),
        instruction: asked(round),
        base_ref: Some(round.base_ref.clone()),
        base_commit: round.base_commit.clone(),
        status: RunStatus::Queued,
        attempt: 0,
        cancel_requested: false,
        budget,
        result: RunResult::default(),
        created_at: now,
        started_at: None,
        completed_at: None,
    };
    runs::insert(tx, &run).await?;
    svc.enqueue_at(tx, Job::ExecuteRun { run_id: run.id }, now, repo.installation_id, Some(model.id)).await?;
    Ok(run.id)
}

/// What a run shows as its instruction: the words given, or the issue's title.
fn asked(round: &Round) -> String {
    if round.instruction.is_empty() { round.brief.title.clone().unwrap_or_default() } else { round.instruction.clone() }
}

/// The task of an issue, made when it is new.
pub async fn task_for_issue(
    svc: &Services,
    repo: &Repo,
    issue: &crate::domain::issue::IssueRef,
    title: &str,
) -> anyhow::Result<Task> {
    let mut tx = svc.store.begin().await?;
    let task = tasks::for_issue(&mut tx, repo.id, issue, title, svc.now()).await?;
    tx.commit().await?;
    Ok(task)
}
