//! Brings a round's comments up to date: one status comment, one comment for each candidate with a patch.

mod view;

pub(crate) use view::requester;

use crate::adapters::github::{GithubError, RepoClient};
use crate::adapters::store::budget_warnings::Warning;
use crate::adapters::store::{budget_warnings, effects, picks, pulls, repos, rounds, runs, tasks, watches};
use crate::domain::clock::Timestamp;
use crate::domain::crash;
use crate::domain::effect::{Effect, EffectStatus};
use crate::domain::ids::{CommentId, RoundId, RunId};
use crate::domain::job::Job;
use crate::domain::pick::Pick;
use crate::domain::pull::Pull;
use crate::domain::repo::Repo;
use crate::domain::round::{Round, RoundStatus};
use crate::domain::run::{Letter, Run};
use crate::domain::task::Task;
use crate::domain::terms::CommentStyle;
use crate::domain::vote::Tally;
use crate::domain::watch::Watch;
use crate::engine::render;

use super::effects::{Said, Thread, say};
use super::jobs::Flow;
use super::{Services, round_state};

/// The effect of a round's status comment.
pub fn status_key(round: RoundId) -> String {
    format!("status:{round}")
}

/// The effect of a candidate's comment.
pub fn candidate_key(run: RunId) -> String {
    format!("candidate:{run}")
}

/// Everything the texts are made from.
struct Scene {
    repo: Repo,
    task: Task,
    round: Round,
    /// The newest run of each letter.
    runs: Vec<Run>,
    picks: Vec<Pick>,
    pulls: Vec<Pull>,
    /// The newest round told in the same thread.
    newest: i64,
    effects: Vec<Effect>,
    /// The candidate it goes on from: its letter and the number of its round.
    starts_from: Option<(Letter, i64)>,
    warnings: Vec<Warning>,
}

impl Scene {
    /// Number and page of the thread: the pull request that the round works on, else the task's issue.
    fn place(&self) -> Option<(i64, &str)> {
        match self.round.pull_id {
            Some(id) => self.pulls.iter().find(|pull| pull.id == id).map(|pull| (pull.number, pull.url.as_str())),
            None => self.task.issue.as_ref().map(|issue| (issue.number, issue.url.as_str())),
        }
    }

    fn effect(&self, key: &str) -> Option<&Effect> {
        self.effects.iter().find(|effect| effect.key == key)
    }
}

/// Publishes what is known of a round. Called whenever something in it changed.
pub async fn publish(svc: &Services, round: RoundId) -> anyhow::Result<Flow> {
    let Some(scene) = scene(svc, round).await? else { return Ok(Flow::Done) };
    let Some((number, _)) = scene.place() else { return Ok(Flow::Done) };
    let client = match svc.client(&scene.repo) {
        Ok(client) => client,
        Err(GithubError::NotConfigured(_)) => return Ok(Flow::Done),
        Err(error) => return Err(error.into()),
    };
    let thread = Thread { client: &client, repo: scene.repo.id, issue: number, task_id: Some(scene.task.id) };
    let mut later = Later::default();
    if scene.effect(&status_key(round)).is_none() {
        // First of all the person hears that the round began.
        status(svc, &scene, &thread, &mut later).await?;
    }
    if scene.round.terms.comments == CommentStyle::Each {
        for run in scene.runs.iter().filter(|run| run.has_patch()) {
            candidate(svc, &scene, &thread, run, &mut later).await?;
        }
    }
    status(svc, &scene, &thread, &mut later).await?;
    expire_later(svc, &scene).await?;
    if scene.newest != scene.round.number {
        minimise(svc, &scene, &client).await?;
    }
    Ok(later.0.map_or(Flow::Done, Flow::Again))
}

/// Where no comment is watched for reactions, something else must end the choice.
async fn expire_later(svc: &Services, scene: &Scene) -> anyhow::Result<()> {
    let Some(at) = scene.round.expires_at.filter(|_| scene.round.status == RoundStatus::Choosing) else {
        return Ok(());
    };
    let unwritten = |run: &Run| scene.effect(&candidate_key(run.id)).is_some_and(|e| e.status == EffectStatus::Failed);
    if scene.round.terms.comments == CommentStyle::Each && !scene.runs.iter().any(unwritten) {
        return Ok(());
    }
    let mut tx = svc.store.begin().await?;
    let job = Job::WatchRound { round_id: scene.round.id };
    svc.enqueue_at(&mut tx, job, at, scene.repo.installation_id, None).await?;
    Ok(tx.commit().await?)
}

/// The earliest time at which something is left to do.
#[derive(Default)]
struct Later(Option<Timestamp>);

impl Later {
    fn at(&mut self, at: Timestamp) {
        self.0 = Some(self.0.map_or(at, |known| known.min(at)));
    }
}

