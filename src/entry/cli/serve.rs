//! `bakeoff serve` and `bakeoff worker`: run until told to stop (M56).

use std::time::Duration;

use anyhow::bail;
use tokio_util::sync::CancellationToken;

use crate::app::{self, Start};

use super::output::Usage;
use super::process::{Process, Signals};

/// What the listener may need beyond the grace of the work under way.
const LAST_MOMENTS: Duration = Duration::from_secs(2);

/// Listens, and works unless told not to.
pub async fn serve(process: &Process, workers: bool, migrate: bool) -> anyhow::Result<()> {
    let mut signals = Signals::new()?;
    let settings = process.settings()?;
    let longest = settings.pace.stop_grace + LAST_MOMENTS;
    let started = app::start(settings, process.secrets.clone(), Start { workers, migrate });
    let mut running = tokio::select! {
        started = started => started?,
        () = signals.wait() => return Ok(()),
    };
    tokio::select! {
        () = signals.wait() => {}
        () = running.failed() => bail!("the listener failed"),
    }
    tracing::info!("stopping");
    if tokio::time::timeout(longest, running.stop()).await.is_err() {
        tracing::warn!("not everything ended in time; the queue takes it up again");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Works without listening.
pub async fn worker(process: &Process, migrate: bool) -> anyhow::Result<()> {
    let mut signals = Signals::new()?;
    let settings = process.settings()?;
    if !settings.is_postgres() {
        let sentence =
            "worker needs a Postgres database (BAKEOFF_DATABASE_URL): on SQLite `bakeoff serve` does the work";
        return Err(Usage(sentence.into()).into());
    }
    let longest = settings.pace.stop_grace + LAST_MOMENTS;
    let parts = app::open(settings, process.secrets.clone(), migrate).await?;
    let stop = CancellationToken::new();
    let mut work = std::pin::pin!(app::work(parts, stop.clone()));
    tracing::info!("working");
    tokio::select! {
        ended = &mut work => {
            ended?;
            bail!("the workers ended by themselves");
        }
        () = signals.wait() => stop.cancel(),
    }
    if let Ok(ended) = tokio::time::timeout(longest, work).await {
        ended?;
    } else {
        tracing::warn!("not everything ended in time; the queue takes it up again");
    }
    tracing::info!("stopped");
    Ok(())
}
