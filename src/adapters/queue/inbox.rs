//! Taking webhook deliveries in: durable before they are answered, each once (M05, F001–F003).
//!
//! One task writes. It takes whatever queued up while its last commit was on its way to the disk, so
//! that under load one sync serves hundreds of deliveries and an idle inbox waits for nothing.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::inbox_rows;
use crate::adapters::store::{Store, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::crash;
use crate::domain::ids::InstallationId;

/// A delivery as it came in, its signature proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// The App it came to.
    pub app_id: i64,
    /// The `X-GitHub-Delivery` header.
    pub guid: String,
    /// The `X-GitHub-Event` header.
    pub event: String,
    /// The payload's `action`.
    pub action: Option<String>,
    /// The raw JSON.
    pub payload: String,
    /// When it came; its job may run from then on.
    pub received_at: Timestamp,
    /// Whose share of the workers it takes.
    pub installation_id: Option<InstallationId>,
    /// Its event is too long ago to be acted on: stored, not run.
    pub too_old: bool,
}

/// What became of a delivery. All of it is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// Stored with its job.
    Queued,
    /// Known already; nothing was written.
    Duplicate,
    /// Stored without a job.
    TooOld,
}

/// Why a delivery was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InboxError {
    /// The database cannot take it now, or too many wait: answer 503, GitHub's record of it is asked
    /// for again later.
    #[error("deliveries cannot be stored now")]
    Unavailable,
}

/// The inbox's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxSettings {
    /// Deliveries that may wait for the writer; one more is refused.
    pub waiting: usize,
    /// Deliveries in one transaction.
    pub batch: usize,
    /// Bytes of payload in one transaction.
    pub batch_bytes: usize,
    /// How long one delivery may take, well below GitHub's ten seconds.
    pub deadline: Duration,
}

impl Default for InboxSettings {
    fn default() -> Self {
        Self { waiting: 4096, batch: 512, batch_bytes: 4 * 1024 * 1024, deadline: Duration::from_millis(6_500) }
    }
}

type Answer = Result<Accepted, InboxError>;

struct Entry {
    delivery: NewDelivery,
    answer: oneshot::Sender<Answer>,
}

/// The way in; cheap to clone.
#[derive(Debug, Clone)]
pub struct Inbox {
    entries: mpsc::Sender<Entry>,
    deadline: Duration,
}

impl Inbox {
    /// Starts the writing task, which ends with the last clone of the inbox. Needs a tokio runtime.
    pub fn start(store: Store, settings: InboxSettings) -> Self {
        let (entries, waiting) = mpsc::channel(settings.waiting.max(1));
        let deadline = settings.deadline;
        tokio::spawn(Writer { store, settings, waiting }.run());
        Self { entries, deadline }
    }

    /// Stores a delivery and its job; when this returns they are on the disk.
    pub async fn accept(&self, delivery: NewDelivery) -> Result<Accepted, InboxError> {
        let (answer, answered) = oneshot::channel();
        self.entries.try_send(Entry { delivery, answer }).map_err(|_| InboxError::Unavailable)?;
        match tokio::time::timeout(self.deadline, answered).await {
            Ok(Ok(answer)) => answer,
            // Perhaps written later all the same: then a redelivery is a duplicate.
            _ => Err(InboxError::Unavailable),
        }
    }
}

struct Writer {
    store: Store,
    settings: InboxSettings,
    waiting: mpsc::Receiver<Entry>,
}

impl Writer {
    async fn run(mut self) {
        while let Some(first) = self.waiting.recv().await {
            let mut batch = self.gather(first);
            // Nobody waits for these any more; GitHub was told 503.
            batch.retain(|entry| !entry.answer.is_closed());
            self.write(batch).await;
        }
    }

    fn gather(&mut self, first: Entry) -> Vec<Entry> {
        let mut bytes = first.delivery.payload.len();
        let mut batch = vec![first];
        while batch.len() < self.settings.batch && bytes < self.settings.batch_bytes {
            let Ok(next) = self.waiting.try_recv() else { break };
            bytes += next.delivery.payload.len();
            batch.push(next);
        }
        batch
    }

    async fn write(&self, batch: Vec<Entry>) {
        let deliveries: Vec<&NewDelivery> = batch.iter().map(|entry| &entry.delivery).collect();
        match self.commit(&deliveries).await {
            Ok(accepted) => {
                for (entry, accepted) in batch.into_iter().zip(accepted) {
                    tell(entry, Ok(accepted));
                }
            }
            Err(error) if error.is_temporary() || batch.len() == 1 => {
                tracing::warn!(%error, deliveries = batch.len(), "deliveries cannot be stored");
                for entry in batch {
                    tell(entry, Err(InboxError::Unavailable));
                }
            }
            // One of them cannot be written at all; the others shall not suffer.
            Err(_) => {
                for entry in batch {
                    Box::pin(self.write(vec![entry])).await;
                }
            }
        }
    }

    async fn commit(&self, deliveries: &[&NewDelivery]) -> Result<Vec<Accepted>, StoreError> {
        if deliveries.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.store.begin().await?;
        let accepted = inbox_rows::store(&mut tx, deliveries).await?;
        if accepted.contains(&Accepted::Queued) {
            tx.wake_queue();
        }
        crash::point("inbox.before_commit");
        tx.commit().await?;
        crash::point("inbox.after_commit");
        Ok(accepted)
    }
}

fn tell(entry: Entry, answer: Answer) {
    // Whoever does not wait any more was told 503 already.
    entry.answer.send(answer).ok();
}
