//! Commands of people: the checks every command passes, then one file for each.

mod add;
mod asked;
mod cancel;
mod fresh;
mod info;
mod pick;
mod retry;
mod revise;
mod run;

pub(super) use add::grown_reply;
pub use asked::{Asked, Carrier, IssueFacts};
pub(super) use revise::{revisable, written_by};
pub(super) use run::cap_reply;

use crate::adapters::github::GithubError;
use crate::adapters::store::{Conn, StoreError, meta, pulls, rounds, runs, tasks};
use crate::domain::crash;
use crate::domain::ids::{PullId, TaskId};
use crate::domain::pull::Pull;
use crate::domain::reaction::ReactionContent;
use crate::domain::round::Round;
use crate::domain::run::{Letter, Run};
use crate::domain::task::Task;
use crate::engine::command::{Command, CommandError};
use crate::engine::render::{self, Reply};

use super::effects::{Said, Thread, say};
use super::jobs::{Failure, Flow, Try, sort};
use super::repo_file::Broken;
use super::{Services, audit, repo_file, rights, round_state};
use fresh::Freshness;

/// What a command came to.
pub(crate) enum Answer {
    /// Nothing to say: the status comment tells.
    Quiet,
    /// One reply under the issue.
    Say(Box<Reply>),
    /// The same, unless the first command with these words to say was answered already (F024).
    Once(String, Box<Reply>),
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::Say(Box::new(reply))
    }
}

/// Acts on one command: right, freshness, then the command itself. May be called again for the same command.
pub async fn handle(
    svc: &Services,
    asked: &Asked<'_>,
    command: &Result<Command, CommandError>,
    attempt: Try,
) -> anyhow::Result<Flow> {
    crash::point("command_claimed");
    let (here, broken) = match allowed(svc, asked, attempt).await? {
        Allowed::Yes(here, broken) => (here, broken),
        Allowed::No => return Ok(Flow::Done),
        Allowed::Unknown => return answer(svc, asked, Reply::PermissionUnknown.into()).await,
    };
    let svc = &*here;
    let command = match command {
        Ok(command) => command,
        Err(error) => return answer(svc, asked, Reply::CannotRead(error.clone()).into()).await,
    };
    if asked.issue.is_pull && !matches!(command, Command::Help) && own_pull(svc, asked).await?.is_none() {
        return answer(svc, asked, Reply::UseOnAnIssue.into()).await;
    }
    match fresh::check(asked).await? {
        Freshness::Fresh => {}
        Freshness::Edited => return answer(svc, asked, Reply::EditedVoid.into()).await,
        Freshness::Gone => return Ok(Flow::Done),
        // A choice may still be made under a closed issue; new work is not begun there (F073).
        Freshness::Closed if starts_work(command) => return answer(svc, asked, Reply::IssueClosed.into()).await,
        Freshness::Closed => {}
    }
    acknowledge(asked).await?;
    if let Some(at) = tell_broken(svc, asked, broken.as_ref()).await? {
        return Ok(Flow::Again(at));
    }
    let done = obey(svc, asked, command).await?;
    answer(svc, asked, done).await
}

fn starts_work(command: &Command) -> bool {
    matches!(command, Command::Run { .. } | Command::Retry(_) | Command::Add { .. } | Command::Revise { .. })
}

async fn obey(svc: &Services, asked: &Asked<'_>, command: &Command) -> anyhow::Result<Answer> {
    match command {
        Command::Run { models, options, instruction } => run::run(svc, asked, models, options, instruction).await,
        Command::Pick(letter) => pick::pick(svc, asked, *letter).await,
        Command::Retry(letter) => retry::retry(svc, asked, *letter).await,
        Command::Cancel(letter) => cancel::cancel(svc, asked, *letter).await,
        Command::Status => info::status(svc, asked).await,
        Command::Models => info::models(svc).await,
        Command::Help => Ok(Reply::Help.into()),
        Command::Add { models } => add::add(svc, asked, models).await,
        Command::Revise { letter, options, instruction } => {
            revise::revise(svc, asked, *letter, options, instruction).await
        }
    }
}

enum Allowed {
    /// The use cases as the repository's file narrows them, and that file's fault if it has one.
    Yes(Box<Services>, Option<Broken>),
    No,
    Unknown,
}

/// M11, M12: nothing is spent or said before the person's right is known; a person without it gets a 😕.
async fn allowed(svc: &Services, asked: &Asked<'_>, attempt: Try) -> anyhow::Result<Allowed> {
    match permitted(svc, asked).await {
        Ok(Ok((here, broken))) => Ok(Allowed::Yes(Box::new(here), broken)),
        Ok(Err(reason)) => {
            react(asked, ReactionContent::Confused).await?;
            let mut tx = svc.store.begin().await?;
            let subject = asked.key();
            let details = serde_json::json!({ "reason": reason });
            audit::note(&mut tx, &audit::actor(asked.person), "command.refuse", &subject, details, svc.now()).await?;
            tx.commit().await?;
            Ok(Allowed::No)
        }
        Err(error) if attempt.last && !matches!(sort(&error, svc.now()), Failure::Wait(_)) => {
            tracing::warn!(command = %asked.key(), reason = %error, "the permission or the repository's file could not be read");
            Ok(Allowed::Unknown)
        }
        Err(error) => Err(error),
    }
}

type Here = (Services, Option<Broken>);

