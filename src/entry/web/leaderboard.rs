//! `GET /leaderboard`: how models did, over all repositories that the visitor may read or in one of them.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::WebState;
use super::page::{failed, not_found, render};
use super::visitor::{Top, Visitor};
use super::words::span;
use crate::adapters::store::standings::Among;
use crate::domain::characters::made_visible;
use crate::domain::money::UsdMicros;
use crate::domain::repo::Repo;
use crate::domain::strength::Strength;
use crate::service::comparison::repositories;
use crate::service::rest::leaderboard::{Line, leaderboard};

/// Repositories to choose from.
const SHOWN: i64 = 100;

/// The address's question.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    repo_id: Option<String>,
}

#[derive(Template)]
#[template(path = "leaderboard.html")]
struct Page {
    top: Top,
    /// The only repository that counts.
    repo: Option<String>,
    /// Name, address, and whether it is this one.
    repos: Vec<(String, String, bool)>,
    rows: Vec<Row>,
    /// Whether anybody ever chose between two models.
    any_choice: bool,
}

/// A model.
struct Row {
    model: String,
    provider: String,
    strength: Option<Plot>,
    picks: i64,
    merges: i64,
    reverts: i64,
    up: i64,
    down: i64,
    runs: i64,
    shares: Vec<Share>,
    cost: String,
    cost_per_pick: Option<String>,
    cost_per_merge: Option<String>,
    time: Option<String>,
    /// Why runs failed: words and how often.
    failures: Vec<(&'static str, i64)>,
}

/// A strength in per cent, and where its bar stands in a drawing 100 wide.
struct Plot {
    percent: String,
    low: String,
    high: String,
    x: String,
    bar: String,
    width: String,
}

/// A part of the bar of what became of all runs, in a drawing 100 wide.
struct Share {
    class: &'static str,
    name: &'static str,
    count: i64,
    x: String,
    width: String,
}

pub(super) async fn show(State(state): State<WebState>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    let readable = match repositories(&state.services, SHOWN).await {
        Ok(known) => visitor.readable(&state, known).await,
        Err(error) => return failed(&error),
    };
    let only = match asked.repo_id.as_deref().filter(|id| !id.is_empty()) {
        None => None,
        Some(id) => match readable.iter().find(|repo| repo.id.to_string() == id) {
            Some(repo) => Some(repo),
            None => return not_found(),
        },
    };
    let among = match (only, visitor.person()) {
        (Some(repo), _) => Among::These(vec![repo.id]),
        (None, None) => Among::All,
        (None, Some(_)) => Among::These(readable.iter().map(|repo| repo.id).collect()),
    };
    match leaderboard(&state.services, &among).await {
        Ok(lines) => render(StatusCode::OK, &page(visitor.top(), &lines, &readable, only)),
        Err(error) => failed(&error.into()),
    }
}

fn page(top: Top, lines: &[Line], repos: &[Repo], only: Option<&Repo>) -> Page {
    let name = |repo: &Repo| repo.name.as_ref().map_or_else(|| made_visible(&repo.url), ToString::to_string);
    let here = |repo: &Repo| only.is_some_and(|only| only.id == repo.id);
    let link = |repo: &Repo| (name(repo), format!("/leaderboard?repo_id={}", repo.id), here(repo));
    Page {
        top,
        repo: only.map(name),
        repos: repos.iter().map(link).collect(),
        any_choice: lines.iter().any(|line| line.strength.is_some()),
        rows: lines.iter().map(row).collect(),
    }
}

fn row(line: &Line) -> Row {
    let did = &line.standing;
    let each = |count: i64| (count > 0).then(|| UsdMicros(did.cost.0 / count).to_string());
    Row {
        model: made_visible(&did.model.model_name),
        provider: did.model.provider.clone(),
        strength: line.strength.map(plot),
        picks: did.picks,
        merges: did.merges,
        reverts: did.reverts,
        up: did.up,
        down: did.down,
        runs: did.runs,
        shares: shares(line),
        cost: did.cost.to_string(),
        cost_per_pick: each(did.picks),
        cost_per_merge: each(did.merges),
        time: line.median_ms.and_then(|ms| u64::try_from(ms).ok()).map(|ms| span(std::time::Duration::from_millis(ms))),
        failures: line.failures.iter().map(|(kind, times)| (kind.words(), *times)).collect(),
    }
}

fn plot(strength: Strength) -> Plot {
    let percent = |share: f64| format!("{:.0}", share * 100.0);
    let at = |share: f64| format!("{:.1}", share * 100.0);
    Plot {
        percent: percent(strength.chance),
        low: percent(strength.low),
        high: percent(strength.high),
        x: at(strength.chance),
        bar: at(strength.low),
        width: at(strength.high - strength.low),
    }
}

/// What became of all runs; what was picked had a patch too.
fn shares(line: &Line) -> Vec<Share> {
    let did = &line.standing;
    let parts = [
        ("picked", "picked", did.picks.min(did.patches)),
        ("patched", "not picked", (did.patches - did.picks).max(0)),
        ("empty", "nothing to change", did.no_changes),
        ("failed", "failed", did.failed),
        ("stopped", "stopped", did.canceled),
    ];
    #[expect(clippy::cast_precision_loss, reason = "a drawing needs no more than 2^52 runs")]
    let share = |count: i64| count as f64 * 100.0 / did.runs.max(1) as f64;
    let mut before = 0;
    let mut shares = Vec::new();
    for (class, name, count) in parts {
        let (x, width) = (format!("{:.1}", share(before)), format!("{:.1}", share(count)));
        before += count;
        if count > 0 {
            shares.push(Share { class, name, count, x, width });
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::adapters::store::standings::{ModelKey, Standing};
    use crate::domain::failure::FailureKind;

    #[test]
    fn a_line_is_told_in_words_and_bars() {
        let model = ModelKey { provider: "openai".into(), model_name: "<b>gpt".into() };
        let standing = Standing {
            model,
            runs: 10,
            patches: 7,
            no_changes: 1,
            failed: 2,
            canceled: 0,
            picks: 2,
            merges: 1,
            reverts: 1,
            cost: UsdMicros(1_000_000),
            up: 3,
            down: 1,
        };
        let line = Line {
            standing,
            strength: Some(Strength { chance: 0.62, low: 0.41, high: 0.79 }),
            failures: BTreeMap::from([(FailureKind::Refused, 2)]),
            median_ms: Some(12_300),
        };
        let shown = row(&line);
        let told: Vec<_> = shown.shares.iter().map(|s| (s.name, s.count, s.x.as_str(), s.width.as_str())).collect();
        assert_eq!(
            told,
            [
                ("picked", 2, "0.0", "20.0"),
                ("not picked", 5, "20.0", "50.0"),
                ("nothing to change", 1, "70.0", "10.0"),
                ("failed", 2, "80.0", "20.0")
            ]
        );
        assert_eq!((shown.cost_per_pick.as_deref(), shown.cost_per_merge.as_deref()), (Some("$0.50"), Some("$1.00")));
        assert_eq!((shown.time.as_deref(), shown.failures.as_slice()), (Some("12 s"), &[("refused", 2)][..]));
        let html = page(Top::default(), &[line], &[], None).render().unwrap();
        assert!(html.contains("62 %") && html.contains("41–79 %") && html.contains("2 refused"), "{html}");
        assert!(!html.contains("<b>gpt") && !html.contains("style="), "{html}");
    }

    #[test]
    fn without_runs_it_says_what_would_fill_it() {
        let html = page(Top::default(), &[], &[], None).render().unwrap();
        assert!(html.contains("No run has ended yet"), "{html}");
    }
}
