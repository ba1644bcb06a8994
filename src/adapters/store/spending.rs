//! What was spent, by day, repository, person or model: sums over the calls, by the moment each was made.

use sqlx::any::AnyRow;

use super::row::Read;
use super::usage::tokens;
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::RepoId;
use crate::domain::money::{Usage, UsdMicros};

macro_rules! sums {
    ($key:literal, $name:literal, $join:literal) => {
        concat!(
            "SELECT CAST(",
            $key,
            " AS TEXT) AS part, CAST(MAX(",
            $name,
            ") AS TEXT) AS name, COUNT(DISTINCT c.run_id) AS runs, COUNT(*) AS calls, \
             CAST(SUM(c.input_tokens) AS BIGINT) AS input_tokens, \
             CAST(SUM(c.output_tokens) AS BIGINT) AS output_tokens, \
             CAST(SUM(c.cached_input_tokens) AS BIGINT) AS cached_input_tokens, \
             CAST(SUM(c.cache_write_tokens) AS BIGINT) AS cache_write_tokens, \
             CAST(SUM(c.cost) AS BIGINT) AS cost FROM charges AS c ",
            $join,
            " WHERE c.at >= $1 AND c.at < $2 AND ($3 = '' OR c.repo_id = $3) GROUP BY ",
            $key,
            " ORDER BY ",
            $key
        )
    };
}

/// By what spending is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Not at all.
    Nothing,
    /// By UTC day; the key is the number of whole days since 1970-01-01.
    Day,
    /// By repository; the key is our id.
    Repository,
    /// By who asked; the key is GitHub's number, or a token's name.
    Person,
    /// By vendor and model.
    Model,
}

impl Group {
    fn sql(self) -> &'static str {
        match self {
            Self::Nothing => sums!("0 * c.turn", "''", ""),
            Self::Day => sums!("c.at / 86400000", "''", ""),
            Self::Repository => {
                sums!("c.repo_id", "COALESCE(p.owner || '/' || p.name, p.url)", "JOIN repos AS p ON p.id = c.repo_id")
            }
            Self::Person => sums!("COALESCE(CAST(c.person_id AS TEXT), 'token:' || c.person, '')", "c.person", ""),
            Self::Model => sums!("c.provider || '/' || c.model_name", "c.model_name", ""),
        }
    }
}

/// Which calls are summed.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// From this moment on.
    pub from: Timestamp,
    /// Before this moment.
    pub to: Timestamp,
    /// Of this repository only.
    pub repo: Option<RepoId>,
}

/// One sum.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sum {
    /// What it is the sum of.
    pub key: String,
    /// The same for people; `None` where there is no other name.
    pub name: Option<String>,
    /// How many runs.
    pub runs: i64,
    /// How many calls.
    pub calls: i64,
    /// Their tokens.
    pub usage: Usage,
    /// Their price.
    pub cost: UsdMicros,
}

fn read(row: &AnyRow) -> Result<Sum, StoreError> {
    Ok(Sum {
        key: row.text("part")?,
        name: row.opt_text("name")?.filter(|name| !name.is_empty()),
        runs: row.int("runs")?,
        calls: row.int("calls")?,
        usage: tokens(row)?,
        cost: UsdMicros(row.int("cost")?),
    })
}

/// The sums of a span, in order of key; none where nothing was spent.
pub async fn sums(conn: &mut Conn, group: Group, span: Span) -> Result<Vec<Sum>, StoreError> {
    let repo = span.repo.map(|id| id.to_string()).unwrap_or_default();
    let rows = sqlx::query(group.sql()).bind(span.from.0).bind(span.to.0).bind(repo).fetch_all(conn).await?;
    rows.iter().map(read).collect()
}
