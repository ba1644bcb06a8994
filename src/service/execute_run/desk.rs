//! The money and the log of one attempt. What a call may cost at most is booked before it, so that neither a crash
//! nor a parallel call can spend it twice (F033).

use std::sync::atomic::{AtomicI64, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::adapters::store::charges::{self, Booking};
use crate::adapters::store::{StoreError, Tx, run_logs, runs};
use crate::domain::ids::RunId;
use crate::domain::money::{Usage, UsdMicros};
use crate::engine::agent::{Call, Desk, DeskError};
use crate::service::Services;

/// A longer line of the log is cut, in characters: some hold words of the model.
const MAX_LINE: usize = 2_000;

/// One attempt's desk.
pub(super) struct RunDesk<'a> {
    svc: &'a Services,
    run: RunId,
    attempt: i64,
    budget: UsdMicros,
    /// The turn of the call that is under way; 0 for none.
    turn: AtomicI64,
}

impl<'a> RunDesk<'a> {
    pub(super) fn new(svc: &'a Services, run: RunId, attempt: i64, budget: UsdMicros) -> Self {
        Self { svc, run, attempt, budget, turn: AtomicI64::new(0) }
    }

    async fn left(&self) -> Result<UsdMicros, DeskError> {
        let mut conn = self.svc.store.read().await.map_err(unavailable)?;
        let run = runs::get(&mut conn, self.run).await.map_err(unavailable)?.ok_or(DeskError::Stopped)?;
        if run.status.is_terminal() || run.attempt != self.attempt {
            return Err(DeskError::Stopped);
        }
        Ok(self.budget.minus(run.result.cost))
    }

    async fn set_aside(&self, call: Call) -> Result<(), DeskError> {
        let (left, most) = (self.left().await?, call.most);
        if most > left {
            return Err(DeskError::OverBudget(format!("The budget leaves {left}, and this call may cost {most}.")));
        }
        let mut tx = self.svc.store.begin().await.map_err(unavailable)?;
        let Call { provider, model_name, input_tokens, .. } = &call;
        let booking = Booking { provider: *provider, model_name, input_tokens: *input_tokens, most };
        let booked = charges::book(&mut tx, self.run, self.attempt, &booking, self.svc.now()).await;
        let turn = booked.map_err(unavailable)?.ok_or(DeskError::Stopped)?;
        tx.commit().await.map_err(unavailable)?;
        self.turn.store(turn, Ordering::SeqCst);
        Ok(())
    }

    async fn write_down(&self, usage: Usage, cost: UsdMicros) -> Result<(), DeskError> {
        let turn = self.turn.swap(0, Ordering::SeqCst);
        let mut tx = self.svc.store.begin().await.map_err(unavailable)?;
        let settled = charges::settle(&mut tx, self.run, (self.attempt, turn), usage, cost).await;
        let mine = settled.map_err(unavailable)?;
        tx.commit().await.map_err(unavailable)?;
        if mine { Ok(()) } else { Err(DeskError::Stopped) }
    }

    async fn write(&self, line: String) {
        let written = async {
            let mut tx = self.svc.store.begin().await?;
            note(self.svc, &mut tx, self.run, &line).await?;
            tx.commit().await
        };
        if let Err(error) = written.await {
            tracing::warn!(run.id = %self.run, %error, "a line of the run's log could not be written");
        }
    }
}

/// Adds a line to a run's log within the caller's transaction: redacted, cut, told to whoever follows the run.
pub(in crate::service) async fn note(svc: &Services, tx: &mut Tx, run: RunId, line: &str) -> Result<(), StoreError> {
    let line: String = svc.secrets.redact(line).chars().take(MAX_LINE).collect();
    tracing::debug!(run.id = %run, "{line}");
    run_logs::append(tx, run, &line, svc.now()).await?;
    tx.run_changed(run);
    Ok(())
}

fn unavailable(error: StoreError) -> DeskError {
    tracing::warn!(%error, "the spending could not be written down");
    DeskError::Unavailable
}

impl Desk for RunDesk<'_> {
    fn reserve(&self, call: Call) -> BoxFuture<'_, Result<(), DeskError>> {
        self.set_aside(call).boxed()
    }

    fn available(&self) -> BoxFuture<'_, Result<UsdMicros, DeskError>> {
        self.left().boxed()
    }

    fn settle(&self, usage: Usage, cost: UsdMicros) -> BoxFuture<'_, Result<(), DeskError>> {
        self.write_down(usage, cost).boxed()
    }

    fn log(&self, line: String) -> BoxFuture<'_, ()> {
        self.write(line).boxed()
    }
}
