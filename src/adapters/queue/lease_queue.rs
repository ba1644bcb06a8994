//! The queue in our own database, on SQLite and on Postgres.

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::adapter::{JobHandler, QueueAdapter};
use super::runner::Runner;
use super::settings::QueueSettings;
use super::work::Workshop;
use super::{enqueue, lease};
use crate::adapters::store::{Store, StoreError, Tx};
use crate::domain::clock::SharedClock;
use crate::domain::job::{Job, NewJob};

/// Jobs in the `jobs` table, held by leases.
#[derive(Debug)]
pub struct LeaseQueue {
    store: Store,
    clock: SharedClock,
    settings: QueueSettings,
}

impl LeaseQueue {
    /// A queue on this database.
    pub fn new(store: Store, clock: SharedClock, settings: QueueSettings) -> Self {
        Self { store, clock, settings }
    }

    /// Puts every running job back in line and counts a crash against it; gives their number. Only for
    /// who holds the lock file of an SQLite database, before [`QueueAdapter::run`].
    pub async fn take_back_all(&self) -> Result<u64, StoreError> {
        let mut tx = self.store.begin().await?;
        let taken = lease::take_back_all(&mut tx, self.clock.now()).await?;
        tx.wake_queue();
        tx.commit().await?;
        Ok(taken)
    }
}

impl QueueAdapter for LeaseQueue {
    fn enqueue<'a>(&'a self, tx: &'a mut Tx, job: NewJob) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            enqueue::add(tx, &[job], self.clock.now()).await?;
            tx.wake_queue();
            Ok(())
        })
    }

    fn cancel<'a>(&'a self, tx: &'a mut Tx, job: &'a Job) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let asked = enqueue::cancel(tx, &job.unique_key(), self.clock.now()).await?;
            tx.wake_queue();
            Ok(asked)
        })
    }

    fn run(self: Arc<Self>, handler: Arc<dyn JobHandler>, stop: CancellationToken) -> BoxFuture<'static, ()> {
        let workshop = Workshop { handler, clock: Arc::clone(&self.clock), settings: self.settings.clone() };
        Box::pin(Runner::new(self.store.clone(), workshop).run(stop))
    }
}
