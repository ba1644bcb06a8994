//! The one way to choose a candidate, whatever button was used: right, hash, state, then at most one winner.

use crate::adapters::store::picks::{self, PickInsert};
use crate::adapters::store::{Conn, Tx, pulls, repos, rounds, runs, tasks};
use crate::domain::crash;
use crate::domain::ids::{PickId, PullId, RunId};
use crate::domain::job::Job;
use crate::domain::permission::Person;
use crate::domain::pick::{Pick, PickForm, PickSource, PickStatus};
use crate::domain::pull::{Pull, PullStatus};
use crate::domain::repo::Repo;
use crate::domain::round::{Round, RoundStatus};
use crate::domain::run::{Letter, Run};
use crate::domain::sha256::Sha256Hex;
use crate::engine::render::Reply;

use super::{Services, audit, cancel, rights, round_state};

/// A wish to choose.
#[derive(Debug, Clone)]
pub struct PickRequest {
    /// The candidate.
    pub run_id: RunId,
    /// How it reached us.
    pub source: PickSource,
    /// Who; `None` only for a REST token without a login and for the local web view.
    pub person: Option<Person>,
    /// The REST token's name.
    pub token_name: Option<String>,
    /// The pull request that gets the commit, where one was named (REST); else the round says.
    pub pull_id: Option<PullId>,
    /// What is to be opened.
    pub form: PickForm,
    /// The hash of the patch that was shown; `None` where nothing can have been shown.
    pub shown: Option<Sha256Hex>,
    /// A title given over REST.
    pub title: Option<String>,
    /// A body given over REST.
    pub body: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Its pull request is being opened.
    Accepted(PickId),
    /// The same candidate was chosen before: this is its pick.
    Same(PickId),
    /// Nothing was done.
    Refused(Refusal),
}

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such run.
    Unknown,
    /// This person may not write there.
    NoRight,
    /// The App is not installed there.
    NoApp,
    /// The candidate has no patch.
    NoPatch(Letter),
    /// The candidate is still at work.
    StillRunning(Letter),
    /// The patch is not the one that was shown.
    Changed(Letter),
    /// Another pull request of the task is open.
    PullOpen {
        /// GitHub's number.
        number: i64,
        /// The page.
        url: String,
    },
    /// Another pick of the task is being carried out.
    Opening {
        /// Which candidate won.
        letter: Letter,
        /// Whose pick it was.
        by: String,
    },
    /// The task's pull request was merged.
    Merged {
        /// GitHub's number.
        number: i64,
    },
    /// The pull request that was to get a commit is closed.
    PullClosed {
        /// GitHub's number.
        number: i64,
    },
    /// The time to choose is over.
    Expired,
}

/// The refusal as a reply in the thread.
pub fn refusal_reply(refusal: &Refusal) -> Reply {
    match refusal.clone() {
        Refusal::Unknown => Reply::NoRound,
        Refusal::NoRight => Reply::Failed { reason: "Only people who may write to this repository can pick.".into() },
        Refusal::NoApp => Reply::Failed { reason: "The App is not installed on this repository.".into() },
        Refusal::NoPatch(letter) => Reply::NoPatch { letter },
        Refusal::StillRunning(letter) => Reply::StillRunning { letter },
        Refusal::Changed(letter) => Reply::PatchChanged { letter },
        Refusal::PullOpen { number, url } => Reply::PullOpen { number, url },
        Refusal::Opening { letter, by } => Reply::PickedFirst { letter, by },
        Refusal::Merged { number } => Reply::AlreadyMerged { number },
        Refusal::PullClosed { number } => Reply::PullClosed { number },
        Refusal::Expired => Reply::ChoiceExpired,
    }
}

/// Chooses a candidate, or says why not. The person's right is asked for now, not when it was last seen.
pub async fn accept(svc: &Services, request: PickRequest) -> anyhow::Result<Choice> {
    let mut conn = svc.store.read().await?;
    let Some(run) = runs::get(&mut conn, request.run_id).await? else { return Ok(Choice::Refused(Refusal::Unknown)) };
    let Some(repo) = repo_of(&mut conn, &run).await? else { return Ok(Choice::Refused(Refusal::Unknown)) };
    drop(conn);
    if let Some(refusal) = unfit(&run, &request) {
        return Ok(Choice::Refused(refusal));
    }
    let Ok(client) = svc.client(&repo) else { return Ok(Choice::Refused(Refusal::NoApp)) };
    if let Some(person) = &request.person
        && !rights::may_command(svc, &repo, &client, person).await?
    {
        note_refusal(svc, &request).await?;
        return Ok(Choice::Refused(Refusal::NoRight));
    }
    decide(svc, &run, request).await
}