async fn scene(svc: &Services, id: RoundId) -> anyhow::Result<Option<Scene>> {
    let mut conn = svc.store.read().await?;
    let Some(round) = rounds::get(&mut conn, id).await? else { return Ok(None) };
    let Some(task) = tasks::get(&mut conn, round.task_id).await? else { return Ok(None) };
    let Some(repo) = repos::by_id(&mut conn, task.repo_id).await? else { return Ok(None) };
    let starts_from = match round.starts_from {
        Some(run) => runs::get(&mut conn, run).await?.map(|run| (run.letter, run.round)),
        None => None,
    };
    Ok(Some(Scene {
        starts_from,
        runs: round_state::candidates(runs::list_round(&mut conn, id).await?),
        picks: picks::list(&mut conn, task.id).await?,
        pulls: pulls::list(&mut conn, task.id).await?,
        newest: rounds::newest_under(&mut conn, task.id, round.pull_id).await?.map_or(0, |newest| newest.number),
        effects: effects::list_for_task(&mut conn, task.id).await?,
        warnings: budget_warnings::of_round(&mut conn, id).await?,
        repo,
        task,
        round,
    }))
}

async fn status(svc: &Services, scene: &Scene, thread: &Thread<'_>, later: &mut Later) -> anyhow::Result<()> {
    let key = status_key(scene.round.id);
    if let Some(known) = scene.effect(&key).filter(|e| e.status == EffectStatus::Done) {
        // M52: at most one edit in ten seconds; what changed meanwhile comes with the next.
        let next = known.updated_at.plus(svc.policy.status_spacing);
        let text = render::status_comment(&view::status(svc, scene, known.id));
        let hash = crate::domain::sha256::Sha256Hex::of(svc.secrets.redact(&text).as_ref()).to_string();
        if known.body_sha256.as_deref() == Some(hash.as_str()) {
            return Ok(());
        }
        if svc.now() < next {
            later.at(next);
            return Ok(());
        }
    }
    match say(svc, thread, &key, |effect| render::status_comment(&view::status(svc, scene, effect))).await? {
        Said::Later(at) => later.at(at),
        Said::Stands { .. } | Said::Refused | Said::Full => {}
    }
    Ok(())
}

async fn candidate(
    svc: &Services,
    scene: &Scene,
    thread: &Thread<'_>,
    run: &Run,
    later: &mut Later,
) -> anyhow::Result<()> {
    let key = candidate_key(run.id);
    let Some(hash) = run.result.patch_sha256.clone() else { return Ok(()) };
    let known = scene.effect(&key).is_some_and(|e| e.status == EffectStatus::Done);
    if !known {
        let text = |effect| render::candidate_comment(&view::candidate(svc, scene, run, hash, effect));
        match say(svc, thread, &key, text).await? {
            Said::Later(at) => {
                later.at(at);
                return Ok(());
            }
            Said::Refused | Said::Full => return Ok(()),
            Said::Stands { .. } => crash::point("candidate_posted"),
        }
    }
    watch(svc, scene, thread, run).await
}

/// The bot puts the first reaction there as the button, and from then on the comment's reactions are looked at.
async fn watch(svc: &Services, scene: &Scene, thread: &Thread<'_>, run: &Run) -> anyhow::Result<()> {
    let mut conn = svc.store.read().await?;
    if watches::get(&mut conn, run.id).await?.is_some() {
        return Ok(());
    }
    let effect = effects::by_key(&mut conn, &candidate_key(run.id)).await?;
    drop(conn);
    let Some(comment) = effect.and_then(|e| e.external_id).map(CommentId) else { return Ok(()) };
    match thread.client.react_to_comment(comment, scene.round.terms.pick_reaction).await {
        Ok(()) => {}
        Err(error) if error.is_gone() || matches!(error, GithubError::Locked) => {}
        Err(error) => return Err(error.into()),
    }
    let now = svc.now();
    let first = now.plus(svc.policy.poll_floor);
    let watch = Watch {
        run_id: run.id,
        round_id: scene.round.id,
        comment_id: comment,
        pending: Vec::new(),
        thumbs: Tally::default(),
        created_at: now,
    };
    let mut tx = svc.store.begin().await?;
    watches::insert(&mut tx, &watch).await?;
    svc.enqueue_at(&mut tx, Job::WatchRound { round_id: scene.round.id }, first, scene.repo.installation_id, None)
        .await?;
    Ok(tx.commit().await?)
}

/// Comments of older rounds are folded away, once.
async fn minimise(svc: &Services, scene: &Scene, client: &RepoClient) -> anyhow::Result<()> {
    if scene.round.status == RoundStatus::Running {
        return Ok(());
    }
    let keys = scene.runs.iter().map(|run| candidate_key(run.id)).chain([status_key(scene.round.id)]);
    for key in keys {
        let Some(comment) = scene.effect(&key).filter(|e| e.status == EffectStatus::Done) else { continue };
        let Some(node) = comment.node_id.clone() else { continue };
        let done = super::effects::intend(svc, Some(scene.task.id), &format!("minimise:{key}")).await?;
        if done.status != EffectStatus::Intended {
            continue;
        }
        let outcome = client.minimize_comment(&node).await;
        let mut tx = svc.store.begin().await?;
        match outcome {
            Ok(()) => effects::done(&mut tx, done.id, &effects::EffectResult::default(), svc.now()).await?,
            Err(error) if error.retry_at(svc.now()).is_none() => effects::failed(&mut tx, done.id, svc.now()).await?,
            Err(error) => return Err(error.into()),
        };
        tx.commit().await?;
    }
    Ok(())
}
