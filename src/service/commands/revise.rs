//! `/bakeoff revise B …`: a new round that goes on from a candidate's patch; under a pull request of ours, from its
//! head. Its model is the one that wrote what it goes on from; `add` brings others.

use crate::adapters::github::PullInfo;
use crate::adapters::store::{models, picks, pulls as pull_rows, rounds, runs, tasks};
use crate::domain::ids::TaskId;
use crate::domain::model::ModelProfile;
use crate::domain::pick::PickStatus;
use crate::domain::pull::{Pull, PullStatus};
use crate::domain::repo::{BranchName, CommitSha};
use crate::domain::round::{Brief, Round};
use crate::domain::run::{Letter, Run};
use crate::domain::task::Task;
use crate::engine::command::{ModelRequest, Options};
use crate::engine::render::Reply;

use super::run::{begin, chosen, origin, terms, thread};
use super::{Answer, Asked, Carrier, by_letter, newest, no_round, own_pull};
use crate::service::start_round::{NewRound, price_of};
use crate::service::{Services, pulls};

pub(super) async fn revise(
    svc: &Services,
    asked: &Asked<'_>,
    letter: Option<Letter>,
    options: &Options,
    instruction: &str,
) -> anyhow::Result<Answer> {
    let pull = own_pull(svc, asked).await?;
    match (letter, pull) {
        (Some(letter), pull) => from_candidate(svc, asked, pull.as_ref(), letter, (options, instruction)).await,
        (None, Some(pull)) => on_pull(svc, asked, &pull, &[], (options, instruction)).await,
        (None, None) => Ok(Reply::NameCandidate.into()),
    }
}

/// From the patch of a candidate of this thread's newest round, on the commit it stands on.
async fn from_candidate(
    svc: &Services,
    asked: &Asked<'_>,
    pull: Option<&Pull>,
    letter: Letter,
    (options, instruction): (&Options, &str),
) -> anyhow::Result<Answer> {
    let Some((task, round, candidates)) = newest(svc, asked).await? else { return Ok(no_round(asked).into()) };
    if let Some(reply) = over(svc, task.id, pull).await? {
        return Ok(reply.into());
    }
    let run = match by_letter(&candidates, letter) {
        Ok(run) if !run.status.is_terminal() => return Ok(Reply::StillRunning { letter }.into()),
        Ok(run) if !run.has_patch() => return Ok(Reply::NoPatch { letter }.into()),
        Ok(run) => run,
        Err(reply) => return Ok(reply.into()),
    };
    let models = match written_by(svc, run).await? {
        Ok(models) => models,
        Err(reply) => return Ok(reply.into()),
    };
    let start = Start { round: &round, base: (round.base_ref.clone(), run.base_commit.clone()), from: Some(run) };
    go_on(svc, asked, &task, start, models, (options, instruction)).await
}

/// From the head of a pull request of ours, as GitHub has it now: people may have pushed to it.
pub(super) async fn on_pull(
    svc: &Services,
    asked: &Asked<'_>,
    pull: &Pull,
    requested: &[ModelRequest],
    (options, instruction): (&Options, &str),
) -> anyhow::Result<Answer> {
    let info = asked.client.pull(pull.number).await?;
    pulls::changed(svc, asked.repo, pull.number, info.status).await?;
    if let Some(reply) = closed(info.status, pull.number) {
        return Ok(reply.into());
    }
    let Some((branch, head)) = head(asked, &info).await? else {
        return Ok(Reply::RefNotFound { name: info.head }.into());
    };
    let mut conn = svc.store.read().await?;
    let Some(task) = tasks::get(&mut conn, pull.task_id).await? else { return Ok(no_round(asked).into()) };
    let newest = picks::list(&mut conn, task.id).await?.into_iter();
    let pick = newest.into_iter().find(|p| p.pull_id == Some(pull.id) && p.status == PickStatus::Opened);
    let Some(run) = runs::get(&mut conn, pick.map_or(pull.run_id, |pick| pick.run_id)).await? else {
        return Ok(no_round(asked).into());
    };
    let Some(mut round) = rounds::get(&mut conn, run.round_id).await? else { return Ok(no_round(asked).into()) };
    drop(conn);
    let models =
        if requested.is_empty() { written_by(svc, &run).await? } else { chosen(svc, asked, requested).await? };
    let models = match models {
        Ok(models) => models,
        Err(reply) => return Ok(reply.into()),
    };
    round.pull_id = Some(pull.id);
    let start = Start { round: &round, base: (branch.to_string(), head), from: None };
    go_on(svc, asked, &task, start, models, (options, instruction)).await
}

