//! From an accepted pick to an open pull request, or to one more commit on an open one: the stored patch on the pinned base, pushed once, never forced
//! (I2, I6). Every step may have happened before: it is looked for, then done.

mod commit;
mod request;
mod update;

use crate::adapters::git::{MergeOutcome, Mirror, PushOutcome, Remote};
use crate::adapters::github::{CompareStatus, GithubError, RepoClient};
use crate::adapters::store::{Tx, picks, pulls, repos, rounds, runs, tasks};
use crate::domain::crash;
use crate::domain::ids::{PickId, PullId};
use crate::domain::job::Job;
use crate::domain::pick::{Pick, PickForm, PickStatus};
use crate::domain::pull::PullStatus;
use crate::domain::repo::{BranchName, CommitSha, Repo};
use crate::domain::round::{Round, RoundStatus};
use crate::domain::run::Run;
use crate::domain::task::Task;
use crate::engine::context::clean::clean;
use crate::engine::render::branch_name;

use super::effects::Thread;
use super::jobs::{Failure, Flow, Try, sort};
use super::{Services, audit, repo_file, repos as repo_service, round_state};
use commit::Built;

/// Names tried when somebody else has the branch: `…`, `…-2` to `…-9`.
const MAX_BRANCH_NAMES: u32 = 9;

/// Where GitHub looks for a template, in any letter case.
const TEMPLATES: [&str; 3] =
    [".github/pull_request_template.md", "pull_request_template.md", "docs/pull_request_template.md"];
/// A larger template is left out.
const MAX_TEMPLATE_BYTES: u64 = 64 * 1024;

/// A pick with everything it is about.
struct Chosen {
    pick: Pick,
    run: Run,
    round: Round,
    task: Task,
    repo: Repo,
}

/// How a pick ends that opens no pull request.
enum Stop {
    /// The base moved and these paths conflict.
    Stale(Vec<String>),
    /// One sentence.
    Failed(String),
}

/// What the base did meanwhile.
struct Freshness {
    /// The branch the pull request goes to.
    target: BranchName,
    /// Commits it moved on by.
    moved: u64,
}

/// Opens the pull request of a pick.
pub async fn open_pull(svc: &Services, id: PickId, attempt: Try) -> anyhow::Result<Flow> {
    let Some(chosen) = load(svc, id).await? else { return Ok(Flow::Done) };
    let client = svc.client(&chosen.repo)?;
    let done = match chosen.pick.pull_id {
        None => carry_out(svc, &client, &chosen).await,
        Some(pull) => add_to(svc, &client, &chosen, pull).await,
    };
    match done {
        Ok(Ok(())) => Ok(Flow::Done),
        Ok(Err(stop)) => give_up(svc, &chosen, stop).await,
        Err(error) if attempt.last || sort(&error, svc.now()) == Failure::Final => {
            tracing::warn!(pick.id = %id, %error, "the pull request could not be opened");
            give_up(svc, &chosen, Stop::Failed(error.to_string())).await
        }
        Err(error) => Err(error),
    }
}

async fn load(svc: &Services, id: PickId) -> anyhow::Result<Option<Chosen>> {
    let mut conn = svc.store.read().await?;
    let Some(pick) = picks::get(&mut conn, id).await?.filter(|p| p.status == PickStatus::Opening) else {
        return Ok(None);
    };
    let Some(run) = runs::get(&mut conn, pick.run_id).await? else { return Ok(None) };
    let Some(round) = rounds::get(&mut conn, run.round_id).await? else { return Ok(None) };
    let Some(task) = tasks::get(&mut conn, run.task_id).await? else { return Ok(None) };
    let Some(repo) = repos::by_id(&mut conn, task.repo_id).await? else { return Ok(None) };
    Ok(Some(Chosen { pick, run, round, task, repo }))
}

async fn add_to(
    svc: &Services,
    client: &RepoClient,
    chosen: &Chosen,
    pull: PullId,
) -> anyhow::Result<Result<(), Stop>> {
    match pulls::get(&mut *svc.store.read().await?, pull).await? {
        Some(pull) => update::add_commit(svc, client, chosen, &pull).await,
        None => Ok(Err(Stop::Failed("The pull request is not known.".into()))),
    }
}