async fn repo_of(conn: &mut Conn, run: &Run) -> anyhow::Result<Option<Repo>> {
    let Some(task) = tasks::get(conn, run.task_id).await? else { return Ok(None) };
    Ok(repos::by_id(conn, task.repo_id).await?)
}

/// The refusal of a candidate that has no patch, or none yet.
pub(super) fn patchless(run: &Run) -> Option<Refusal> {
    match (run.status.is_terminal(), run.has_patch()) {
        (false, _) => Some(Refusal::StillRunning(run.letter)),
        (true, false) => Some(Refusal::NoPatch(run.letter)),
        (true, true) => None,
    }
}

fn unfit(run: &Run, request: &PickRequest) -> Option<Refusal> {
    let changed = request.shown.is_some() && request.shown != run.result.patch_sha256;
    patchless(run).or_else(|| changed.then_some(Refusal::Changed(run.letter)))
}

async fn note_refusal(svc: &Services, request: &PickRequest) -> anyhow::Result<()> {
    let actor = audit::named(request.person.as_ref(), request.token_name.as_deref());
    let details = serde_json::json!({ "reason": "no write access", "source": request.source.as_str() });
    let mut tx = svc.store.begin().await?;
    audit::note(&mut tx, &actor, "pick.refuse", &format!("run:{}", request.run_id), details, svc.now()).await?;
    Ok(tx.commit().await?)
}

/// One transaction: who comes second finds the first one's pick.
async fn decide(svc: &Services, run: &Run, request: PickRequest) -> anyhow::Result<Choice> {
    let mut tx = svc.store.begin().await?;
    let Some(round) = rounds::get(&mut tx, run.round_id).await? else { return Ok(Choice::Refused(Refusal::Unknown)) };
    let target = request.pull_id.or(round.pull_id);
    let named = request.pull_id.is_some();
    if request.form == PickForm::Branch
        && let Some(choice) = linked(&mut tx, run, target).await?
    {
        return Ok(choice);
    }
    if let Some(choice) = taken(&mut tx, run, &round, (target, named)).await? {
        return Ok(choice);
    }
    let Some(hash) = run.result.patch_sha256.clone() else {
        return Ok(Choice::Refused(Refusal::NoPatch(run.letter)));
    };
    let pick = Pick { pull_id: target, ..pick_of(svc, run, request, hash) };
    if picks::insert(&mut tx, &pick).await? == PickInsert::AlreadyOpening {
        return Ok(taken(&mut tx, run, &round, (target, named)).await?.unwrap_or(Choice::Refused(Refusal::Expired)));
    }
    cancel::stop_all(svc, &mut tx, round.id).await?;
    round_state::advance(&mut tx, &round, RoundStatus::Picked, svc.now()).await?;
    crash::point("pick_seen");
    let actor = audit::named(pick.person.as_ref(), pick.token_name.as_deref());
    let details = serde_json::json!({ "source": pick.source.as_str(), "patch_sha256": pick.patch_sha256.as_str() });
    audit::note(&mut tx, &actor, "pick.accept", &format!("run:{}", run.id), details, svc.now()).await?;
    svc.enqueue(&mut tx, Job::OpenPull { pick_id: pick.id }).await?;
    svc.enqueue(&mut tx, Job::Publish { round_id: round.id }).await?;
    tx.commit().await?;
    tracing::info!(pick.id = %pick.id, run.id = %run.id, source = pick.source.as_str(), "candidate picked");
    Ok(Choice::Accepted(pick.id))
}

/// What a wish for a branch alone comes to without doing anything: it stands already, or the candidate belongs onto a
/// pull request of ours.
async fn linked(tx: &mut Tx, run: &Run, target: Option<PullId>) -> anyhow::Result<Option<Choice>> {
    if let Some(target) = target {
        let pull = pulls::get(tx, target).await?;
        let refusal = pull.map_or(Refusal::Unknown, |pull| match pull.status {
            PullStatus::Open => Refusal::PullOpen { number: pull.number, url: pull.url },
            PullStatus::Closed => Refusal::PullClosed { number: pull.number },
            PullStatus::Merged => Refusal::Merged { number: pull.number },
        });
        return Ok(Some(Choice::Refused(refusal)));
    }
    if pulls::list(tx, run.task_id).await?.iter().any(|pull| pull.status != PullStatus::Closed) {
        return Ok(None);
    }
    let known = picks::list(tx, run.task_id).await?.into_iter();
    let mut same = known.filter(|pick| pick.run_id == run.id && pick.status == PickStatus::Linked);
    Ok(same.next().map(|pick| Choice::Same(pick.id)))
}

