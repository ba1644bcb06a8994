//! `/bakeoff [models] [options]`: from words to a round.

use crate::adapters::github::{Comment, GithubError};
use crate::adapters::store::{effects, models, pulls, rounds, tasks};
use crate::domain::ids::{RoundId, TaskId};
use crate::domain::model::ModelProfile;
use crate::domain::money::UsdMicros;
use crate::domain::repo::CommitSha;
use crate::domain::round::Origin;
use crate::domain::sha256::Sha256Hex;
use crate::engine::command::{ModelRequest, Options, unknown_model};
use crate::engine::render::Reply;

use super::{Answer, Asked, Carrier, own_pull, revise};
use crate::service::caps::{Cap, Much, no_room};
use crate::service::start_round::{NewRound, Started, price_of, start_round, task_for_issue};
use crate::service::{Services, publish, repos, rights};

/// Earlier comments shown to the models, at most.
const MAX_THREAD: usize = 20;
/// How much of each is shown.
const MAX_COMMENT_CHARS: usize = 8_000;
/// And of all together, newest first.
const MAX_THREAD_BYTES: usize = 60_000;
/// People whose right to write is asked for, at most.
const MAX_SPEAKERS: usize = 8;

pub(super) async fn run(
    svc: &Services,
    asked: &Asked<'_>,
    requested: &[ModelRequest],
    options: &Options,
    instruction: &str,
) -> anyhow::Result<Answer> {
    if let Some(pull) = own_pull(svc, asked).await? {
        return revise::on_pull(svc, asked, &pull, requested, (options, instruction)).await;
    }
    let plan = match plan(svc, asked, requested, options).await? {
        Ok(plan) => plan,
        Err(reply) => return Ok(reply.into()),
    };
    let brief = asked.brief(thread(asked, asked.issue.issue.number).await?);
    let new = NewRound {
        models: plan.models,
        instruction: instruction.to_owned(),
        said: said(asked, instruction),
        brief,
        base_ref: plan.base_ref,
        base_commit: plan.base_commit,
        path: options.path.clone().or_else(|| svc.policy.file.only_path()),
        budget: plan.budget,
        origin: origin(asked),
        starts_from: None,
        pull_id: None,
        exclusive: true,
    };
    let task = task_for_issue(svc, asked.repo, &asked.issue.issue, &asked.issue.title).await?;
    begin(svc, asked, task.id, new).await
}

/// Starts the round, or says why not.
pub(super) async fn begin(svc: &Services, asked: &Asked<'_>, task: TaskId, new: NewRound) -> anyhow::Result<Answer> {
    match start_round(svc, asked.repo, task, new).await? {
        Started::Round(..) | Started::Already(_) => Ok(Answer::Quiet),
        // The label and the text of one opening start one round; the second of them says nothing.
        Started::Busy(_) if asked.comment_id().is_none() => Ok(Answer::Quiet),
        Started::Busy(round) => {
            let reply = running(svc, round).await?;
            Ok(Answer::Once(format!("busy:{round}:{}", asked.issue.issue.number), Box::new(reply)))
        }
        Started::Cap(cap) => {
            let until = cap.until.map_or(0, |until| until.0);
            let what = format!("cap:{task}:{}:{}:{until}", cap.whose, cap.limit);
            Ok(Answer::Once(what, Box::new(cap_reply(&cap))))
        }
    }
}

pub(in crate::service) fn cap_reply(cap: &Cap) -> Reply {
    match (cap.limit, cap.until) {
        (Much::Comments(cap), _) => Reply::ThreadFull { cap },
        (Much::FreeDisk(percent), _) => Reply::Failed { reason: no_room(percent) },
        (limit, None) => Reply::TaskFull { cap: limit.to_string() },
        (limit, Some(until)) => Reply::CapReached { whose: cap.whose, cap: format!("{limit} a day"), until },
    }
}

struct Plan {
    models: Vec<ModelProfile>,
    budget: UsdMicros,
    base_ref: String,
    base_commit: CommitSha,
}

async fn plan(
    svc: &Services,
    asked: &Asked<'_>,
    requested: &[ModelRequest],
    options: &Options,
) -> anyhow::Result<Result<Plan, Reply>> {
    let models = match chosen(svc, asked, requested).await? {
        Ok(models) => models,
        Err(reply) => return Ok(Err(reply)),
    };
    let budget = match terms(svc, options) {
        Ok(budget) => budget,
        Err(reply) => return Ok(Err(reply)),
    };
    let base_ref = options.base.clone().or_else(|| svc.policy.file.base.clone());
    let base_ref = base_ref.unwrap_or_else(|| asked.repo.default_branch.to_string());
    let base_commit = match repos::resolve(asked.client, &base_ref).await {
        Ok(Some(sha)) => sha,
        Ok(None) => return Ok(Err(Reply::RefNotFound { name: base_ref })),
        Err(GithubError::EmptyRepository) => return Ok(Err(Reply::EmptyRepository)),
        Err(error) => return Err(error.into()),
    };
    Ok(Ok(Plan { models, budget, base_ref, base_commit }))
}

/// What a round with these options may spend, or which of them cannot be.
pub(super) fn terms(svc: &Services, options: &Options) -> Result<UsdMicros, Reply> {
    if let Some(reply) = no_check(svc, options) {
        return Err(reply);
    }
    let cap = svc.policy.budget_round;
    match options.budget.unwrap_or(cap) {
        budget if budget > cap => Err(Reply::BudgetAboveCap { asked: budget, cap }),
        budget => Ok(budget),
    }
}