async fn carry_out(svc: &Services, client: &RepoClient, chosen: &Chosen) -> anyhow::Result<Result<(), Stop>> {
    let (here, broken) = repo_file::under(svc, &chosen.repo).await?;
    let svc = &here;
    if let (Some(issue), Some(broken)) = (&chosen.task.issue, &broken) {
        let thread = Thread { client, repo: chosen.repo.id, issue: issue.number, task_id: Some(chosen.task.id) };
        repo_file::tell(svc, &chosen.repo, &thread, broken, &format!("pick:{}", chosen.pick.id)).await?;
    }
    let remote = repo_service::remote(svc, &chosen.repo).await?;
    let mirror = svc.mirrors.fetch(&chosen.repo.mirror(), &remote, &chosen.run.base_commit).await?;
    let built = match commit::build(svc, &mirror, chosen).await? {
        Ok(built) => built,
        Err(why) => return Ok(Err(Stop::Failed(why))),
    };
    tracing::info!(pick.id = %chosen.pick.id, commit.sha = %built.commit.sha, "commit built");
    crash::point("commit_built");
    let fresh = match freshness(svc, client, &remote, &mirror, chosen, &built).await? {
        Ok(fresh) => fresh,
        Err(stop) => return Ok(Err(stop)),
    };
    let branch = match push(svc, &remote, chosen, &built).await? {
        Ok(branch) => branch,
        Err(stop) => return Ok(Err(stop)),
    };
    crash::point("branch_pushed");
    if chosen.pick.form == PickForm::Branch {
        return link(svc, chosen, &fresh, &branch, &built.commit.sha).await;
    }
    let template = template(&mirror, chosen).await?;
    request::open(svc, client, chosen, &fresh, (&branch, &built.commit.sha), template).await
}

/// The repository's pull request template on the pinned commit, cleaned, where the pick asks for it.
async fn template(mirror: &Mirror, chosen: &Chosen) -> anyhow::Result<Option<String>> {
    if chosen.pick.form != PickForm::Template {
        return Ok(None);
    }
    let view = mirror.tree(&chosen.run.base_commit).await?;
    let read = mirror.run(move || {
        let found = TEMPLATES.iter().find_map(|path| view.folded(path).and_then(|path| view.entry(path)));
        let file =
            found.filter(|entry| entry.mode.is_file() && view.size(entry.blob).is_ok_and(|n| n <= MAX_TEMPLATE_BYTES));
        file.map(|entry| view.read_blob(entry.blob, MAX_TEMPLATE_BYTES)).transpose()
    });
    let bytes = read.await?;
    Ok(bytes.map(|bytes| clean(&String::from_utf8_lossy(&bytes)).text).filter(|text| !text.trim().is_empty()))
}

/// The branch a pull request goes to: the one that was named, else today's default branch (F068).
async fn target(client: &RepoClient, chosen: &Chosen) -> anyhow::Result<Option<(BranchName, CommitSha)>> {
    if let Some(named) = BranchName::parse(&chosen.round.base_ref)
        && let Some(head) = client.branch_head(&named).await?
    {
        return Ok(Some((named, head)));
    }
    let default = client.get().await?.default_branch;
    Ok(client.branch_head(&default).await?.map(|head| (default, head)))
}

async fn freshness(
    svc: &Services,
    client: &RepoClient,
    remote: &Remote,
    mirror: &Mirror,
    chosen: &Chosen,
    built: &Built,
) -> anyhow::Result<Result<Freshness, Stop>> {
    let base = &chosen.run.base_commit;
    let Some((target, head)) = target(client, chosen).await? else {
        return Ok(Err(Stop::Failed("The base branch no longer exists.".into())));
    };
    if head == *base {
        return Ok(Ok(Freshness { target, moved: 0 }));
    }
    let compare = match client.compare(base, &head).await? {
        Some(compare) if compare.status == CompareStatus::Ahead => compare,
        Some(_) => {
            return Ok(Err(Stop::Failed(
                "The base branch was rewritten: the pinned commit is no longer in it.".into(),
            )));
        }
        None => return Ok(Err(Stop::Failed("The pinned commit is no longer in the repository.".into()))),
    };
    svc.mirrors.fetch(&chosen.repo.mirror(), remote, &head).await?;
    match mirror.merge_check(base, &head, built.changes.clone()).await? {
        MergeOutcome::Clean => Ok(Ok(Freshness { target, moved: compare.ahead_by })),
        MergeOutcome::Conflict(paths) => Ok(Err(Stop::Stale(paths))),
    }
}

