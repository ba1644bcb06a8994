//! Labels and reviewers of a pull request that is open already: each is an effect of its own, and what GitHub refuses
//! becomes a note in the status comment, never a failed pick.

use crate::adapters::github::{GithubError, RepoClient};
use crate::adapters::store::{Tx, effects, picks, repos, runs, tasks};
use crate::domain::effect::{Effect, EffectStatus};
use crate::domain::ids::{PickId, RoundId};
use crate::domain::job::Job;
use crate::domain::pick::Pick;
use crate::engine::repofile::RepoFile;

use super::Services;
use super::jobs::{Flow, Try};

/// What can be put on a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ornament {
    /// A label.
    Label,
    /// A person asked for a review.
    Reviewer,
    /// A team asked for a review.
    Team,
}

impl Ornament {
    const ALL: [Self; 3] = [Self::Label, Self::Reviewer, Self::Team];

    fn key(self, pick: PickId, name: &str) -> String {
        let word = match self {
            Self::Label => "label",
            Self::Reviewer => "reviewer",
            Self::Team => "team",
        };
        format!("{word}:{pick}:{name}")
    }

    /// The names of this kind among a pick's effects that stand at `status`.
    pub fn names(self, effects: &[Effect], pick: PickId, status: EffectStatus) -> Vec<String> {
        let prefix = self.key(pick, "");
        let of_kind = effects.iter().filter(|effect| effect.status == status);
        of_kind.filter_map(|effect| effect.key.strip_prefix(&prefix).map(str::to_owned)).collect()
    }
}

/// Writes down what the file wants on the pull request of a pick, in the transaction that records it.
pub async fn intend(svc: &Services, tx: &mut Tx, pick: &Pick, file: &RepoFile) -> anyhow::Result<()> {
    let wanted = [
        (Ornament::Label, &file.labels),
        (Ornament::Reviewer, &file.reviewers),
        (Ornament::Team, &file.team_reviewers),
    ];
    if wanted.iter().all(|(_, names)| names.is_empty()) {
        return Ok(());
    }
    for (kind, names) in wanted {
        for name in names {
            effects::intend(tx, Some(pick.task_id), &kind.key(pick.id, name), svc.now()).await?;
        }
    }
    svc.enqueue(tx, Job::DressPull { pick_id: pick.id }).await
}

/// A pull request with what is still to be put on it.
struct Scene {
    pick: Pick,
    round: RoundId,
    client: RepoClient,
    number: i64,
    effects: Vec<Effect>,
}

/// Puts on what is not there yet.
pub async fn dress_pull(svc: &Services, pick: PickId, attempt: Try) -> anyhow::Result<Flow> {
    let Some(scene) = load(svc, pick).await? else { return Ok(Flow::Done) };
    for kind in Ornament::ALL {
        let names = kind.names(&scene.effects, scene.pick.id, EffectStatus::Intended);
        if names.is_empty() {
            continue;
        }
        match put_on(&scene, kind, &names).await {
            Ok(()) => settle(svc, &scene, kind, &names, true).await?,
            // All or none: one that GitHub does not take keeps the others off.
            Err(error) if is_final(&error) => one_by_one(svc, &scene, kind, &names, attempt).await?,
            Err(error) if attempt.last && !error.is_limit() => settle(svc, &scene, kind, &names, false).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Flow::Done)
}

async fn load(svc: &Services, id: PickId) -> anyhow::Result<Option<Scene>> {
    let mut conn = svc.store.read().await?;
    let Some(pick) = picks::get(&mut conn, id).await? else { return Ok(None) };
    let Some(run) = runs::get(&mut conn, pick.run_id).await? else { return Ok(None) };
    let Some(task) = tasks::get(&mut conn, pick.task_id).await? else { return Ok(None) };
    let Some(repo) = repos::by_id(&mut conn, task.repo_id).await? else { return Ok(None) };
    let opened = effects::by_key(&mut conn, &format!("pull:{id}")).await?;
    let Some(number) = opened.and_then(|effect| effect.external_id) else { return Ok(None) };
    let effects = effects::list_for_task(&mut conn, task.id).await?;
    drop(conn);
    let client = svc.client(&repo)?;
    Ok(Some(Scene { pick, round: run.round_id, client, number, effects }))
}

async fn put_on(scene: &Scene, kind: Ornament, names: &[String]) -> Result<(), GithubError> {
    match kind {
        Ornament::Label => scene.client.add_labels(scene.number, names).await,
        Ornament::Reviewer => scene.client.request_reviewers(scene.number, names).await,
        Ornament::Team => {
            let slug = |name: &String| name.rsplit('/').next().unwrap_or_default().to_owned();
            scene.client.request_teams(scene.number, &names.iter().map(slug).collect::<Vec<_>>()).await
        }
    }
}

/// GitHub said no, and asking again changes nothing.
fn is_final(error: &GithubError) -> bool {
    error.retry_at(crate::domain::clock::Timestamp(0)).is_none()
}

async fn one_by_one(
    svc: &Services,
    scene: &Scene,
    kind: Ornament,
    names: &[String],
    attempt: Try,
) -> anyhow::Result<()> {
    for name in names {
        let name = std::slice::from_ref(name);
        match put_on(scene, kind, name).await {
            Ok(()) => settle(svc, scene, kind, name, true).await?,
            Err(error) if is_final(&error) || (attempt.last && !error.is_limit()) => {
                tracing::info!(pick.id = %scene.pick.id, pull.number = scene.number, reason = %error, "GitHub refused a label or reviewer");
                settle(svc, scene, kind, name, false).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

async fn settle(svc: &Services, scene: &Scene, kind: Ornament, names: &[String], done: bool) -> anyhow::Result<()> {
    let mut tx = svc.store.begin().await?;
    for name in names {
        let Some(effect) = effects::by_key(&mut tx, &kind.key(scene.pick.id, name)).await? else { continue };
        if done {
            effects::done(&mut tx, effect.id, &effects::EffectResult::default(), svc.now()).await?;
        } else {
            effects::failed(&mut tx, effect.id, svc.now()).await?;
        }
    }
    if !done {
        svc.enqueue(&mut tx, Job::Publish { round_id: scene.round }).await?;
    }
    Ok(tx.commit().await?)
}

/// Ends what could not be done: told as a note.
pub async fn abandon(svc: &Services, pick: PickId) -> anyhow::Result<()> {
    let Some(scene) = load(svc, pick).await? else { return Ok(()) };
    for kind in Ornament::ALL {
        let names = kind.names(&scene.effects, scene.pick.id, EffectStatus::Intended);
        if !names.is_empty() {
            settle(svc, &scene, kind, &names, false).await?;
        }
    }
    Ok(())
}
