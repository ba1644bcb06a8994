//! `GET /`: what is at work and waits for a choice, recent tasks, repositories, and a form to start a task by hand.

use std::collections::HashSet;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::WebState;
use super::page::{failed, render};
use super::visitor::{Top, Visitor};
use super::words::{moment, title};
use crate::domain::ids::RepoId;
use crate::domain::repo::Repo;
use crate::domain::round::RoundStatus;
use crate::service::comparison::{Only, Overview, TaskLine, overview, repositories};
use crate::service::rest::preferences::{self, Preferences};
use crate::service::rights::leaves_room;

/// Tasks on the page.
const SHOWN: i64 = 100;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    top: Top,
    groups: Vec<Group>,
    /// All that the visitor may read.
    repos: Vec<Choice>,
    /// Whether some were not asked about, to spare the allowance.
    short: bool,
    /// Those of them where they may start something.
    open: Vec<Choice>,
    models: Vec<Choice>,
    /// The branch that the form begins with.
    base_ref: String,
    token: String,
}

struct Group {
    name: &'static str,
    lines: Vec<Line>,
}

struct Line {
    href: String,
    title: String,
    repo: String,
    status: &'static str,
    class: &'static str,
    round: Option<i64>,
    changed: String,
}

/// Something to choose in the form.
struct Choice {
    id: String,
    name: String,
    /// The default branch of a repository.
    branch: String,
    chosen: bool,
}

fn line(line: TaskLine) -> (Option<RoundStatus>, Line) {
    let name = line.repo.map(|repo| repo.name.map_or(repo.url, |name| name.to_string())).unwrap_or_default();
    let issue = line.task.issue.as_ref().map(|issue| format!("#{}", issue.number)).unwrap_or_default();
    let status = line.round.as_ref().map(|round| round.status);
    let (word, class) = match status {
        None => ("no round yet", "quiet"),
        Some(RoundStatus::Running) => ("at work", "busy"),
        Some(RoundStatus::Choosing) => ("waits for a choice", "warn"),
        Some(RoundStatus::Picked) => ("picked", "good"),
        Some(RoundStatus::Merged) => ("merged", "done"),
        Some(RoundStatus::Failed) => ("failed", "bad"),
        Some(RoundStatus::Canceled) => ("cancelled", "quiet"),
        Some(RoundStatus::Expired) => ("expired", "quiet"),
        Some(RoundStatus::Superseded) => ("superseded", "quiet"),
    };
    let href = match status {
        Some(RoundStatus::Choosing) => format!("/tasks/{}/compare", line.task.id),
        _ => format!("/tasks/{}", line.task.id),
    };
    let shown = Line {
        href,
        title: title(&line.task),
        repo: format!("{name}{issue}"),
        status: word,
        class,
        round: line.round.map(|round| round.number),
        changed: moment(line.task.updated_at),
    };
    (status, shown)
}

fn home(top: Top, found: Overview, open: &HashSet<RepoId>, token: String) -> Home {
    let mut groups = ["Waiting for a choice", "At work", "Other tasks"].map(|name| Group { name, lines: Vec::new() });
    let [waiting, working, other] = &mut groups;
    for (status, line) in found.lines.into_iter().map(line) {
        let group = match status {
            Some(RoundStatus::Choosing) => &mut *waiting,
            Some(RoundStatus::Running) => &mut *working,
            _ => &mut *other,
        };
        group.lines.push(line);
    }
    let any_default = found.models.iter().any(|model| model.default);
    let repo = |repo: &Repo| Choice {
        id: repo.id.to_string(),
        name: repo.name.as_ref().map_or_else(|| repo.url.clone(), ToString::to_string),
        branch: repo.default_branch.to_string(),
        chosen: false,
    };
    let model = |(index, model): (usize, crate::domain::model::ModelProfile)| Choice {
        id: model.id.to_string(),
        name: model.label().to_owned(),
        branch: model.alias.clone(),
        chosen: if any_default { model.default } else { index < 3 },
    };
    Home {
        top,
        groups: groups.into_iter().filter(|group| !group.lines.is_empty()).collect(),
        open: found.repos.iter().filter(|row| open.contains(&row.id)).map(repo).collect(),
        repos: found.repos.iter().map(repo).collect(),
        short: false,
        models: found.models.into_iter().enumerate().map(model).collect(),
        base_ref: String::new(),
        token,
    }
}

impl Home {
    /// Begins the form with what was saved as preferred.
    fn prefer(&mut self, kept: &Preferences) {
        let named = kept.default_repo_owner.as_deref().zip(kept.default_repo_name.as_deref());
        if let Some((owner, name)) = named {
            let wanted = format!("{owner}/{name}");
            let found = self.open.iter_mut().find(|repo| repo.name.eq_ignore_ascii_case(&wanted));
            // The branch is one of that repository.
            let Some(repo) = found else { return };
            repo.chosen = true;
        }
        self.base_ref = kept.default_branch.clone().unwrap_or_default();
    }
}

pub(super) async fn show(State(state): State<WebState>, visitor: Visitor) -> Response {
    let read = async {
        let known = repositories(&state.services, SHOWN).await?;
        let short = visitor.person().is_some() && !known.iter().all(|repo| leaves_room(&state.services, repo));
        let only = Only { repos: visitor.readable(&state, known).await, all: visitor.person().is_none() };
        let mut open = HashSet::new();
        for repo in &only.repos {
            if visitor.seems_writer(&state, repo).await {
                open.insert(repo.id);
            }
        }
        let kept = preferences::get(&state.services).await?;
        anyhow::Ok((overview(&state.services, only, SHOWN).await?, open, short, kept))
    };
    match read.await {
        Ok((found, open, short, kept)) => {
            let mut page = home(visitor.top(), found, &open, visitor.csrf().masked());
            page.prefer(&kept);
            render(StatusCode::OK, &Home { short, ..page })
        }
        Err(error) => failed(&error),
    }
}