fn pick_of(svc: &Services, run: &Run, request: PickRequest, hash: Sha256Hex) -> Pick {
    let now = svc.now();
    Pick {
        id: PickId::new(),
        task_id: run.task_id,
        run_id: run.id,
        source: request.source,
        person: request.person,
        token_name: request.token_name,
        patch_sha256: hash,
        pull_id: None,
        commit: None,
        form: request.form,
        branch: None,
        target: None,
        title: request.title,
        body: request.body,
        status: PickStatus::Opening,
        note: None,
        created_at: now,
        updated_at: now,
    }
}

/// What stands in the way: a pick at work, a pull request open or merged, the end of the choice.
async fn taken(
    tx: &mut Tx,
    run: &Run,
    round: &Round,
    (target, named): (Option<PullId>, bool),
) -> anyhow::Result<Option<Choice>> {
    if let Some(pick) = picks::opening_for_task(tx, run.task_id).await? {
        return Ok(Some(at_work(tx, run, pick).await?));
    }
    if let Some(target) = target {
        return onto(tx, run, round, (target, named)).await;
    }
    for pull in pulls::list(tx, run.task_id).await? {
        match pull.status {
            PullStatus::Closed => {}
            PullStatus::Merged => return Ok(Some(Choice::Refused(Refusal::Merged { number: pull.number }))),
            PullStatus::Open => return Ok(Some(open(tx, run, pull).await?)),
        }
    }
    let expired = round.status == RoundStatus::Expired;
    Ok(expired.then_some(Choice::Refused(Refusal::Expired)))
}

/// What stands in the way of one more commit on a pull request. Of a round only one candidate is chosen, unless a
/// client names both.
async fn onto(
    tx: &mut Tx,
    run: &Run,
    round: &Round,
    (target, named): (PullId, bool),
) -> anyhow::Result<Option<Choice>> {
    let pull = pulls::get(tx, target).await?.filter(|pull| pull.task_id == run.task_id);
    let Some(pull) = pull else { return Ok(Some(Choice::Refused(Refusal::Unknown))) };
    let number = pull.number;
    match pull.status {
        PullStatus::Merged => return Ok(Some(Choice::Refused(Refusal::Merged { number }))),
        PullStatus::Closed => return Ok(Some(Choice::Refused(Refusal::PullClosed { number }))),
        PullStatus::Open => {}
    }
    let picks = picks::list(tx, run.task_id).await?;
    let opened = || picks.iter().filter(|p| p.status == PickStatus::Opened);
    let here = |p: &&Pick| p.pull_id == Some(pull.id) || (p.pull_id.is_none() && p.run_id == pull.run_id);
    if let Some(same) = opened().filter(here).find(|p| p.run_id == run.id) {
        return Ok(Some(Choice::Same(same.id)));
    }
    if !named && round.status == RoundStatus::Picked {
        for pick in opened() {
            let winner = runs::get(tx, pick.run_id).await?.filter(|winner| winner.round_id == round.id);
            if let Some(won) = winner {
                let (letter, by) = (won.letter, self::winner(pick));
                return Ok(Some(Choice::Refused(Refusal::Opening { letter, by })));
            }
        }
    }
    Ok((!named && round.status == RoundStatus::Expired).then_some(Choice::Refused(Refusal::Expired)))
}

async fn open(tx: &mut Tx, run: &Run, pull: Pull) -> anyhow::Result<Choice> {
    let mine = pull.run_id == run.id;
    let pick = picks::list(tx, run.task_id).await?.into_iter().rfind(|p| p.run_id == run.id);
    Ok(match pick.filter(|p| mine && p.status == PickStatus::Opened) {
        Some(pick) => Choice::Same(pick.id),
        None => Choice::Refused(Refusal::PullOpen { number: pull.number, url: pull.url }),
    })
}

fn winner(pick: &Pick) -> String {
    let person = pick.person.as_ref().map(|p| p.login.clone());
    person.or_else(|| pick.token_name.clone()).unwrap_or_else(|| "the web view".into())
}

async fn at_work(tx: &mut Tx, run: &Run, pick: Pick) -> anyhow::Result<Choice> {
    if pick.run_id == run.id {
        return Ok(Choice::Same(pick.id));
    }
    let letter = runs::get(tx, pick.run_id).await?.map_or(Letter::at(0), |winner| winner.letter);
    Ok(Choice::Refused(Refusal::Opening { letter, by: winner(&pick) }))
}