/// Why the checks asked for cannot be had.
fn no_check(svc: &Services, options: &Options) -> Option<Reply> {
    let known = |name: &String| svc.policy.file.checks.iter().any(|check| check.name == *name);
    let unknown = options.checks.iter().find(|name| !known(name)).cloned();
    let first = options.checks.first().cloned();
    unknown.map(|name| Reply::UnknownCheck { name }).or_else(|| first.map(|name| Reply::CheckNotRun { name }))
}

pub(super) async fn chosen(
    svc: &Services,
    asked: &Asked<'_>,
    requested: &[ModelRequest],
) -> anyhow::Result<Result<Vec<ModelProfile>, Reply>> {
    let from_file = requested.is_empty();
    let requested = if from_file { svc.policy.file.models.as_slice() } else { requested };
    let mut conn = svc.store.read().await?;
    let mut chosen = Vec::new();
    if requested.is_empty() {
        chosen = models::defaults(&mut conn).await?;
    }
    let count: usize = requested.iter().map(|r| r.count as usize).sum();
    if count.max(chosen.len()) > svc.policy.max_candidates {
        let asked = count.max(chosen.len());
        return Ok(Err(Reply::TooManyCandidates { asked, max: svc.policy.max_candidates }));
    }
    for request in requested {
        let Some(model) = models::by_alias(&mut conn, &request.alias).await? else {
            if from_file {
                return Ok(Err(Reply::FileModelUnknown { alias: request.alias.clone() }));
            }
            let known: Vec<String> = models::list(&mut conn).await?.into_iter().map(|m| m.alias).collect();
            return Ok(Err(Reply::CannotRead(unknown_model(asked.line, &request.alias, &known))));
        };
        chosen.extend(std::iter::repeat_n(model, request.count as usize));
    }
    if chosen.is_empty() {
        return Ok(Err(Reply::NoModels));
    }
    let unpriced = chosen.iter().find(|model| price_of(model).is_none());
    Ok(match unpriced {
        Some(model) => Err(Reply::PriceUnknown { alias: model.alias.clone() }),
        None => Ok(chosen),
    })
}

pub(super) fn origin(asked: &Asked<'_>) -> Origin {
    Origin {
        requester: Some(asked.person.clone()),
        token_name: None,
        comment_id: asked.comment_id(),
        ordinal: asked.ordinal,
        comment_sha256: asked.carrier_sha256(),
        title_sha256: Some(Sha256Hex::of(&asked.issue.title)),
        body_sha256: Some(Sha256Hex::of(&asked.issue.body)),
    }
}

fn said(asked: &Asked<'_>, instruction: &str) -> Vec<String> {
    let issue = format!("{}\n\n{}", asked.issue.title, asked.issue.body).trim().to_owned();
    let command = match asked.carrier {
        Carrier::Comment { body, .. } => Some(body.clone()),
        Carrier::Opening { .. } | Carrier::Label => (!instruction.is_empty()).then(|| instruction.to_owned()),
    };
    std::iter::once(issue).chain(command).filter(|text| !text.is_empty()).collect()
}

/// Earlier comments by people who may write, oldest first (M14). Those of others could hold anything.
pub(super) async fn thread(asked: &Asked<'_>, number: i64) -> anyhow::Result<Vec<String>> {
    let comments = asked.client.comments(number, None).await?;
    // One that was edited later may say what it did not say then.
    let before = |c: &&Comment| {
        c.app_id.is_none() && Some(c.id) != asked.comment_id() && c.created_at <= asked.at && c.updated_at <= asked.at
    };
    let (mut kept, mut room) = (Vec::new(), MAX_THREAD_BYTES);
    let mut speakers = std::collections::BTreeMap::new();
    for comment in comments.iter().filter(before).rev() {
        let Some(author) = comment.author.as_ref().map(|a| a.person.clone()) else { continue };
        if kept.len() == MAX_THREAD || is_command(&comment.body) {
            continue;
        }
        let may = match speakers.get(&author.id.0) {
            Some(known) => *known,
            None if speakers.len() == MAX_SPEAKERS => false,
            None => rights::may_write(asked.client, &author).await?,
        };
        speakers.insert(author.id.0, may);
        let text: String = comment.body.chars().take(MAX_COMMENT_CHARS).collect();
        if may && text.len() <= room {
            room -= text.len();
            kept.push(text);
        }
    }
    kept.reverse();
    Ok(kept)
}

fn is_command(body: &str) -> bool {
    body.trim_start().to_ascii_lowercase().starts_with(crate::engine::command::COMMAND_WORD)
}

async fn running(svc: &Services, round: RoundId) -> anyhow::Result<Reply> {
    let mut conn = svc.store.read().await?;
    let row = rounds::get(&mut conn, round).await?;
    let number = row.as_ref().map_or(0, |row| row.number);
    let status = effects::by_key(&mut conn, &publish::status_key(round)).await?;
    let comment = status.and_then(|effect| effect.external_id);
    // It may run under the pull request and be asked for under the issue, or the other way round.
    let page = match row.as_ref().and_then(|row| row.pull_id) {
        Some(pull) => pulls::get(&mut conn, pull).await?.map(|pull| pull.url),
        None => match row.as_ref().map(|row| row.task_id) {
            Some(task) => tasks::get(&mut conn, task).await?.and_then(|task| task.issue).map(|issue| issue.url),
            None => None,
        },
    };
    let url = page.zip(comment).map(|(page, id)| format!("{page}#issuecomment-{id}"));
    Ok(Reply::RoundRunning { round: number, url })
}
