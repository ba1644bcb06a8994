//! The caps in force.

use serde::Serialize;
use utoipa::ToSchema;

use super::Moment;
use crate::domain::money::UsdMicros;
use crate::entry::api::form::Example;
use crate::service::kept_caps::CapName;
use crate::service::rest::budgets::InForce;

/// A cap. Of one run or round nothing can be spent yet; a day's cap counts the runs that were started that day (UTC).
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetCap {
    /// `run`, `round`, `person_day`, `repository_day` or `day`.
    scope: &'static str,
    cap_usd: f64,
    /// `default`, `settings` (environment or settings file), `kept` (by PUT or the settings page) or `repository` (its own
    /// file).
    source: &'static str,
    spent_usd: Option<f64>,
    /// What running work may still spend.
    reserved_usd: Option<f64>,
    left_usd: Option<f64>,
    /// When it begins anew.
    resets_at: Option<Moment>,
}

impl BudgetCap {
    /// All of them, the narrowest first.
    pub fn all(found: &InForce) -> Vec<Self> {
        let plain = |scope, name, cap: UsdMicros, resets_at| Self {
            scope,
            cap_usd: cap.as_usd(),
            source: found.sources.of(name, cap),
            spent_usd: None,
            reserved_usd: None,
            left_usd: None,
            resets_at,
        };
        let until = Some(Moment(found.until));
        let mut all =
            vec![plain("run", CapName::Run, found.run, None), plain("round", CapName::Round, found.round, None)];
        all.extend(found.person_day.map(|cap| plain("person_day", CapName::UserDay, cap, until)));
        all.extend(found.days.iter().map(|budget| {
            let is_repo = budget.whose == "repository";
            let (scope, name) = if is_repo { ("repository_day", CapName::RepoDay) } else { ("day", CapName::Day) };
            Self {
                spent_usd: Some(budget.spend.spent.as_usd()),
                reserved_usd: Some(budget.spend.reserved.as_usd()),
                left_usd: Some(budget.cap.minus(budget.spend.total()).as_usd()),
                ..plain(scope, name, budget.cap, until)
            }
        }));
        all
    }
}

impl Example for BudgetCap {
    fn example() -> Self {
        Self {
            scope: "day",
            cap_usd: 100.0,
            source: "default",
            spent_usd: Some(0.051),
            reserved_usd: Some(1.0),
            left_usd: Some(98.949),
            resets_at: Some(Moment::example()),
        }
    }
}
