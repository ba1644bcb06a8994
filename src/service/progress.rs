//! How a round gets on: for each candidate its steps, its spending and the last words of its log.

use crate::adapters::store::{Conn, StoreError, charges, messages, run_logs};
use crate::domain::ids::{RunId, TaskId};
use crate::domain::message::Message;
use crate::domain::run::{LogLine, Run};

use super::Services;
use super::comparison::{Comparison, compare};

/// A round at work.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The round with everything around it.
    pub found: Comparison,
    /// For each of its runs, in the same order.
    pub steps: Vec<Steps>,
}

/// How far a run has come.
#[derive(Debug, Clone, Default)]
pub struct Steps {
    /// Calls of its model.
    pub calls: i64,
    /// The last line of its log.
    pub last: Option<String>,
}

/// The progress of a task's newest round; `None` when there is no such task.
pub async fn progress(svc: &Services, task: TaskId) -> anyhow::Result<Option<Progress>> {
    let Some(found) = compare(svc, task, None).await? else { return Ok(None) };
    let mut conn = svc.store.read().await?;
    let mut steps = Vec::new();
    for run in &found.runs {
        steps.push(steps_of(&mut conn, run).await?);
    }
    Ok(Some(Progress { found, steps }))
}

/// How far one run has come.
pub async fn of(svc: &Services, run: &Run) -> anyhow::Result<Steps> {
    Ok(steps_of(&mut *svc.store.read().await?, run).await?)
}

async fn steps_of(conn: &mut Conn, run: &Run) -> Result<Steps, StoreError> {
    let calls = charges::turns(conn, run.id).await?;
    let last = run_logs::last(conn, run.id).await?.map(|line| line.content);
    Ok(Steps { calls, last })
}

/// The lines of a run's log from `first` on, at most `limit`.
pub async fn log(svc: &Services, run: RunId, first: i64, limit: i64) -> anyhow::Result<Vec<LogLine>> {
    Ok(run_logs::list(&mut *svc.store.read().await?, run, first, limit).await?)
}

/// A task's conversation, oldest first.
pub async fn conversation(svc: &Services, task: TaskId) -> anyhow::Result<Vec<Message>> {
    Ok(messages::list(&mut *svc.store.read().await?, task).await?)
}
