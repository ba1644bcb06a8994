//! The caps in force, with what counts against each.

use std::time::Duration;

use crate::adapters::store::StoreError;
use crate::domain::clock::Timestamp;
use crate::domain::money::UsdMicros;
use crate::domain::repo::Repo;
use crate::service::budget::{self, Budget};
use crate::service::caps::day_start;
use crate::service::kept_caps::{self, CapName, Caps};
use crate::service::{Policy, Services, repo_file};

/// What one run and one round may cost, and the caps of today.
#[derive(Debug, Clone)]
pub struct InForce {
    /// Of one run.
    pub run: UsdMicros,
    /// Of one round.
    pub round: UsdMicros,
    /// Of one person in a day, where there is such a cap.
    pub person_day: Option<UsdMicros>,
    /// By day: of the repository that was named, and of all.
    pub days: Vec<Budget>,
    /// When a day's caps begin anew.
    pub until: Timestamp,
    /// Where each comes from.
    pub sources: Sources,
}

/// Who decided the caps.
#[derive(Debug, Clone)]
pub struct Sources {
    kept: Caps,
    ceilings: Caps,
    file: Caps,
}

impl Sources {
    /// `default`, `settings`, `kept` or `repository`.
    pub fn of(&self, name: CapName, in_force: UsdMicros) -> &'static str {
        let ceiling = self.ceilings.get(name);
        match self.kept.get(name) {
            _ if self.file.get(name) == Some(in_force) => "repository",
            Some(kept) if ceiling.is_none_or(|ceiling| kept <= ceiling) => "kept",
            _ if ceiling.is_some() => "settings",
            _ => "default",
        }
    }
}

/// The caps of a repository as its own file lowers them now, or without one those of the server; `alone` leaves out what
/// others spend.
pub async fn in_force(svc: &Services, repo: Option<&Repo>, alone: bool) -> anyhow::Result<InForce> {
    let here = match repo {
        Some(repo) => repo_file::under(svc, repo).await?.0,
        None => kept_caps::in_force(svc).await?,
    };
    Ok(told(svc, &here.policy, repo, alone).await?)
}

async fn told(svc: &Services, policy: &Policy, repo: Option<&Repo>, alone: bool) -> Result<InForce, StoreError> {
    let now = svc.now();
    let mut conn = svc.store.read().await?;
    let kept = kept_caps::get(&mut conn).await?;
    let budgets = policy.file.terms.budgets;
    let file = Caps { run: budgets.run, round: budgets.round, repo_day: budgets.day, ..Caps::default() };
    let mut days = budget::of_day(&mut conn, policy, repo.map(|repo| repo.id), now).await?;
    if alone {
        days.retain(|budget| budget.whose == "repository");
    }
    Ok(InForce {
        run: policy.budget_run,
        round: policy.budget_round,
        person_day: policy.budget_user_day,
        days,
        until: day_start(now).plus(Duration::from_hours(24)),
        sources: Sources { kept, ceilings: policy.ceilings, file },
    })
}
