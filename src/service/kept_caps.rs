//! Caps on money that are kept in the database, in the place of the defaults: changed while the program runs, by REST
//! or on the settings page. A cap that the environment or the settings file gives is a ceiling for them.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::adapters::store::{Conn, StoreError, meta};
use crate::domain::money::UsdMicros;

use super::{Policy, Services, audit};

/// Where they are kept among the single values.
const KEY: &str = "budget_caps";

/// A value for each cap that can be kept; `None` where none is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Caps {
    /// Of one run.
    pub run: Option<UsdMicros>,
    /// Of one round.
    pub round: Option<UsdMicros>,
    /// Of one repository in a day.
    pub repo_day: Option<UsdMicros>,
    /// Of all in a day.
    pub day: Option<UsdMicros>,
    /// Of one person in a day.
    pub user_day: Option<UsdMicros>,
}

/// One of the caps that can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapName {
    /// Of one run.
    Run,
    /// Of one round.
    Round,
    /// Of one repository in a day.
    RepoDay,
    /// Of all in a day.
    Day,
    /// Of one person in a day.
    UserDay,
}

impl CapName {
    /// All, the narrowest first.
    pub const ALL: [Self; 5] = [Self::Run, Self::Round, Self::UserDay, Self::RepoDay, Self::Day];

    /// The field in REST and in forms.
    pub fn field(self) -> &'static str {
        match self {
            Self::Run => "run_usd",
            Self::Round => "round_usd",
            Self::RepoDay => "repo_day_usd",
            Self::Day => "day_usd",
            Self::UserDay => "user_day_usd",
        }
    }

    /// The setting that is the ceiling.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Run => "BAKEOFF_BUDGET_RUN_USD",
            Self::Round => "BAKEOFF_BUDGET_ROUND_USD",
            Self::RepoDay => "BAKEOFF_BUDGET_REPO_DAY_USD",
            Self::Day => "BAKEOFF_BUDGET_DAY_USD",
            Self::UserDay => "BAKEOFF_BUDGET_USER_DAY_USD",
        }
    }
}

impl Caps {
    /// One of them.
    pub fn get(&self, name: CapName) -> Option<UsdMicros> {
        match name {
            CapName::Run => self.run,
            CapName::Round => self.round,
            CapName::RepoDay => self.repo_day,
            CapName::Day => self.day,
            CapName::UserDay => self.user_day,
        }
    }

    /// Sets or clears one of them.
    pub fn set(&mut self, name: CapName, value: Option<UsdMicros>) {
        match name {
            CapName::Run => self.run = value,
            CapName::Round => self.round = value,
            CapName::RepoDay => self.repo_day = value,
            CapName::Day => self.day = value,
            CapName::UserDay => self.user_day = value,
        }
    }

    /// What holds of the kept values below these ceilings.
    fn below(self, ceilings: &Self) -> Self {
        let mut held = Self::default();
        for name in CapName::ALL {
            let kept = self.get(name).map(|kept| ceilings.get(name).map_or(kept, |ceiling| kept.min(ceiling)));
            held.set(name, kept);
        }
        held
    }
}

impl Policy {
    /// The same decisions with the kept caps in the place of the defaults.
    #[must_use]
    pub fn with_kept(&self, kept: Caps) -> Self {
        let held = kept.below(&self.ceilings);
        Self {
            budget_run: held.run.unwrap_or(self.budget_run),
            budget_round: held.round.unwrap_or(self.budget_round),
            budget_repo_day: held.repo_day.unwrap_or(self.budget_repo_day),
            budget_day: held.day.unwrap_or(self.budget_day),
            budget_user_day: held.user_day.or(self.budget_user_day),
            ..self.clone()
        }
    }

