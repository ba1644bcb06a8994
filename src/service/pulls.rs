//! Keeps pull requests true: closed, merged and reopened by people on GitHub.

use crate::adapters::store::{pulls, rounds, runs, tasks};
use crate::domain::job::Job;
use crate::domain::pull::{Pull, PullStatus};
use crate::domain::repo::Repo;
use crate::domain::round::RoundStatus;

use super::{Services, audit, round_state};

/// Brings a pull request's row to what GitHub says; nothing for one that is not ours.
pub async fn changed(svc: &Services, repo: &Repo, number: i64, status: PullStatus) -> anyhow::Result<()> {
    let now = svc.now();
    let mut tx = svc.store.begin().await?;
    let Some(pull) = pulls::by_number(&mut tx, repo.id, number).await? else { return Ok(()) };
    if pull.status == status || !pulls::set_status(&mut tx, pull.id, pull.status, status, now).await? {
        return Ok(());
    }
    tasks::touch(&mut tx, pull.task_id, now).await?;
    let details = serde_json::json!({ "number": number, "status": status.as_str() });
    audit::note(&mut tx, "github", "pull.change", &format!("task:{}", pull.task_id), details, now).await?;
    move_round(svc, &mut tx, &pull, status).await?;
    Ok(tx.commit().await?)
}

async fn move_round(
    svc: &Services,
    tx: &mut crate::adapters::store::Tx,
    pull: &Pull,
    status: PullStatus,
) -> anyhow::Result<()> {
    let now = svc.now();
    let Some(run) = runs::get(tx, pull.run_id).await? else { return Ok(()) };
    let Some(round) = rounds::get(tx, run.round_id).await? else { return Ok(()) };
    match status {
        PullStatus::Merged => drop(round_state::advance(tx, &round, RoundStatus::Merged, now).await?),
        PullStatus::Open => drop(round_state::advance(tx, &round, RoundStatus::Picked, now).await?),
        PullStatus::Closed if round.status == RoundStatus::Picked => {
            round_state::advance(tx, &round, RoundStatus::Choosing, now).await?;
            rounds::set_expires(tx, round.id, Some(now.plus(svc.policy.choice_ttl)), now).await?;
            svc.enqueue(tx, Job::WatchRound { round_id: round.id }).await?;
        }
        PullStatus::Closed => {}
    }
    svc.enqueue(tx, Job::Publish { round_id: round.id }).await
}
