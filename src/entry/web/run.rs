//! `GET /runs/{id}`: one run with its log, what was left out of its prompt, usage and patch; `/runs/{id}/patch`: the
//! patch as plain text for `git apply`.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::WebState;
use super::page::{failed, not_found, render};
use super::progress::{Bars, bar};
use super::visitor::{Top, Visitor};
use super::words::{lines, moment};
use crate::domain::characters::made_visible;
use crate::domain::repo::Repo;
use crate::domain::run::{LogLine, Run};
use crate::service::Services;
use crate::service::progress::{log, of};
use crate::service::rest::lookup;

/// Lines of the log on one page.
pub(super) const PAGE_LINES: i64 = 2_000;
/// How the log tells what did not fit into the prompt.
const LEFT_OUT: &str = "left out: ";

#[derive(Template)]
#[template(path = "run.html")]
struct Page {
    top: Top,
    run: String,
    task: String,
    repo: String,
    letter: String,
    model: String,
    round: i64,
    is_working: bool,
    bars: Bars,
    instruction: String,
    summary: Option<String>,
    warnings: Vec<String>,
    left_out: Vec<String>,
    facts: Vec<(&'static str, String)>,
    hash: Option<String>,
    /// Path, lines added, lines removed.
    files: Vec<(String, i64, i64)>,
    compare: String,
    log: LogPart,
}

/// Lines of a run's log.
#[derive(Template)]
#[template(path = "log.html")]
pub(super) struct LogPart {
    lines: Vec<(i64, String, String)>,
}

impl LogPart {
    pub(super) fn new(lines: &[LogLine]) -> Self {
        let time = |line: &LogLine| line.at.to_rfc3339().get(11..19).unwrap_or_default().to_owned();
        Self { lines: lines.iter().map(|line| (line.line_number, time(line), made_visible(&line.content))).collect() }
    }
}

/// A single run's bar.
pub(super) async fn bar_of(svc: &Services, run: &Run) -> anyhow::Result<Bars> {
    let steps = of(svc, run).await?;
    Ok(Bars {
        rows: vec![bar(svc, run, &steps)],
        spent: String::new(),
        budget: String::new(),
        working: usize::from(!run.status.is_terminal()),
    })
}

/// The run and its repository, or what is answered instead to this visitor.
async fn seen(state: &WebState, visitor: &Visitor, id: &str) -> Result<(Run, Repo), Box<Response>> {
    let Ok(id) = id.parse() else { return Err(Box::new(not_found())) };
    let (run, repo) = match lookup::run(&state.services, id).await {
        Ok(Some(found)) => found,
        Ok(None) => return Err(Box::new(not_found())),
        Err(error) => return Err(Box::new(failed(&error.into()))),
    };
    match visitor.barred(state, &repo).await {
        None => Ok((run, repo)),
        Some(refused) => Err(Box::new(refused)),
    }
}

pub(super) async fn show(State(state): State<WebState>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let (run, repo) = match seen(&state, &visitor, &id).await {
        Ok(found) => found,
        Err(refused) => return *refused,
    };
    let read = async {
        let lines = log(&state.services, run.id, 1, PAGE_LINES).await?;
        let bars = bar_of(&state.services, &run).await?;
        anyhow::Ok(page(visitor.top(), &run, &repo, &lines, bars))
    };
    match read.await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(error) => failed(&error),
    }
}

fn page(top: Top, run: &Run, repo: &Repo, lines_of_log: &[LogLine], bars: Bars) -> Page {
    let left_out = lines_of_log.iter().filter_map(|line| line.content.strip_prefix(LEFT_OUT));
    let result = &run.result;
    Page {
        top,
        run: run.id.to_string(),
        task: run.task_id.to_string(),
        repo: repo.name.as_ref().map_or_else(|| repo.url.clone(), ToString::to_string),
        letter: run.letter.to_string(),
        model: run.answerer(),
        round: run.round,
        is_working: !run.status.is_terminal(),
        bars,
        instruction: made_visible(&run.instruction),
        summary: result.summary.as_deref().map(made_visible),
        warnings: result.warnings.clone(),
        left_out: left_out.map(made_visible).collect(),
        facts: facts(run),
        hash: result.patch_sha256.as_ref().map(ToString::to_string),
        files: result.files_changed.iter().map(|f| (made_visible(&f.path), f.added_lines, f.removed_lines)).collect(),
        compare: format!("/tasks/{}/compare?round={}&view={}#diffs", run.task_id, run.round, run.letter),
        log: LogPart::new(lines_of_log),
    }
}

fn facts(run: &Run) -> Vec<(&'static str, String)> {
    let usage = &run.result.usage;
    let mut facts = vec![
        ("Model", format!("{} ({})", run.model_name, run.provider.as_str())),
        ("Base", format!("{} at {}", run.base_ref.as_deref().unwrap_or("–"), run.base_commit.short())),
        (
            "Tokens",
            format!(
                "{} in ({} of them cached), {} out",
                usage.input_tokens, usage.cached_input_tokens, usage.output_tokens
            ),
        ),
        ("Cost", format!("{} of {}", run.result.cost, run.budget)),
        ("Queued", moment(run.created_at)),
    ];
    facts.extend(run.started_at.map(|at| ("Begun", moment(at))));
    facts.extend(run.completed_at.map(|at| ("Ended", moment(at))));
    if run.attempt > 1 {
        facts.push(("Attempts", run.attempt.to_string()));
    }
    if run.has_patch() {
        let (added, removed) = lines(run);
        facts.push(("Lines", format!("+{added} −{removed}")));
    }
    facts
}

pub(super) async fn patch(State(state): State<WebState>, visitor: Visitor, Path(id): Path<String>) -> Response {
    match seen(&state, &visitor, &id).await {
        Ok((run, _)) if run.has_patch() => {
            let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
            (headers, run.result.patch.unwrap_or_default()).into_response()
        }
        Ok(_) => not_found(),
        Err(refused) => *refused,
    }
}
