//! Things by id, each with the repository it belongs to: whoever asks may be limited to some repositories.

use crate::adapters::store::{StoreError, models, pulls, repos, runs, tasks};
use crate::domain::ids::{ModelId, PullId, RepoId, RunId, TaskId};
use crate::domain::model::ModelProfile;
use crate::domain::pull::Pull;
use crate::domain::repo::Repo;
use crate::domain::run::Run;
use crate::domain::task::Task;
use crate::service::Services;

/// A repository, gone ones too.
pub async fn repo(svc: &Services, id: RepoId) -> Result<Option<Repo>, StoreError> {
    repos::by_id(&mut *svc.store.read().await?, id).await
}

/// A task and its repository.
pub async fn task(svc: &Services, id: TaskId) -> Result<Option<(Task, Repo)>, StoreError> {
    let mut conn = svc.store.read().await?;
    let Some(task) = tasks::get(&mut conn, id).await? else { return Ok(None) };
    Ok(repos::by_id(&mut conn, task.repo_id).await?.map(|repo| (task, repo)))
}

/// A run and its repository.
pub async fn run(svc: &Services, id: RunId) -> Result<Option<(Run, Repo)>, StoreError> {
    let mut conn = svc.store.read().await?;
    let Some(run) = runs::get(&mut conn, id).await? else { return Ok(None) };
    let Some(task) = tasks::get(&mut conn, run.task_id).await? else { return Ok(None) };
    Ok(repos::by_id(&mut conn, task.repo_id).await?.map(|repo| (run, repo)))
}

/// A pull request.
pub async fn pull(svc: &Services, id: PullId) -> Result<Option<Pull>, StoreError> {
    pulls::get(&mut *svc.store.read().await?, id).await
}

/// A live model profile.
pub async fn model(svc: &Services, id: ModelId) -> Result<Option<ModelProfile>, StoreError> {
    let stored = models::get(&mut *svc.store.read().await?, id).await?;
    Ok(stored.filter(|model| model.deleted_at.is_none()).map(|model| model.profile))
}

/// The live model profiles, newest first.
pub async fn models(svc: &Services) -> Result<Vec<ModelProfile>, StoreError> {
    let mut all = models::list(&mut *svc.store.read().await?).await?;
    all.reverse();
    Ok(all)
}
