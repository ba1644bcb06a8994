//! What was spent.

use serde::Serialize;
use utoipa::ToSchema;

use super::Moment;
use crate::adapters::store::budget_warnings::Warning;
use crate::adapters::store::spending;
use crate::entry::api::form::Example;
use crate::service::budget;
use crate::service::rest::usage::Told;

/// What was spent, in all and in parts; today's caps; and the caps of which most was spent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Spending {
    total: Sum,
    /// Days and months newest first, others dearest first.
    parts: Vec<Part>,
    budgets: Vec<Budget>,
    warnings: Vec<BudgetWarning>,
}

/// A sum over calls of models.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SpendingSum)]
struct Sum {
    runs: i64,
    calls: i64,
    input_tokens: i64,
    output_tokens: i64,
    cached_input_tokens: i64,
    cache_write_tokens: i64,
    cost_usd: f64,
}

/// A part of what was spent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SpendingPart)]
struct Part {
    key: String,
    name: String,
    #[serde(flatten)]
    sum: Sum,
}

/// A cap of today. A run counts towards the day on which it was started.
#[derive(Debug, Serialize, ToSchema)]
struct Budget {
    whose: String,
    cap_usd: f64,
    spent_usd: f64,
    /// What running work may still spend.
    reserved_usd: f64,
    left_usd: f64,
}

/// A cap of which most was spent; each is told once.
#[derive(Debug, Serialize, ToSchema)]
struct BudgetWarning {
    whose: String,
    spent_usd: f64,
    cap_usd: f64,
    at: Moment,
}

impl From<&spending::Sum> for Sum {
    fn from(sum: &spending::Sum) -> Self {
        Self {
            runs: sum.runs,
            calls: sum.calls,
            input_tokens: sum.usage.input_tokens,
            output_tokens: sum.usage.output_tokens,
            cached_input_tokens: sum.usage.cached_input_tokens,
            cache_write_tokens: sum.usage.cache_write_tokens,
            cost_usd: sum.cost.as_usd(),
        }
    }
}

impl From<&spending::Sum> for Part {
    fn from(part: &spending::Sum) -> Self {
        let name = part.name.as_ref().unwrap_or(&part.key).clone();
        Self { key: part.key.clone(), name, sum: part.into() }
    }
}

impl From<&budget::Budget> for Budget {
    fn from(budget: &budget::Budget) -> Self {
        Self {
            whose: budget.whose.to_owned(),
            cap_usd: budget.cap.as_usd(),
            spent_usd: budget.spend.spent.as_usd(),
            reserved_usd: budget.spend.reserved.as_usd(),
            left_usd: budget.cap.minus(budget.spend.total()).as_usd(),
        }
    }
}

impl From<&Warning> for BudgetWarning {
    fn from(warning: &Warning) -> Self {
        Self {
            whose: warning.whose.clone(),
            spent_usd: warning.spent.as_usd(),
            cap_usd: warning.cap.as_usd(),
            at: warning.at.into(),
        }
    }
}

impl From<&Told> for Spending {
    fn from(told: &Told) -> Self {
        Self {
            total: (&told.total).into(),
            parts: told.parts.iter().map(Part::from).collect(),
            budgets: told.budgets.iter().map(Budget::from).collect(),
            warnings: told.warnings.iter().map(BudgetWarning::from).collect(),
        }
    }
}

impl Example for Sum {
    fn example() -> Self {
        Self {
            runs: 4,
            calls: 9,
            input_tokens: 52_000,
            output_tokens: 3_100,
            cached_input_tokens: 41_000,
            cache_write_tokens: 0,
            cost_usd: 0.051,
        }
    }
}

impl Example for Spending {
    fn example() -> Self {
        let budget = Budget {
            whose: "bakeoff installation".into(),
            cap_usd: 100.0,
            spent_usd: 0.051,
            reserved_usd: 1.0,
            left_usd: 98.949,
        };
        let day = "2026-01-31".to_owned();
        let parts = vec![Part { key: day.clone(), name: day, sum: Sum::example() }];
        Self { total: Sum::example(), parts, budgets: vec![budget], warnings: Vec::new() }
    }
}
