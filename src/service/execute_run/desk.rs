//! The money and the log of one attempt. What a call may cost at most is booked before it, so that neither a crash
//! nor a parallel call can spend it twice (F033).

use std::sync::atomic::{AtomicI64, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::adapters::store::{StoreError, run_logs, runs};
use crate::domain::ids::RunId;
use crate::domain::money::{Usage, UsdMicros};
use crate::engine::agent::{Desk, DeskError};
use crate::service::Services;

/// One attempt's desk.
pub(super) struct RunDesk<'a> {
    svc: &'a Services,
    run: RunId,
    attempt: i64,
    budget: UsdMicros,
    reserved: AtomicI64,
}

impl<'a> RunDesk<'a> {
    pub(super) fn new(svc: &'a Services, run: RunId, attempt: i64, budget: UsdMicros) -> Self {
        Self { svc, run, attempt, budget, reserved: AtomicI64::new(0) }
    }

    async fn left(&self) -> Result<UsdMicros, DeskError> {
        let mut conn = self.svc.store.read().await.map_err(unavailable)?;
        let run = runs::get(&mut conn, self.run).await.map_err(unavailable)?.ok_or(DeskError::Stopped)?;
        if run.status.is_terminal() || run.attempt != self.attempt {
            return Err(DeskError::Stopped);
        }
        Ok(self.budget.minus(run.result.cost))
    }

    async fn set_aside(&self, most: UsdMicros) -> Result<(), DeskError> {
        let left = self.left().await?;
        if most > left {
            return Err(DeskError::OverBudget(format!("The budget leaves {left}, and this call may cost {most}.")));
        }
        self.book(Usage::default(), most).await?;
        self.reserved.store(most.0, Ordering::SeqCst);
        Ok(())
    }

    async fn book(&self, usage: Usage, cost: UsdMicros) -> Result<(), DeskError> {
        let mut tx = self.svc.store.begin().await.map_err(unavailable)?;
        let mine = runs::charge(&mut tx, self.run, self.attempt, usage, cost).await.map_err(unavailable)?;
        tx.commit().await.map_err(unavailable)?;
        if mine { Ok(()) } else { Err(DeskError::Stopped) }
    }

    async fn write(&self, line: String) {
        let line = self.svc.secrets.redact(&line).into_owned();
        tracing::debug!(run.id = %self.run, "{line}");
        let written = async {
            let mut tx = self.svc.store.begin().await?;
            run_logs::append(&mut tx, self.run, &line, self.svc.now()).await?;
            tx.commit().await
        };
        if let Err(error) = written.await {
            tracing::warn!(run.id = %self.run, %error, "a line of the run's log could not be written");
        }
    }
}

fn unavailable(error: StoreError) -> DeskError {
    tracing::warn!(%error, "the spending could not be written down");
    DeskError::Unavailable
}

impl Desk for RunDesk<'_> {
    fn reserve(&self, most: UsdMicros) -> BoxFuture<'_, Result<(), DeskError>> {
        self.set_aside(most).boxed()
    }

    fn available(&self) -> BoxFuture<'_, Result<UsdMicros, DeskError>> {
        self.left().boxed()
    }

    fn settle(&self, usage: Usage, cost: UsdMicros) -> BoxFuture<'_, Result<(), DeskError>> {
        let booked = self.reserved.swap(0, Ordering::SeqCst);
        self.book(usage, UsdMicros(cost.0 - booked)).boxed()
    }

    fn log(&self, line: String) -> BoxFuture<'_, ()> {
        self.write(line).boxed()
    }
}