    /// The lower of each: what is about to be spent may have been decided before a cap was lowered.
    pub(super) fn lowered(&self, kept: Caps) -> Self {
        let lower = |own: UsdMicros, kept: Option<UsdMicros>| kept.map_or(own, |kept| kept.min(own));
        let user_day = self.budget_user_day.map_or(kept.user_day, |own| Some(lower(own, kept.user_day)));
        Self {
            budget_repo_day: lower(self.budget_repo_day, kept.repo_day),
            budget_day: lower(self.budget_day, kept.day),
            budget_user_day: user_day,
            ..self.clone()
        }
    }
}

/// The kept values as they are now.
pub async fn get(conn: &mut Conn) -> Result<Caps, StoreError> {
    let kept = meta::get(conn, KEY).await?;
    let read = |text: String| serde_json::from_str(&text).map_err(|_| StoreError::Unreadable { column: "value" });
    kept.map_or_else(|| Ok(Caps::default()), read)
}

/// The use cases with the caps that are in force now.
pub async fn in_force(svc: &Services) -> Result<Services, StoreError> {
    let kept = get(&mut *svc.store.read().await?).await?;
    let policy = std::sync::Arc::new(svc.policy.with_kept(kept));
    Ok(Services { policy, ..svc.clone() })
}

/// A cap above what the operator's setting allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("at most {ceiling}: {} says so", .name.setting())]
pub struct AboveCeiling {
    /// Which.
    pub name: CapName,
    /// What the setting allows.
    pub ceiling: UsdMicros,
}

/// Keeps or takes away some of the caps; those that are not named stay. All or none.
pub async fn change(
    svc: &Services,
    wishes: &[(CapName, Option<UsdMicros>)],
    actor: &str,
) -> Result<Result<(), Vec<AboveCeiling>>, StoreError> {
    let above = |(name, value): &(CapName, Option<UsdMicros>)| {
        let ceiling = svc.policy.ceilings.get(*name)?;
        value.is_some_and(|value| value > ceiling).then_some(AboveCeiling { name: *name, ceiling })
    };
    let refused: Vec<_> = wishes.iter().filter_map(above).collect();
    if !refused.is_empty() {
        return Ok(Err(refused));
    }
    let mut tx = svc.store.begin().await?;
    // Two who change at once take turns, so that neither undoes the other.
    crate::adapters::store::usage::hold(&mut tx).await?;
    let before = get(&mut tx).await?;
    let mut after = before;
    wishes.iter().for_each(|(name, value)| after.set(*name, *value));
    if after != before {
        let text = serde_json::to_string(&after).map_err(|_| StoreError::Unreadable { column: "value" })?;
        meta::set(&mut tx, KEY, &text).await?;
        let told = |name: CapName| Some((name.field().to_owned(), json!(after.get(name).map(UsdMicros::as_usd))));
        let changed = CapName::ALL.into_iter().filter(|name| before.get(*name) != after.get(*name));
        let details = serde_json::Value::Object(changed.filter_map(told).collect());
        audit::note(&mut tx, actor, "budgets.change", "budgets", details, svc.now()).await?;
    }
    tx.commit().await?;
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_cap_takes_the_defaults_place_and_stays_below_the_setting() {
        let usd = |dollars: i64| UsdMicros(dollars * 1_000_000);
        let kept = Caps { run: Some(usd(2)), day: Some(usd(500)), user_day: Some(usd(5)), ..Caps::default() };
        let plain = Policy::default();
        let open = plain.with_kept(kept);
        assert_eq!((open.budget_run, open.budget_day, open.budget_user_day), (usd(2), usd(500), Some(usd(5))));
        assert_eq!((open.budget_round, open.budget_repo_day), (plain.budget_round, plain.budget_repo_day));
        let ceilings = Caps { day: Some(usd(50)), ..Caps::default() };
        let bound = Policy { ceilings, budget_day: usd(50), ..Policy::default() };
        assert_eq!(bound.with_kept(kept).budget_day, usd(50));
        assert_eq!(bound.with_kept(Caps::default()).budget_day, usd(50));
        assert_eq!(open.lowered(Caps { day: Some(usd(1)), ..Caps::default() }).budget_day, usd(1));
        assert_eq!(open.lowered(Caps::default()).budget_user_day, Some(usd(5)));
    }
}
