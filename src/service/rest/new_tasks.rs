//! Many tasks made at once share one commit: each is on the disk before its client hears of it, and the disk is waited
//! for once. One task writes and takes whatever queued up while its last commit was on its way.

use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use crate::adapters::store::audit::NewEntry;
use crate::adapters::store::{Store, StoreError, audit, tasks};
use crate::domain::task::Task;

/// Tasks in one transaction.
const BATCH: usize = 256;
/// Tasks that may wait for the writer; one more waits for its turn.
const WAITING: usize = 4096;

struct Entry {
    task: Task,
    actor: String,
    answer: oneshot::Sender<Result<(), StoreError>>,
}

/// The way in; cheap to clone.
#[derive(Debug, Clone)]
pub struct NewTasks(mpsc::Sender<Entry>);

impl NewTasks {
    /// Starts the writing task, which ends with the last clone. Needs a tokio runtime.
    pub fn start(store: Store) -> Self {
        let (entries, waiting) = mpsc::channel(WAITING);
        tokio::spawn(write(store, waiting));
        Self(entries)
    }

    /// Stores a task and notes who made it; when this returns both are on the disk.
    pub async fn add(&self, task: Task, actor: String) -> anyhow::Result<()> {
        let (answer, answered) = oneshot::channel();
        let sent = self.0.send(Entry { task, actor, answer }).await;
        sent.map_err(|_| anyhow::anyhow!("the writer of tasks has ended"))?;
        Ok(answered.await??)
    }
}

async fn write(store: Store, mut waiting: mpsc::Receiver<Entry>) {
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        match commit(&store, &batch).await {
            Ok(()) => batch.drain(..).for_each(|entry| tell(entry, Ok(()))),
            Err(error) if batch.len() == 1 => {
                if let Some(entry) = batch.pop() {
                    tell(entry, Err(error));
                }
            }
            // One of them cannot be written: the others shall not suffer.
            Err(_) => {
                for entry in batch.drain(..) {
                    let outcome = commit(&store, std::slice::from_ref(&entry)).await;
                    tell(entry, outcome);
                }
            }
        }
    }
}

/// Whoever does not wait any more finds the task in the list.
fn tell(entry: Entry, outcome: Result<(), StoreError>) {
    entry.answer.send(outcome).ok();
}

async fn commit(store: &Store, batch: &[Entry]) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    let rows: Vec<&Task> = batch.iter().map(|entry| &entry.task).collect();
    tasks::insert_many(&mut tx, &rows).await?;
    let subjects: Vec<String> = rows.iter().map(|task| format!("task:{}", task.id)).collect();
    let details: Vec<_> = rows.iter().map(|task| json!({ "repo": task.repo_id.to_string() })).collect();
    let notes: Vec<_> = (batch.iter().zip(&subjects).zip(&details))
        .map(|((entry, subject), details)| {
            (NewEntry { actor: &entry.actor, action: "task.create", subject, details }, entry.task.created_at)
        })
        .collect();
    audit::append_many(&mut tx, &notes).await?;
    tx.commit().await
}
