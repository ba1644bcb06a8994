//! `GET /tasks/{id}/compare`: a round's candidates side by side, with the pick button.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::WebState;
use super::diff::{FileView, file};
use super::page::{failed, not_found, render};
use crate::domain::pull::PullStatus;
use crate::domain::round::RoundStatus;
use crate::domain::run::{Run, RunStatus};
use crate::service::comparison::{Comparison, compare};
use crate::service::watch::look_soon;

/// The round to look at.
#[derive(Deserialize)]
pub(super) struct Asked {
    round: Option<i64>,
}

#[derive(Template)]
#[template(path = "compare.html")]
struct Page {
    title: String,
    task: String,
    repo: String,
    issue: Option<(String, String)>,
    round: Option<RoundView>,
    candidates: Vec<CandidateView>,
    matrix: Vec<MatrixRow>,
    pulls: Vec<PullView>,
    csrf: String,
    refresh: bool,
    /// The pull request that a pick adds a commit to.
    adds_to: Option<i64>,
}

struct RoundView {
    number: i64,
    status: &'static str,
    base: String,
    commit: String,
    rounds: i64,
}

struct CandidateView {
    run: String,
    letter: String,
    model: String,
    status: &'static str,
    result: String,
    cost: String,
    time: String,
    hash: Option<String>,
    short_hash: String,
    summary: Option<String>,
    warnings: Vec<String>,
    files: Vec<FileView>,
    may_pick: bool,
    chosen: bool,
}

struct MatrixRow {
    path: String,
    cells: Vec<String>,
}

struct PullView {
    number: i64,
    letter: Option<String>,
    url: String,
    status: &'static str,
}

pub(super) async fn show(
    State(state): State<WebState>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let Ok(id) = id.parse() else { return not_found() };
    match compare(&state.services, id, asked.round).await {
        Ok(Some(found)) => {
            if let Err(error) = look_soon(&state.services, id).await {
                tracing::warn!(task.id = %id, %error, "the round's reactions could not be looked at");
            }
            render(StatusCode::OK, &page(&found, state.csrf.text()))
        }
        Ok(None) => not_found(),
        Err(error) => failed(&error),
    }
}

fn page(found: &Comparison, csrf: &str) -> Page {
    let working = found.runs.iter().any(|run| !run.status.is_terminal());
    let opening = found.picks.iter().any(|pick| pick.status == crate::domain::pick::PickStatus::Opening);
    Page {
        title: found.task.title.clone().unwrap_or_else(|| "Untitled task".into()),
        task: found.task.id.to_string(),
        repo: found.repo.name.as_ref().map(ToString::to_string).unwrap_or_default(),
        issue: found.task.issue.as_ref().map(|issue| (format!("#{}", issue.number), issue.url.clone())),
        round: found.round.as_ref().map(|round| RoundView {
            number: round.number,
            status: round.status.as_str(),
            base: round.base_ref.clone(),
            commit: round.base_commit.short().to_owned(),
            rounds: found.task.round,
        }),
        candidates: found.runs.iter().map(|run| candidate(found, run)).collect(),
        matrix: matrix(&found.runs),
        pulls: found.pulls.iter().map(|row| pull(found, row)).collect(),
        csrf: csrf.to_owned(),
        refresh: working || opening,
        adds_to: found
            .round
            .as_ref()
            .and_then(|round| found.pulls.iter().find(|pull| round.pull_id == Some(pull.id)).map(|pull| pull.number)),
    }
}

fn pull(found: &Comparison, pull: &crate::domain::pull::Pull) -> PullView {
    let letter = found.runs.iter().find(|run| run.id == pull.run_id).map(|run| run.letter.to_string());
    PullView { number: pull.number, letter, url: pull.url.clone(), status: pull.status.as_str() }
}

fn may_pick(found: &Comparison, run: &Run) -> bool {
    let free = match found.round.as_ref().and_then(|round| round.pull_id) {
        Some(id) => found.pulls.iter().any(|pull| pull.id == id && pull.status == PullStatus::Open),
        None => found.pulls.iter().all(|pull| pull.status == PullStatus::Closed),
    };
    let choosing =
        found.round.as_ref().is_some_and(|r| matches!(r.status, RoundStatus::Choosing | RoundStatus::Running));
    run.has_patch() && free && choosing
}

fn candidate(found: &Comparison, run: &Run) -> CandidateView {
    let hash = run.result.patch_sha256.as_ref().map(ToString::to_string);
    let took = run.started_at.zip(run.completed_at).map(|(from, to)| to.since(from).as_secs_f32());
    CandidateView {
        run: run.id.to_string(),
        letter: run.letter.to_string(),
        model: run.answerer(),
        status: run.status.as_str(),
        result: result(run),
        cost: run.result.cost.to_string(),
        time: took.map(|s| format!("{s:.1} s")).unwrap_or_default(),
        short_hash: hash.as_deref().and_then(|h| h.get(..12)).unwrap_or_default().to_owned(),
        hash,
        summary: run.result.summary.clone(),
        warnings: run.result.warnings.clone(),
        files: run.result.files_changed.iter().map(file).collect(),
        may_pick: may_pick(found, run),
        chosen: found.pulls.iter().any(|pull| pull.run_id == run.id && pull.status != PullStatus::Closed),
    }
}

fn result(run: &Run) -> String {
    let files = &run.result.files_changed;
    let (added, removed) = files.iter().fold((0, 0), |(a, r), f| (a + f.added_lines, r + f.removed_lines));
    match run.status {
        RunStatus::Queued => "waiting".into(),
        RunStatus::Running => "working".into(),
        RunStatus::Canceled => "cancelled".into(),
        RunStatus::Failed => run.result.error.as_ref().map_or_else(|| "failed".into(), |error| error.replace('`', "")),
        RunStatus::Succeeded if files.is_empty() => "no changes".into(),
        RunStatus::Succeeded if files.len() == 1 => format!("1 file, +{added} −{removed}"),
        RunStatus::Succeeded => format!("{} files, +{added} −{removed}", files.len()),
    }
}

/// Which candidate touched which file, and who made the very same change there.
fn matrix(runs: &[Run]) -> Vec<MatrixRow> {
    let mut paths: Vec<&str> = runs.iter().flat_map(|r| &r.result.files_changed).map(|f| f.path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    let patched: Vec<&Run> = runs.iter().filter(|run| run.has_patch()).collect();
    let change = |run: &Run, path: &str| {
        run.result
            .files_changed
            .iter()
            .find(|f| f.path == path)
            .map(|f| (f.patch.clone(), f.added_lines, f.removed_lines))
    };
    let cell = |run: &Run, path: &str| {
        let Some((patch, added, removed)) = change(run, path) else { return String::new() };
        let twin = patched.iter().find(|o| o.letter < run.letter && change(o, path).is_some_and(|c| c.0 == patch));
        twin.map_or_else(|| format!("+{added} −{removed}"), |twin| format!("same as {}", twin.letter))
    };
    let row =
        |path: &str| MatrixRow { path: path.to_owned(), cells: patched.iter().map(|run| cell(run, path)).collect() };
    paths.into_iter().map(row).collect()
}
