//! What was spent, for `GET /v1/usage`.

use std::time::Duration;

use crate::adapters::store::budget_warnings::{self, Warning};
use crate::adapters::store::spending::{Group, Span, Sum, sums};
use crate::adapters::store::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::service::Services;
use crate::service::budget::{self, Budget};

const DAY_MS: i64 = 24 * 3_600 * 1_000;

/// By what the answer tells spending apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// UTC day or another part of the tables.
    Part(Group),
    /// UTC month.
    Month,
}

impl By {
    /// The words of the query, in the order of the docs.
    pub const WORDS: [&'static str; 5] = ["day", "month", "repository", "person", "model"];

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "day" => Self::Part(Group::Day),
            "month" => Self::Month,
            "repository" => Self::Part(Group::Repository),
            "person" => Self::Part(Group::Person),
            "model" => Self::Part(Group::Model),
            _ => return None,
        })
    }
}

/// Everything that is told.
#[derive(Debug, Clone)]
pub struct Told {
    /// The sum of all.
    pub total: Sum,
    /// Its parts: days and months newest first, others dearest first.
    pub parts: Vec<Sum>,
    /// Today's caps.
    pub budgets: Vec<Budget>,
    /// Caps of which most was spent within the span.
    pub warnings: Vec<Warning>,
}

/// What was spent within a span.
pub async fn told(svc: &Services, by: By, span: Span) -> Result<Told, StoreError> {
    let mut conn = svc.store.read().await?;
    let total = sums(&mut conn, Group::Nothing, span).await?.pop().unwrap_or_default();
    let parts = match by {
        By::Month => months(&mut conn, span).await?,
        By::Part(Group::Day) => days(&mut conn, span).await?,
        By::Part(group) => {
            let mut parts = sums(&mut conn, group, span).await?;
            parts.sort_by_key(|part| std::cmp::Reverse(part.cost));
            parts
        }
    };
    // A warning of all repositories is nobody's who sees one of them.
    let warnings = match span.repo {
        None => budget_warnings::between(&mut conn, span.from, span.to).await?,
        Some(_) => Vec::new(),
    };
    let mut budgets = budget::of_day(&mut conn, &svc.policy, span.repo, svc.now()).await?;
    if span.repo.is_some() {
        budgets.retain(|budget| budget.whose == "repository");
    }
    Ok(Told { total, parts, budgets, warnings })
}

async fn days(conn: &mut Conn, span: Span) -> Result<Vec<Sum>, StoreError> {
    let mut days = sums(conn, Group::Day, span).await?;
    days.sort_by_key(|day| std::cmp::Reverse(start_of(day)));
    for day in &mut days {
        day.key = start_of(day).to_rfc3339().chars().take(10).collect();
    }
    Ok(days)
}

fn start_of(day: &Sum) -> Timestamp {
    Timestamp(day.key.parse::<i64>().unwrap_or_default().saturating_mul(DAY_MS))
}

/// A month has no fixed length, so each is summed by its own days.
async fn months(conn: &mut Conn, span: Span) -> Result<Vec<Sum>, StoreError> {
    let mut months: Vec<Sum> = Vec::new();
    let mut named: Vec<String> =
        days(conn, span).await?.into_iter().filter_map(|d| Some(d.key.get(..7)?.to_owned())).collect();
    named.dedup();
    for month in named {
        let Some(start) = Timestamp::parse_rfc3339(&format!("{month}-01T00:00:00Z")) else { continue };
        // The first of the next month is at most 31 days and a bit away, and in the month that follows.
        let within = start.plus(Duration::from_hours(32 * 24)).to_rfc3339();
        let next = within.get(..7).and_then(|m| Timestamp::parse_rfc3339(&format!("{m}-01T00:00:00Z")));
        let to = next.unwrap_or(span.to).min(span.to);
        let part = Span { from: start.max(span.from), to, ..span };
        months.extend(sums(conn, Group::Nothing, part).await?.pop().map(|sum| Sum { key: month, ..sum }));
    }
    Ok(months)
}