/// The right to write, then the repository's file, which may narrow it.
async fn permitted(svc: &Services, asked: &Asked<'_>) -> anyhow::Result<Result<Here, &'static str>> {
    let Some(standing) = rights::writer(asked.client, asked.person).await? else { return Ok(Err("no write access")) };
    let here = repo_file::under(svc, asked.repo).await?;
    let named = rights::is_named(&standing, &here.0.policy.file.commanders);
    Ok(if named { Ok(here) } else { Err("not named by the repository's file") })
}

/// Answers when to come back, when what is said of a broken file may have been said already.
async fn tell_broken(
    svc: &Services,
    asked: &Asked<'_>,
    broken: Option<&Broken>,
) -> anyhow::Result<Option<crate::domain::clock::Timestamp>> {
    let Some(broken) = broken else { return Ok(None) };
    let thread = Thread { client: asked.client, repo: asked.repo.id, issue: asked.issue.issue.number, task_id: None };
    match repo_file::tell(svc, asked.repo, &thread, broken, &asked.key()).await? {
        Some(Said::Later(at)) => Ok(Some(at)),
        _ => Ok(None),
    }
}

/// 👀 on the command. Asking twice leaves one reaction.
async fn acknowledge(asked: &Asked<'_>) -> anyhow::Result<()> {
    react(asked, ReactionContent::Eyes).await
}

async fn react(asked: &Asked<'_>, content: ReactionContent) -> anyhow::Result<()> {
    let done = match asked.comment_id() {
        Some(id) => asked.client.react_to_comment(id, content).await,
        None => asked.client.react_to_issue(asked.issue.issue.number, content).await,
    };
    match done {
        Err(GithubError::Locked | GithubError::Archived) => Ok(()),
        Err(error) if error.is_gone() => Ok(()),
        other => Ok(other?),
    }
}

async fn answer(svc: &Services, asked: &Asked<'_>, answer: Answer) -> anyhow::Result<Flow> {
    let reply = match answer {
        Answer::Quiet => return Ok(Flow::Done),
        Answer::Once(what, _) if !is_first(svc, asked, &what).await? => return Ok(Flow::Done),
        Answer::Once(_, reply) | Answer::Say(reply) => reply,
    };
    let thread = Thread { client: asked.client, repo: asked.repo.id, issue: asked.issue.issue.number, task_id: None };
    let key = format!("reply:{}", asked.key());
    let mut said = say(svc, &thread, &key, |effect| render::reply(effect, &reply)).await?;
    if said == Said::Full && is_first(svc, asked, &format!("full:{}", thread.id())).await? {
        let full = Reply::ThreadFull { cap: svc.policy.counts.comments_thread };
        said = say(svc, &thread, &format!("full:{}", thread.id()), |effect| render::reply(effect, &full)).await?;
    }
    Ok(if let Said::Later(at) = said { Flow::Again(at) } else { Flow::Done })
}

/// Whether this command is the one that says it; the same at every try.
async fn is_first(svc: &Services, asked: &Asked<'_>, what: &str) -> anyhow::Result<bool> {
    let key = asked.key();
    let mut tx = svc.store.begin().await?;
    let first = meta::set_if_absent(&mut tx, &format!("said:{what}"), &key).await?;
    tx.commit().await?;
    Ok(first == key)
}

/// The pull request of ours that the command stands under.
pub(crate) async fn own_pull(svc: &Services, asked: &Asked<'_>) -> Result<Option<Pull>, StoreError> {
    if !asked.issue.is_pull {
        return Ok(None);
    }
    pulls::by_number(&mut *svc.store.read().await?, asked.repo.id, asked.issue.issue.number).await
}

/// What to say where there is no round yet.
pub(crate) fn no_round(asked: &Asked<'_>) -> Reply {
    if asked.issue.is_pull { Reply::NoRoundOnPull } else { Reply::NoRound }
}

/// The task of the thread and its newest round there, for commands that need one.
pub(crate) async fn newest(svc: &Services, asked: &Asked<'_>) -> anyhow::Result<Option<(Task, Round, Vec<Run>)>> {
    let pull = own_pull(svc, asked).await?;
    let mut conn = svc.store.read().await?;
    let task = match &pull {
        Some(pull) => tasks::get(&mut conn, pull.task_id).await?,
        None => tasks::find_issue(&mut conn, asked.repo.id, asked.issue.issue.number).await?,
    };
    let Some(task) = task else { return Ok(None) };
    let Some((round, runs)) = newest_round(&mut conn, task.id, pull.map(|p| p.id)).await? else { return Ok(None) };
    Ok(Some((task, round, runs)))
}

async fn newest_round(
    conn: &mut Conn,
    task: TaskId,
    pull: Option<PullId>,
) -> Result<Option<(Round, Vec<Run>)>, StoreError> {
    let Some(round) = rounds::newest_under(conn, task, pull).await? else { return Ok(None) };
    let runs = round_state::candidates(runs::list_round(conn, round.id).await?);
    Ok(Some((round, runs)))
}

/// The candidate of a letter, or the reply that names the letters there are.
pub(crate) fn by_letter(runs: &[Run], letter: Letter) -> Result<&Run, Reply> {
    let known = || runs.iter().map(|run| run.letter).collect();
    runs.iter().find(|run| run.letter == letter).ok_or_else(|| Reply::NoSuchCandidate { letter, known: known() })
}
