//! Keeps pull requests true: closed, merged, reopened and pushed to by people on GitHub.

use crate::adapters::store::pulls::PullInsert;
use crate::adapters::store::{Tx, picks, pulls, rounds, runs, tasks};
use crate::domain::job::Job;
use crate::domain::pull::{Pull, PullStatus};
use crate::domain::repo::{BranchName, CommitSha, Repo};
use crate::domain::round::RoundStatus;

use super::{Services, audit, cancel, round_state};

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
    move_own_rounds(svc, &mut tx, &pull, status).await?;
    Ok(tx.commit().await?)
}

/// A pull request that a person opened.
#[derive(Debug, Clone)]
pub struct ByHand {
    /// Its head branch.
    pub branch: BranchName,
    /// Its head commit.
    pub head: CommitSha,
    /// The page.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Its description.
    pub body: Option<String>,
}

/// Takes a pull request for ours that a person opened from a branch that we pushed for that; `false` when it is none,
/// or another of the task is open (I2).
pub async fn adopt(svc: &Services, repo: &Repo, number: i64, hand: ByHand) -> anyhow::Result<bool> {
    let now = svc.now();
    let mut tx = svc.store.begin().await?;
    let pick = picks::linked(&mut tx, repo.id, &hand.branch).await?;
    let Some(pick) = pick.filter(|pick| pick.commit.as_ref() == Some(&hand.head)) else { return Ok(false) };
    let row = Pull {
        id: pick.id.opens(),
        task_id: pick.task_id,
        run_id: pick.run_id,
        number,
        url: hand.url,
        branch: hand.branch,
        title: hand.title,
        body: hand.body,
        head: hand.head,
        status: PullStatus::Open,
        reverted_by: None,
        created_at: now,
        updated_at: now,
    };
    if pulls::insert(&mut tx, repo.id, &row).await? != PullInsert::Inserted {
        return Ok(false);
    }
    picks::opened_by_hand(&mut tx, pick.id, now).await?;
    tasks::touch(&mut tx, pick.task_id, now).await?;
    let details = serde_json::json!({ "number": number, "pick": pick.id.to_string() });
    audit::note(&mut tx, "github", "pull.adopt", &format!("task:{}", pick.task_id), details, now).await?;
    move_round(svc, &mut tx, &row, PullStatus::Open).await?;
    tx.commit().await?;
    Ok(true)
}

/// A merged pull request took another's merge back, or back again what that one took. Nothing for one that is not ours.
pub async fn reverted(svc: &Services, repo: &Repo, by: i64, taken_back: i64) -> anyhow::Result<()> {
    let now = svc.now();
    let mut tx = svc.store.begin().await?;
    let (pull, by) = match pulls::by_number(&mut tx, repo.id, taken_back).await? {
        Some(pull) => (pull, Some(by)),
        None => match pulls::taken_back_by(&mut tx, repo.id, taken_back).await? {
            Some(pull) => (pull, None),
            None => return Ok(()),
        },
    };
    if !pulls::set_reverted(&mut tx, pull.id, by, now).await? {
        return Ok(());
    }
    tasks::touch(&mut tx, pull.task_id, now).await?;
    let details = serde_json::json!({ "number": pull.number, "reverted_by": by });
    audit::note(&mut tx, "github", "pull.revert", &format!("task:{}", pull.task_id), details, now).await?;
    Ok(tx.commit().await?)
}

/// Brings a pull request's head to what GitHub says now: deliveries of pushes may come late or in any order.
pub async fn moved(svc: &Services, repo: &Repo, number: i64) -> anyhow::Result<()> {
    let known = pulls::by_number(&mut *svc.store.read().await?, repo.id, number).await?;
    let Some(pull) = known.filter(|pull| pull.status == PullStatus::Open) else { return Ok(()) };
    let head = match svc.client(repo)?.branch_head(&pull.branch).await? {
        Some(head) if head != pull.head => head,
        _ => return Ok(()),
    };
    let now = svc.now();
    let mut tx = svc.store.begin().await?;
    pulls::set_head(&mut tx, pull.id, &head, now).await?;
    tasks::touch(&mut tx, pull.task_id, now).await?;
    Ok(tx.commit().await?)
}

/// The rounds that work on the pull request itself: nothing can be chosen from them once it is merged.
async fn move_own_rounds(svc: &Services, tx: &mut Tx, pull: &Pull, status: PullStatus) -> anyhow::Result<()> {
    let now = svc.now();
    for round in rounds::list(tx, pull.task_id).await?.into_iter().filter(|r| r.pull_id == Some(pull.id)) {
        if status == PullStatus::Merged {
            cancel::stop_all(svc, tx, round.id).await?;
            round_state::settle(tx, round.id, &svc.policy, now).await?;
            if let Some(round) = rounds::get(tx, round.id).await? {
                round_state::advance(tx, &round, RoundStatus::Merged, now).await?;
            }
        }
        svc.enqueue(tx, Job::Publish { round_id: round.id }).await?;
    }
    Ok(())
}

async fn move_round(svc: &Services, tx: &mut Tx, pull: &Pull, status: PullStatus) -> anyhow::Result<()> {
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
