//! The named checks that repositories declare. They do not run yet.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use futures::StreamExt as _;
use futures::stream;

use super::super::WebState;
use super::super::page::{failed, render};
use super::super::visitor::Top;
use super::Admin;
use super::said::Said;
use crate::domain::repo::Repo;
use crate::service::{comparison, repo_file};

/// Repositories that are looked at, at most, and how many at once.
const MOST: i64 = 50;
const AT_ONCE: usize = 8;

struct Line {
    repo: String,
    /// Its checks, or why they are not known.
    checks: Result<Vec<String>, &'static str>,
}

#[derive(Template)]
#[template(path = "settings_checks.html")]
struct Page {
    top: Top,
    here: &'static str,
    said: Option<Said>,
    lines: Vec<Line>,
    most: i64,
}

async fn line(state: &WebState, repo: Repo) -> Line {
    let checks = match repo_file::under(&state.services, &repo).await {
        Ok((_, Some(_))) => Err("its file cannot be read"),
        Ok((here, None)) => Ok(here.policy.file.checks.iter().map(|check| check.name.clone()).collect()),
        Err(error) => {
            tracing::debug!(%error, repo.id = %repo.id, "a repository's checks are not known");
            Err("GitHub does not show its file now")
        }
    };
    Line { repo: repo.name.map_or(repo.url, |name| name.to_string()), checks }
}

/// `GET /settings/checks`.
pub(super) async fn show(State(state): State<WebState>, admin: Admin) -> Response {
    let all = match comparison::repositories(&state.services, MOST).await {
        Ok(all) => all,
        Err(error) => return failed(&error),
    };
    let looked = stream::iter(all).map(|repo| line(&state, repo)).buffered(AT_ONCE);
    let lines: Vec<_> = looked.collect().await;
    let lines = lines.into_iter().filter(|line| line.checks.as_ref().map_or(true, |all| !all.is_empty())).collect();
    render(StatusCode::OK, &Page { top: admin.0.top(), here: "checks", said: None, lines, most: MOST })
}