/// What a new round goes on from.
struct Start<'a> {
    /// The round whose texts, folder and thread it keeps.
    round: &'a Round,
    /// The name and the commit it stands on.
    base: (String, CommitSha),
    /// The candidate whose patch is laid over that commit.
    from: Option<&'a Run>,
}

async fn go_on(
    svc: &Services,
    asked: &Asked<'_>,
    task: &Task,
    start: Start<'_>,
    models: Vec<ModelProfile>,
    (options, instruction): (&Options, &str),
) -> anyhow::Result<Answer> {
    if options.base.is_some() {
        return Ok(Reply::BaseGiven.into());
    }
    let budget = match terms(svc, options) {
        Ok(budget) => budget,
        Err(reply) => return Ok(reply.into()),
    };
    let said = match asked.carrier {
        Carrier::Comment { body, .. } => vec![body.clone()],
        Carrier::Opening { .. } | Carrier::Label => Vec::new(),
    };
    let new = NewRound {
        models,
        instruction: instruction.to_owned(),
        brief: brief(asked, task, start.round).await?,
        base_ref: start.base.0,
        base_commit: start.base.1,
        path: options.path.clone().or_else(|| start.round.path.clone()),
        budget,
        origin: origin(asked),
        said,
        starts_from: start.from.map(|run| run.id),
        pull_id: start.round.pull_id,
        exclusive: true,
    };
    begin(svc, asked, task.id, new).await
}

/// The issue's texts as a delivery signed them: this one's, or under a pull request those of the round before. What
/// people have said since, under the issue and the pull request, comes with both.
async fn brief(asked: &Asked<'_>, task: &Task, before: &Round) -> anyhow::Result<Brief> {
    if !asked.issue.is_pull {
        return Ok(asked.brief(thread(asked, asked.issue.issue.number).await?));
    }
    let mut said = match &task.issue {
        Some(issue) => thread(asked, issue.number).await?,
        None => Vec::new(),
    };
    said.extend(thread(asked, asked.issue.issue.number).await?);
    Ok(Brief { thread: said, ..before.brief.clone() })
}

/// The model that wrote a candidate, else the default ones.
pub(in crate::service) async fn written_by(
    svc: &Services,
    run: &Run,
) -> anyhow::Result<Result<Vec<ModelProfile>, Reply>> {
    let mut conn = svc.store.read().await?;
    let stored = match run.model_id {
        Some(id) => models::get(&mut conn, id).await?.filter(|model| model.deleted_at.is_none()),
        None => None,
    };
    let models = match stored {
        Some(stored) => vec![stored.profile],
        None => models::defaults(&mut conn).await?,
    };
    Ok(match models.iter().find(|model| price_of(model).is_none()) {
        Some(model) => Err(Reply::PriceUnknown { alias: model.alias.clone() }),
        None if models.is_empty() => Err(Reply::NoModels),
        None => Ok(models),
    })
}

/// Whether a round can go on from this candidate.
pub(in crate::service) async fn revisable(
    svc: &Services,
    task: TaskId,
    run: &Run,
) -> anyhow::Result<Result<(), Reply>> {
    let letter = run.letter;
    Ok(match over(svc, task, None).await? {
        Some(reply) => Err(reply),
        None if !run.status.is_terminal() => Err(Reply::StillRunning { letter }),
        None if !run.has_patch() => Err(Reply::NoPatch { letter }),
        None => Ok(()),
    })
}

/// Why nothing can come of another round: the task is merged, or its pull request closed.
async fn over(svc: &Services, task: TaskId, pull: Option<&Pull>) -> anyhow::Result<Option<Reply>> {
    let all = pull_rows::list(&mut *svc.store.read().await?, task).await?;
    let merged = all.iter().find(|pull| pull.status == PullStatus::Merged);
    Ok(merged.or(pull).and_then(|pull| closed(pull.status, pull.number)))
}

fn closed(status: PullStatus, number: i64) -> Option<Reply> {
    match status {
        PullStatus::Open => None,
        PullStatus::Closed => Some(Reply::PullClosed { number }),
        PullStatus::Merged => Some(Reply::AlreadyMerged { number }),
    }
}

async fn head(asked: &Asked<'_>, info: &PullInfo) -> anyhow::Result<Option<(BranchName, CommitSha)>> {
    let ours = info.head_repo.is_some() && info.head_repo == asked.repo.github_id;
    let Some(branch) = BranchName::parse(&info.head).filter(|_| ours) else { return Ok(None) };
    Ok(asked.client.branch_head(&branch).await?.map(|head| (branch, head)))
}
