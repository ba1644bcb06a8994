//! Tasks made over REST, their conversation, and the lists below a task.

use crate::adapters::store::page::Page;
use crate::adapters::store::{StoreError, messages, pulls, repos, run_logs, runs, tasks};
use crate::domain::ids::{MessageId, RepoId, RunId, TaskId};
use crate::domain::message::{Message, Role};
use crate::domain::pull::Pull;
use crate::domain::repo::Repo;
use crate::domain::run::{LogLine, Run};
use crate::domain::task::Task;
use crate::service::{Services, audit};

/// Makes a task without an issue.
pub async fn create(svc: &Services, repo: RepoId, title: Option<String>, actor: &str) -> Result<Task, StoreError> {
    let now = svc.now();
    let task =
        Task { id: TaskId::new(), repo_id: repo, title, issue: None, round: 0, created_at: now, updated_at: now };
    let mut tx = svc.store.begin().await?;
    tasks::insert(&mut tx, &task).await?;
    let details = serde_json::json!({ "repo": repo.to_string() });
    audit::note(&mut tx, actor, "task.create", &format!("task:{}", task.id), details, now).await?;
    tx.commit().await?;
    Ok(task)
}

/// Tasks by last change with their repositories, of one repository or of all.
pub async fn list(svc: &Services, repo: Option<RepoId>, page: &Page) -> Result<Vec<(Task, Option<Repo>)>, StoreError> {
    let mut conn = svc.store.read().await?;
    let mut known = std::collections::HashMap::new();
    let mut rows = Vec::new();
    for task in tasks::list(&mut conn, repo, page).await? {
        if let std::collections::hash_map::Entry::Vacant(free) = known.entry(task.repo_id) {
            free.insert(repos::by_id(&mut conn, task.repo_id).await?);
        }
        let repo = known.get(&task.repo_id).cloned().flatten();
        rows.push((task, repo));
    }
    Ok(rows)
}

/// Adds to a task's conversation.
pub async fn say(svc: &Services, task: TaskId, role: Role, content: String) -> Result<Message, StoreError> {
    let now = svc.now();
    let message = Message { id: MessageId::new(), task_id: task, role, content, created_at: now };
    let mut tx = svc.store.begin().await?;
    messages::insert(&mut tx, &message).await?;
    tasks::touch(&mut tx, task, now).await?;
    tx.commit().await?;
    Ok(message)
}

/// A task's conversation, oldest first.
pub async fn messages(svc: &Services, task: TaskId) -> Result<Vec<Message>, StoreError> {
    messages::list(&mut *svc.store.read().await?, task).await
}

/// A task's runs, newest first.
pub async fn runs(svc: &Services, task: TaskId) -> Result<Vec<Run>, StoreError> {
    runs::list_task(&mut *svc.store.read().await?, task).await
}

/// A task's pull requests, newest first.
pub async fn pulls(svc: &Services, task: TaskId) -> Result<Vec<Pull>, StoreError> {
    pulls::list(&mut *svc.store.read().await?, task).await
}

/// What a run wrote down and found out beside its patch.
#[derive(Debug, Clone, Default)]
pub struct Papers {
    /// Its log.
    pub logs: Vec<LogLine>,
    /// Evidence of its patch, if there is any yet.
    pub evidence: Option<serde_json::Value>,
}

/// The log and the evidence of a run.
pub async fn papers(svc: &Services, run: RunId) -> Result<Papers, StoreError> {
    let mut conn = svc.store.read().await?;
    let logs = run_logs::list(&mut conn, run, 1, i64::MAX).await?;
    Ok(Papers { logs, evidence: runs::evidence(&mut conn, run).await? })
}
