//! Stops runs: at once in the tables, at the next heartbeat in the worker.

use crate::adapters::store::{Tx, rounds, runs};
use crate::domain::ids::{RoundId, RunId};
use crate::domain::job::Job;
use crate::domain::run::Run;

use super::{Services, audit, execute_run, round_state};

/// Cancels one run on a person's or token's word. `false` when it is over already.
pub async fn cancel_run(svc: &Services, run: RunId, actor: &str) -> anyhow::Result<bool> {
    let mut tx = svc.store.begin().await?;
    let Some(row) = runs::get(&mut tx, run).await? else { return Ok(false) };
    let stopped = stop(svc, &mut tx, &row).await?;
    if stopped {
        finish(svc, &mut tx, row.round_id, actor, 1).await?;
    }
    tx.commit().await?;
    Ok(stopped)
}

/// Cancels all runs of a round that are at work; answers how many.
pub async fn cancel_round(svc: &Services, round: RoundId, actor: &str) -> anyhow::Result<usize> {
    let mut tx = svc.store.begin().await?;
    let stopped = stop_all(svc, &mut tx, round).await?;
    if stopped > 0 {
        finish(svc, &mut tx, round, actor, stopped).await?;
    }
    tx.commit().await?;
    Ok(stopped)
}

/// Stops what is at work in a round, within the caller's transaction.
pub async fn stop_all(svc: &Services, tx: &mut Tx, round: RoundId) -> anyhow::Result<usize> {
    let mut stopped = 0;
    for run in runs::list_round(tx, round).await? {
        stopped += usize::from(stop(svc, tx, &run).await?);
    }
    Ok(stopped)
}

async fn stop(svc: &Services, tx: &mut Tx, run: &Run) -> anyhow::Result<bool> {
    if run.status.is_terminal() || !runs::cancel(tx, run.id, svc.now()).await? {
        return Ok(false);
    }
    execute_run::note(svc, tx, run.id, "canceled").await?;
    svc.queue.cancel(tx, &Job::ExecuteRun { run_id: run.id }).await?;
    Ok(true)
}

async fn finish(svc: &Services, tx: &mut Tx, round: RoundId, actor: &str, stopped: usize) -> anyhow::Result<()> {
    let now = svc.now();
    round_state::settle(tx, round, &svc.policy, now).await?;
    let details = serde_json::json!({ "runs": stopped });
    audit::note(tx, actor, "run.cancel", &format!("round:{round}"), details, now).await?;
    if rounds::get(tx, round).await?.is_some() {
        svc.enqueue(tx, Job::Publish { round_id: round }).await?;
    }
    Ok(())
}
