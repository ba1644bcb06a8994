//! Tasks made over REST, their conversation, and the lists below a task.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::adapters::store::page::Page;
use crate::adapters::store::{Conn, StoreError, charges, messages, pulls, run_logs, runs, tasks};
use crate::domain::ids::{MessageId, RepoId, TaskId};
use crate::domain::message::{Message, Role};
use crate::domain::pull::Pull;
use crate::domain::repo::RepoName;
use crate::domain::run::{LogLine, Run};
use crate::domain::task::Task;
use crate::engine::evidence::{Facts, facts};
use crate::service::rest::new_tasks::NewTasks;
use crate::service::{Services, audit, round_state};

fn new(svc: &Services, repo: RepoId, title: Option<String>) -> Task {
    let now = svc.now();
    Task { id: TaskId::new(), repo_id: repo, title, issue: None, round: 0, created_at: now, updated_at: now }
}

/// Makes a task without an issue.
pub async fn create(svc: &Services, repo: RepoId, title: Option<String>, actor: &str) -> Result<Task, StoreError> {
    let mut tx = svc.store.begin().await?;
    let task = create_within(svc, &mut tx, repo, title, actor).await?;
    tx.commit().await?;
    Ok(task)
}

/// The same in the caller's transaction.
pub async fn create_within(
    svc: &Services,
    conn: &mut Conn,
    repo: RepoId,
    title: Option<String>,
    actor: &str,
) -> Result<Task, StoreError> {
    let task = new(svc, repo, title);
    tasks::insert(conn, &task).await?;
    let details = serde_json::json!({ "repo": repo.to_string() });
    audit::note(conn, actor, "task.create", &format!("task:{}", task.id), details, task.created_at).await?;
    Ok(task)
}

/// The same in one commit with others that come at once.
pub async fn create_among(
    svc: &Services,
    writer: &NewTasks,
    repo: RepoId,
    title: Option<String>,
    actor: String,
) -> anyhow::Result<Task> {
    let task = new(svc, repo, title);
    writer.add(task.clone(), actor).await?;
    Ok(task)
}

/// Of which repositories tasks are listed.
#[derive(Debug, Clone, Copy)]
pub enum Among<'a> {
    /// All.
    All,
    /// One.
    Repo(RepoId),
    /// Those of these names.
    Named(&'a [RepoName]),
}

/// Tasks by last change.
pub async fn list(svc: &Services, among: Among<'_>, page: &Page) -> Result<Vec<Task>, StoreError> {
    let mut conn = svc.store.read().await?;
    match among {
        Among::All => tasks::list(&mut conn, None, page).await,
        Among::Repo(repo) => tasks::list(&mut conn, Some(repo), page).await,
        Among::Named(names) => tasks::list_named(&mut conn, names, page).await,
    }
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
    /// What its round's evidence says of it, once it ended.
    pub evidence: Option<Facts>,
}

/// Each run with its log and evidence, in their order.
pub async fn with_papers(svc: &Services, all: Vec<Run>) -> Result<Vec<(Run, Papers)>, StoreError> {
    let mut conn = svc.store.read().await?;
    let mut rounds = HashMap::new();
    let mut found = Vec::new();
    for run in all {
        let (candidates, calls) = match rounds.entry(run.round_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let runs = round_state::candidates(runs::list_round(&mut conn, run.round_id).await?);
                place.insert((runs, charges::calls_of_round(&mut conn, run.round_id).await?))
            }
        };
        let evidence = run.status.is_terminal().then(|| facts(&run, candidates, calls));
        let logs = run_logs::list(&mut conn, run.id, 1, i64::MAX).await?;
        found.push((run, Papers { logs, evidence }));
    }
    Ok(found)
}
