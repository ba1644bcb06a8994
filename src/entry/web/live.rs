//! Live news as server-sent events: a round's bars, a run's bar and log. An event holds the HTML for its place on the
//! page; nothing is sent while nothing changes, and the stream ends when the work does.

use std::convert::Infallible;
use std::time::Duration;

use askama::Template as _;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::stream::unfold;
use tokio::sync::broadcast::Receiver;
use tokio::time::Instant;

use super::WebState;
use super::page::{failed, message, not_found};
use super::places::Place;
use super::progress::{Bars, bars};
use super::run::{LogPart, PAGE_LINES, bar_of};
use super::visitor::Visitor;
use crate::domain::ids::{RunId, TaskId};
use crate::domain::repo::Repo;
use crate::service::progress::{log, progress};
use crate::service::rest::logs::changed;
use crate::service::rest::lookup;

/// How often is looked for what other processes wrote, and for the time that passes; what this one writes is told.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// News that come together are told together.
const GATHER: Duration = Duration::from_millis(60);
/// How long somebody may listen before it is asked again whether they may.
const ALLOWED_FOR: Duration = Duration::from_secs(5);

enum What {
    Round(TaskId),
    /// A run, and the first line of its log that was not sent.
    Run(RunId, i64),
}

struct Listener {
    state: WebState,
    visitor: Visitor,
    repo: Repo,
    /// When it was last seen that the visitor may look.
    allowed_at: Instant,
    _place: Place,
    what: What,
    changes: Receiver<RunId>,
    /// The runs that are followed.
    runs: Vec<RunId>,
    /// The bars that were sent last.
    sent: String,
    over: bool,
}

pub(super) async fn round(State(state): State<WebState>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse() else { return not_found() };
    match lookup::task(&state.services, id).await {
        Ok(found) => open(state, visitor, found.map(|(_, repo)| repo), What::Round(id)).await,
        Err(error) => failed(&error.into()),
    }
}

pub(super) async fn run(State(state): State<WebState>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse() else { return not_found() };
    match lookup::run(&state.services, id).await {
        Ok(found) => open(state, visitor, found.map(|(_, repo)| repo), What::Run(id, 1)).await,
        Err(error) => failed(&error.into()),
    }
}

async fn open(state: WebState, visitor: Visitor, repo: Option<Repo>, what: What) -> Response {
    let Some(repo) = repo else { return not_found() };
    if let Some(refused) = visitor.barred(&state, &repo).await {
        return refused;
    }
    let Some(place) = state.places.take(visitor.person().map(|person| person.id)) else {
        let text = "Too many pages listen at once. Load this one again to see what is new.";
        return message(StatusCode::SERVICE_UNAVAILABLE, "Too many listeners", text);
    };
    // Heard from before the first look, so that nothing falls between.
    let changes = state.services.store.run_changes();
    let listener = Listener {
        state,
        visitor,
        repo,
        allowed_at: Instant::now(),
        _place: place,
        what,
        changes,
        runs: Vec::new(),
        sent: String::new(),
        over: false,
    };
    Sse::new(unfold(listener, next)).keep_alive(KeepAlive::default()).into_response()
}

async fn next(mut listener: Listener) -> Option<(Result<Event, Infallible>, Listener)> {
    let stop = listener.state.stop.clone();
    while !listener.over {
        let news = async { if listener.is_allowed().await? { listener.look().await.map(Some) } else { Ok(None) } };
        let news = tokio::select! {
            () = stop.cancelled() => return None,
            news = news => news,
        };
        match news {
            Ok(Some(Some(event))) => return Some((Ok(event), listener)),
            Ok(Some(None)) => {}
            Ok(None) => return None,
            Err(error) => {
                tracing::warn!(%error, "a page's live news ended early");
                return None;
            }
        }
        tokio::select! {
            () = stop.cancelled() => return None,
            () = listener.wait() => {}
        }
    }
    None
}

impl Listener {
    /// Whether the visitor may still look (M40); what cannot be found out ends the news too.
    async fn is_allowed(&mut self) -> anyhow::Result<bool> {
        if self.allowed_at.elapsed() < ALLOWED_FOR.min(self.state.services.policy.looking_age) {
            return Ok(true);
        }
        self.allowed_at = Instant::now();
        Ok(self.visitor.is_here(&self.state).await? && self.visitor.may_read(&self.state, &self.repo).await?)
    }

    /// Until there may be something new.
    async fn wait(&mut self) {
        let (changes, runs) = (&mut self.changes, &self.runs);
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = changed(changes, |run| runs.contains(&run)) => tokio::time::sleep(GATHER).await,
        }
    }

    /// Something new, if there is; the last event says that it is over.
    async fn look(&mut self) -> anyhow::Result<Option<Event>> {
        match self.what {
            What::Round(id) => {
                let Some(now) = progress(&self.state.services, id).await? else { return Ok(self.end()) };
                self.runs = now.found.runs.iter().map(|run| run.id).collect();
                let bars = bars(&self.state.services, &now);
                self.bars(&bars)
            }
            What::Run(id, first) => {
                self.runs = vec![id];
                let lines = log(&self.state.services, id, first, PAGE_LINES).await?;
                if let Some(last) = lines.last() {
                    self.what = What::Run(id, last.line_number + 1);
                    return Ok(Some(event("log", &LogPart::new(&lines).render()?)));
                }
                let Some((run, _)) = lookup::run(&self.state.services, id).await? else { return Ok(self.end()) };
                let bars = bar_of(&self.state.services, &run).await?;
                self.bars(&bars)
            }
        }
    }

    fn bars(&mut self, bars: &Bars) -> anyhow::Result<Option<Event>> {
        let html = bars.render()?;
        if html != self.sent {
            self.sent.clone_from(&html);
            return Ok(Some(event("bars", &html)));
        }
        Ok(if bars.working == 0 { self.end() } else { None })
    }

    fn end(&mut self) -> Option<Event> {
        self.over = true;
        // One without data would not reach the page.
        Some(event("over", "the work is done"))
    }
}

/// The wire knows no carriage return inside an event.
fn event(name: &str, html: &str) -> Event {
    Event::default().event(name).data(html.replace('\r', " "))
}
