//! `GET /`: the tasks that changed last.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::WebState;
use super::page::{failed, render};
use super::words::moment;
use crate::service::comparison::{TaskLine, recent};

const SHOWN: i64 = 100;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    lines: Vec<Line>,
}

struct Line {
    href: String,
    title: String,
    repo: String,
    status: String,
    changed: String,
}

fn line(line: TaskLine) -> Line {
    let name = line.repo.and_then(|repo| repo.name).map(|name| name.to_string()).unwrap_or_default();
    let issue = line.task.issue.map(|issue| format!("#{}", issue.number)).unwrap_or_default();
    Line {
        href: format!("/tasks/{}/compare", line.task.id),
        title: line.task.title.unwrap_or_else(|| "Untitled task".into()),
        repo: format!("{name}{issue}"),
        status: line
            .round
            .map_or_else(|| "no round yet".into(), |r| format!("round {} · {}", r.number, r.status.as_str())),
        changed: moment(line.task.updated_at),
    }
}

pub(super) async fn show(State(state): State<WebState>) -> Response {
    match recent(&state.services, SHOWN).await {
        Ok(lines) => render(StatusCode::OK, &Home { lines: lines.into_iter().map(line).collect() }),
        Err(error) => failed(&error),
    }
}
