//! What a person compares: a task's round with its candidates, and the list of tasks to start from.

use crate::adapters::store::page::Page;
use crate::adapters::store::{picks, pulls, repos, rounds, runs, tasks};
use crate::domain::ids::TaskId;
use crate::domain::pick::Pick;
use crate::domain::pull::Pull;
use crate::domain::repo::Repo;
use crate::domain::round::Round;
use crate::domain::run::Run;
use crate::domain::task::Task;

use super::{Services, round_state};

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

/// The tasks that changed last, newest first.
pub async fn recent(svc: &Services, limit: i64) -> anyhow::Result<Vec<TaskLine>> {
    let mut conn = svc.store.read().await?;
    let mut lines = Vec::new();
    for task in tasks::list(&mut conn, None, &Page::first(limit)).await? {
        let repo = repos::by_id(&mut conn, task.repo_id).await?;
        let round = rounds::newest(&mut conn, task.id).await?;
        lines.push(TaskLine { task, repo, round });
    }
    Ok(lines)
}
