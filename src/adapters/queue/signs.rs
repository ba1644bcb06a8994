//! Signs of life, one's own and the others'.

use tokio::time::Instant;

use super::lease;
use super::runner::Runner;
use crate::adapters::store::StoreError;

impl Runner {
    /// Shows that this worker lives, and learns what it lost or shall stop.
    pub(super) async fn beat(&mut self) -> Result<(), StoreError> {
        if self.holdings.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        lease::beat(&mut tx, self.store.backend(), &self.worker).await?;
        let rows = lease::own(&mut tx, &self.worker).await?;
        for unheld in self.holdings.compare(&rows) {
            lease::take_back(&mut tx, self.store.backend(), &unheld, self.shop.clock.now()).await?;
        }
        tx.commit().await
    }

    /// Learns what it shall stop; at once when that was asked for in this process.
    pub(super) async fn see_cancels(&mut self) -> Result<(), StoreError> {
        if !self.holdings.is_empty() {
            let rows = lease::own(&mut *self.store.read().await?, &self.worker).await?;
            self.holdings.compare(&rows);
        }
        Ok(())
    }

    /// Takes back the jobs of workers that show no sign of life.
    pub(super) async fn scan(&mut self) -> Result<(), StoreError> {
        let settings = &self.shop.settings;
        let rows = lease::others(&mut *self.store.read().await?, &self.worker).await?;
        let at = Instant::now().into_std();
        let lost = self.watch.look(&rows, at, settings.silence(), settings.scan() * 4);
        if lost.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        for row in lost {
            if lease::take_back(&mut tx, self.store.backend(), &row, self.shop.clock.now()).await? {
                tracing::warn!(job.id = %row.job_id, "a worker shows no sign of life, its job is taken back");
            }
        }
        tx.commit().await
    }
}
