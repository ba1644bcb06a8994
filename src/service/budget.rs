//! Caps: what counts against each, the one that is reached, and the word once most of one is spent.

use crate::adapters::store::budget_warnings::{self, Warning};
use crate::adapters::store::usage::{self, Spend};
use crate::adapters::store::{Conn, StoreError, rounds, tasks};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{RepoId, RoundId};
use crate::domain::money::UsdMicros;

use super::caps::day_start;
use super::{Policy, Services, kept_caps};

/// A cap and what counts against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Whose it is, for people.
    pub whose: &'static str,
    /// How much it is.
    pub cap: UsdMicros,
    /// What was spent and is reserved.
    pub spend: Spend,
}

impl Budget {
    /// Whether `percent` of it is spent.
    fn is_mostly_spent(&self, percent: u32) -> bool {
        let share = i128::from(self.spend.spent.0) * 100;
        percent > 0 && self.cap.0 > 0 && share >= i128::from(self.cap.0) * i128::from(percent)
    }
}

/// The caps by day: of a repository, when one is named, and of all.
pub async fn of_day(
    conn: &mut Conn,
    policy: &Policy,
    repo: Option<RepoId>,
    now: Timestamp,
) -> Result<Vec<Budget>, StoreError> {
    let since = day_start(now);
    let mut all = Vec::new();
    if let Some(repo) = repo {
        let spend = usage::of_repo_since(conn, repo, since).await?;
        all.push(Budget { whose: "repository", cap: policy.budget_repo_day, spend });
    }
    let spend = usage::since(conn, since).await?;
    all.push(Budget { whose: "bakeoff installation", cap: policy.budget_day, spend });
    Ok(all)
}

/// Says once that most of a cap is spent: in the log, in the status comment of the round that spent it, and wherever
/// spending is asked for. Within the transaction that ends a run.
pub(super) async fn warn(svc: &Services, conn: &mut Conn, round: RoundId) -> Result<(), StoreError> {
    let percent = svc.policy.budget_warn_percent;
    let Some(row) = rounds::get(conn, round).await? else { return Ok(()) };
    let Some(task) = tasks::get(conn, row.task_id).await? else { return Ok(()) };
    let now = svc.now();
    let day = day_start(now).0;
    let of_round = Budget { whose: "round", cap: row.budget, spend: usage::of_round(conn, round).await? };
    let policy = svc.policy.with_kept(kept_caps::get(conn).await?);
    let of_day = of_day(conn, &policy, Some(task.repo_id), now).await?;
    for budget in [of_round].into_iter().chain(of_day).filter(|budget| budget.is_mostly_spent(percent)) {
        let scope = match budget.whose {
            "round" => format!("round:{round}"),
            "repository" => format!("repository:{}:{day}", task.repo_id),
            _ => format!("day:{day}"),
        };
        let Budget { whose, cap, spend } = budget;
        let warning = Warning { scope, round_id: round, whose: whose.into(), spent: spend.spent, cap, at: now };
        if budget_warnings::insert(conn, &warning).await? {
            tracing::warn!(
                budget.whose = whose, budget.spent_usd_micros = spend.spent.0, budget.cap_usd_micros = cap.0,
                round.id = %round, "most of a budget is spent"
            );
        }
    }
    Ok(())
}