async fn push(
    svc: &Services,
    remote: &Remote,
    chosen: &Chosen,
    built: &Built,
) -> anyhow::Result<Result<BranchName, Stop>> {
    let issue = chosen.task.issue.as_ref().map(|issue| issue.number);
    for attempt in 1..=MAX_BRANCH_NAMES {
        let branch = branch_name(issue, chosen.task.id, chosen.run.letter, chosen.run.id, attempt);
        match svc.mirrors.push_branch(remote, &branch, &built.commit, None).await? {
            PushOutcome::Pushed | PushOutcome::AlreadyThere => {
                let mut tx = svc.store.begin().await?;
                let details = serde_json::json!({ "branch": branch.as_str(), "commit": built.commit.sha.as_str() });
                audit::note(&mut tx, "bakeoff", "branch.push", &format!("pick:{}", chosen.pick.id), details, svc.now())
                    .await?;
                tx.commit().await?;
                return Ok(Ok(branch));
            }
            PushOutcome::TakenByOther(_) => {}
            PushOutcome::Rejected(reason) => {
                return Ok(Err(Stop::Failed(format!("GitHub refused the branch: {reason}."))));
            }
        }
    }
    Ok(Err(Stop::Failed("All branch names for this candidate are taken by others.".into())))
}

/// Ends the pick without a pull request and opens the choice again.
async fn give_up(svc: &Services, chosen: &Chosen, stop: Stop) -> anyhow::Result<Flow> {
    let now = svc.now();
    let (status, note) = match stop {
        Stop::Stale(paths) => (PickStatus::Stale, paths.join("\n")),
        Stop::Failed(why) => (PickStatus::Failed, svc.secrets.redact(&why).into_owned()),
    };
    let mut tx = svc.store.begin().await?;
    if picks::settle(&mut tx, chosen.pick.id, status, Some(&note), now).await? {
        choose_again(svc, &mut tx, chosen).await?;
        let details = serde_json::json!({ "status": status.as_str() });
        audit::note(&mut tx, "bakeoff", "pick.end", &format!("pick:{}", chosen.pick.id), details, now).await?;
        svc.enqueue(&mut tx, Job::Publish { round_id: chosen.round.id }).await?;
    }
    tx.commit().await?;
    Ok(Flow::Done)
}

/// Opens the choice again, unless a pull request of the round is open: what could not be added to it changes nothing.
async fn choose_again(svc: &Services, tx: &mut Tx, chosen: &Chosen) -> anyhow::Result<()> {
    let now = svc.now();
    let round = rounds::get(tx, chosen.round.id).await?;
    let stands = pulls::list(tx, chosen.task.id).await?.iter().any(|pull| pull.status == PullStatus::Open);
    if stands && round.as_ref().is_some_and(|round| round.pull_id.is_none()) {
        return Ok(());
    }
    if let Some(round) = round.filter(|r| r.status == RoundStatus::Picked) {
        round_state::advance(tx, &round, RoundStatus::Choosing, now).await?;
        rounds::set_expires(tx, round.id, Some(now.plus(svc.policy.choice_ttl)), now).await?;
        svc.enqueue(tx, Job::WatchRound { round_id: round.id }).await?;
    }
    Ok(())
}

/// Ends a pick whose branch stands: whoever opens the pull request is a person.
async fn link(
    svc: &Services,
    chosen: &Chosen,
    fresh: &Freshness,
    branch: &BranchName,
    commit: &CommitSha,
) -> anyhow::Result<Result<(), Stop>> {
    let now = svc.now();
    let mut tx = svc.store.begin().await?;
    if picks::link(&mut tx, chosen.pick.id, commit, (branch, &fresh.target), now).await? {
        choose_again(svc, &mut tx, chosen).await?;
        let details = serde_json::json!({ "branch": branch.as_str(), "target": fresh.target.as_str() });
        audit::note(&mut tx, "bakeoff", "pick.link", &format!("pick:{}", chosen.pick.id), details, now).await?;
        svc.enqueue(&mut tx, Job::Publish { round_id: chosen.round.id }).await?;
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// Ends a pick whose job was given up.
pub async fn abandon(svc: &Services, id: PickId, reason: &str) -> anyhow::Result<()> {
    if let Some(chosen) = load(svc, id).await? {
        give_up(svc, &chosen, Stop::Failed(reason.to_owned())).await?;
    }
    Ok(())
}

/// What GitHub's refusal means in a sentence; `None` when asking again can help.
fn final_refusal(error: &GithubError) -> Option<String> {
    match error {
        GithubError::Permission { .. } | GithubError::Archived | GithubError::Validation { .. } => {
            Some(error.to_string())
        }
        error if error.is_gone() => Some("The repository is gone, or the App may no longer see it.".into()),
        _ => None,
    }
}
