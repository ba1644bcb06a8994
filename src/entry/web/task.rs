//! `GET /tasks/{id}`: the conversation, the newest round at work, and what can be done about it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::WebState;
use super::act::{Acts, acts};
use super::banner::{Banner, banners};
use super::page::{failed, not_found, render};
use super::progress::{Bars, bars};
use super::visitor::{Top, Visitor};
use super::words::{moment, title};
use crate::domain::characters::made_visible;
use crate::domain::message::{Message, Role};
use crate::engine::context::clean::clean;
use crate::service::progress::{Progress, conversation, progress};

/// A longer message is folded, in characters.
const MAX_OPEN_CHARS: usize = 1_500;

#[derive(Template)]
#[template(path = "task.html")]
struct Page {
    top: Top,
    title: String,
    task: String,
    repo: String,
    issue: Option<(String, String)>,
    banners: Vec<Banner>,
    round: Option<RoundView>,
    bars: Bars,
    thread: Vec<Said>,
    acts: Option<Acts>,
}

struct RoundView {
    number: i64,
    status: &'static str,
    base: String,
    commit: String,
    until: Option<String>,
    compare: String,
    /// Number and address of the rounds before it, newest first.
    earlier: Vec<(i64, String)>,
    /// How many candidates can be looked at.
    patches: usize,
}

struct Said {
    who: &'static str,
    at: String,
    text: String,
    folded: bool,
}

pub(super) async fn show(State(state): State<WebState>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse() else { return not_found() };
    let progress = match progress(&state.services, id).await {
        Ok(Some(progress)) => progress,
        Ok(None) => return not_found(),
        Err(error) => return failed(&error),
    };
    if let Some(refused) = visitor.barred(&state, &progress.found.repo).await {
        return refused;
    }
    let read = async {
        let may_act = visitor.seems_writer(&state, &progress.found.repo).await;
        let acts = if may_act { acts(&state, &visitor, &progress.found).await? } else { None };
        anyhow::Ok((conversation(&state.services, id).await?, acts))
    };
    match read.await {
        Ok((messages, acts)) => {
            let bars = bars(&state.services, &progress);
            render(StatusCode::OK, &page(visitor.top(), &progress, &messages, bars, acts))
        }
        Err(error) => failed(&error),
    }
}

fn page(top: Top, progress: &Progress, messages: &[Message], bars: Bars, acts: Option<Acts>) -> Page {
    let found = &progress.found;
    let id = found.task.id.to_string();
    let at = |number: i64| format!("/tasks/{id}/compare?round={number}");
    let round = found.round.as_ref().map(|round| RoundView {
        number: round.number,
        status: round.status.as_str(),
        base: round.base_ref.clone(),
        commit: round.base_commit.short().to_owned(),
        until: round.expires_at.map(moment),
        compare: at(round.number),
        earlier: (1..round.number).rev().map(|number| (number, at(number))).collect(),
        patches: found.runs.iter().filter(|run| run.has_patch()).count(),
    });
    Page {
        top,
        title: title(&found.task),
        repo: found.repo.name.as_ref().map_or_else(|| found.repo.url.clone(), ToString::to_string),
        issue: found.task.issue.as_ref().map(|issue| (format!("#{}", issue.number), issue.url.clone())),
        banners: banners(found),
        round,
        bars,
        thread: messages.iter().map(said).collect(),
        acts,
        task: id,
    }
}

fn said(message: &Message) -> Said {
    let text = made_visible(&clean(&message.content).text);
    Said {
        who: match message.role {
            Role::User => "People",
            Role::Assistant => "Model",
            Role::System => "bakeoff",
        },
        at: moment(message.created_at),
        folded: text.chars().count() > MAX_OPEN_CHARS,
        text,
    }
}
