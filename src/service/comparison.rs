//! What a person compares: a task's round with its candidates, and the list of tasks to start from.

use std::time::Duration;

use anyhow::Context as _;

use crate::adapters::store::page::Page;
use crate::adapters::store::{Conn, models, picks, pulls, repos, rounds, runs, tasks};
use crate::domain::ids::{RepoId, RunId, TaskId};
use crate::domain::model::ModelProfile;
use crate::domain::pick::Pick;
use crate::domain::pull::Pull;
use crate::domain::repo::{CommitSha, Repo};
use crate::domain::round::Round;
use crate::domain::run::Run;
use crate::domain::task::Task;

use super::{Services, repos as repo_service, round_state};

/// How long a page waits for a commit that is not on this machine any more.
const BASE_WAIT: Duration = Duration::from_secs(10);
/// A larger file is not shown whole, in bytes.
const MAX_BASE_BYTES: u64 = 1024 * 1024;

/// A round with everything around it.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The repository.
    pub repo: Repo,
    /// The task.
    pub task: Task,
    /// The round looked at; `None` while the task has none.
    pub round: Option<Round>,
    /// Its candidates, by letter.
    pub runs: Vec<Run>,
    /// The task's picks, oldest first.
    pub picks: Vec<Pick>,
    /// The task's pull requests.
    pub pulls: Vec<Pull>,
}

/// A task's round by number, or its newest; `None` when there is no such task or round.
pub async fn compare(svc: &Services, id: TaskId, number: Option<i64>) -> anyhow::Result<Option<Comparison>> {
    let mut conn = svc.store.read().await?;
    let Some(task) = tasks::get(&mut conn, id).await? else { return Ok(None) };
    let Some(repo) = repos::by_id(&mut conn, task.repo_id).await? else { return Ok(None) };
    let round = match number {
        Some(number) => match rounds::by_number(&mut conn, id, number).await? {
            Some(round) => Some(round),
            None => return Ok(None),
        },
        None => rounds::newest(&mut conn, id).await?,
    };
    let runs = match &round {
        Some(round) => round_state::candidates(runs::list_round(&mut conn, round.id).await?),
        None => Vec::new(),
    };
    let picks = picks::list(&mut conn, id).await?;
    let pulls = pulls::list(&mut conn, id).await?;
    Ok(Some(Comparison { repo, task, round, runs, picks, pulls }))
}

/// The round of a run, with everything around it.
pub async fn of_run(svc: &Services, id: RunId) -> anyhow::Result<Option<Comparison>> {
    let run = runs::get(&mut *svc.store.read().await?, id).await?;
    match run {
        Some(run) => compare(svc, run.task_id, Some(run.round)).await,
        None => Ok(None),
    }
}

/// The text of a file as it is in `commit`; `None` when there is no such file, or no text in it.
pub async fn before(svc: &Services, repo: &Repo, commit: &CommitSha, path: &str) -> anyhow::Result<Option<String>> {
    let read = async {
        let remote = repo_service::remote(svc, repo).await?;
        let mirror = svc.mirrors.fetch(&repo.mirror(), &remote, commit).await?;
        let tree = mirror.tree(commit).await?;
        let path = path.to_owned();
        anyhow::Ok(mirror.run(move || tree.read(&path, MAX_BASE_BYTES)).await?)
    };
    let bytes = tokio::time::timeout(BASE_WAIT, read).await.context("the repository did not answer in time")??;
    Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
}

/// A line of the list of tasks.
#[derive(Debug, Clone)]
pub struct TaskLine {
    /// The task.
    pub task: Task,
    /// Its repository.
    pub repo: Option<Repo>,
    /// Its newest round.
    pub round: Option<Round>,
}

/// What the home page shows.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The tasks that changed last, newest first.
    pub lines: Vec<TaskLine>,
    /// The repositories, the newest first.
    pub repos: Vec<Repo>,
    /// The models that can be asked, in the order of their making.
    pub models: Vec<ModelProfile>,
}

/// What somebody may see of it.
#[derive(Debug, Clone)]
pub struct Only {
    /// The repositories they see.
    pub repos: Vec<Repo>,
    /// Whether there is nothing they may not see.
    pub all: bool,
}

/// The newest repositories.
pub async fn repositories(svc: &Services, limit: i64) -> anyhow::Result<Vec<Repo>> {
    Ok(repos::list(&mut *svc.store.read().await?, &Page::first(limit)).await?)
}

/// Tasks, repositories and models that somebody may see, at most `limit` tasks.
pub async fn overview(svc: &Services, only: Only, limit: i64) -> anyhow::Result<Overview> {
    let mut conn = svc.store.read().await?;
    let models = models::list(&mut conn).await?;
    Ok(Overview { lines: recent(&mut conn, &only, limit).await?, repos: only.repos, models })
}

async fn recent(conn: &mut Conn, only: &Only, limit: i64) -> anyhow::Result<Vec<TaskLine>> {
    let page = Page::first(limit);
    let found = if only.all {
        tasks::list(conn, None, &page).await?
    } else {
        let ids: Vec<RepoId> = only.repos.iter().map(|repo| repo.id).collect();
        tasks::list_of(conn, &ids, &page).await?
    };
    let mut lines = Vec::new();
    for task in found {
        let repo = repos::by_id(conn, task.repo_id).await?;
        let round = rounds::newest(conn, task.id).await?;
        lines.push(TaskLine { task, repo, round });
    }
    Ok(lines)
}
