//! A queue under test: its database, a handler made of a closure, and a look at the rows.

use std::sync::Arc;
use std::time::Duration;

use bakeoff::adapters::queue::{JobContext, JobHandler, LeaseQueue, Outcome, QueueAdapter, QueueSettings};
use bakeoff::adapters::store::Store;
use bakeoff::domain::clock::{Clock, SystemClock, Timestamp};
use bakeoff::domain::ids::{InstallationId, RoundId, RunId};
use bakeoff::domain::job::{Job, NewJob};
use futures::future::BoxFuture;
use sqlx::Row;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::databases::TestDb;

/// Nothing in these tests takes longer, except when it hangs.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Short pauses, everything else as in production.
pub fn quick() -> QueueSettings {
    QueueSettings {
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(4),
        poll: Duration::from_millis(50),
        ..QueueSettings::default()
    }
}

/// What a job reported.
#[derive(Debug, Clone)]
pub enum Seen {
    Started(JobContext),
    GaveUp(JobContext, String),
}

impl Seen {
    pub fn started(self) -> JobContext {
        match self {
            Self::Started(context) => context,
            Self::GaveUp(context, reason) => panic!("{context:?} was given up: {reason}"),
        }
    }

    pub fn gave_up(self) -> String {
        match self {
            Self::GaveUp(_, reason) => reason,
            Self::Started(context) => panic!("{context:?} was started"),
        }
    }
}

type Script = dyn Fn(JobContext) -> BoxFuture<'static, Outcome> + Send + Sync;

struct Scripted {
    script: Box<Script>,
    seen: mpsc::UnboundedSender<Seen>,
}

impl JobHandler for Scripted {
    fn handle(&self, context: JobContext) -> BoxFuture<'_, Outcome> {
        self.seen.send(Seen::Started(context.clone())).ok();
        (self.script)(context)
    }

    fn give_up(&self, context: JobContext, reason: String) -> BoxFuture<'_, ()> {
        self.seen.send(Seen::GaveUp(context, reason)).ok();
        Box::pin(async {})
    }
}

/// One worker process, as far as a test needs it.
pub struct Worker {
    pub store: Store,
    pub queue: Arc<LeaseQueue>,
    pub seen: mpsc::UnboundedReceiver<Seen>,
    pub stop: CancellationToken,
    pub task: JoinHandle<()>,
    _stops: DropGuard,
}

impl Worker {
    /// Starts working on `database`, through connections of its own.
    pub async fn start<F>(database: &TestDb, settings: QueueSettings, script: F) -> Self
    where
        F: Fn(JobContext) -> BoxFuture<'static, Outcome> + Send + Sync + 'static,
    {
        let store = database.second().await;
        let queue = Arc::new(LeaseQueue::new(store.clone(), Arc::new(SystemClock), settings));
        let (sender, seen) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let handler = Arc::new(Scripted { script: Box::new(script), seen: sender });
        let task = tokio::spawn(Arc::clone(&queue).run(handler, stop.clone()));
        Self { store, queue, seen, _stops: stop.clone().drop_guard(), stop, task }
    }

    /// The next thing a job reports.
    pub async fn next(&mut self) -> Seen {
        tokio::time::timeout(PATIENCE, self.seen.recv()).await.expect("no job reported in time").expect("worker gone")
    }

    pub async fn add(&self, jobs: &[NewJob]) {
        let mut tx = self.store.begin().await.unwrap();
        for job in jobs {
            self.queue.enqueue(&mut tx, job.clone()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Asks to stop and waits for the end; gives what was reported and not read.
    pub async fn stopped(mut self) -> Vec<Seen> {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.task).await.expect("the queue does not stop").unwrap();
        let mut rest = Vec::new();
        while let Ok(seen) = self.seen.try_recv() {
            rest.push(seen);
        }
        rest
    }
}

pub fn done(_: JobContext) -> BoxFuture<'static, Outcome> {
    Box::pin(async { Outcome::Done })
}

pub fn now() -> Timestamp {
    SystemClock.now()
}

/// A quick job of nobody's, due now.
pub fn job() -> NewJob {
    let job = Job::HandleDelivery { app_id: 1, guid: uuid::Uuid::now_v7().to_string() };
    NewJob { job, run_at: now(), installation_id: None, model_id: None }
}

/// A quick job that is never given up.
pub fn standing() -> NewJob {
    NewJob { job: Job::Publish { round_id: RoundId::new() }, ..job() }
}

/// A quick job of an installation.
pub fn job_of(installation: i64) -> NewJob {
    NewJob { installation_id: Some(InstallationId(installation)), ..job() }
}

/// A long job.
pub fn run() -> NewJob {
    NewJob { job: Job::ExecuteRun { run_id: RunId::new() }, ..job() }
}

/// The rows of the jobs table as `status attempts crashes`, oldest first.
pub async fn rows(store: &Store) -> Vec<String> {
    let mut conn = store.read().await.unwrap();
    let rows =
        sqlx::query("SELECT status, attempts, crashes FROM jobs ORDER BY id").fetch_all(&mut *conn).await.unwrap();
    let line = |row: &sqlx::any::AnyRow| {
        format!("{} {} {}", row.get::<String, _>(0), row.get::<i64, _>(1), row.get::<i64, _>(2))
    };
    rows.iter().map(line).collect()
}

/// Waits until the rows are so.
pub async fn rows_become(store: &Store, expected: &[&str]) {
    let poll = async {
        loop {
            if rows(store).await == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    if tokio::time::timeout(PATIENCE, poll).await.is_err() {
        assert_eq!(rows(store).await, expected);
    }
}
