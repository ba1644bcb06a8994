//! A run's log: a piece for whoever asks again, and a stream that goes on until the run has ended.

use std::collections::VecDeque;
use std::time::Duration;

use futures::stream::{self, Stream};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::adapters::store::{StoreError, run_logs, runs};
use crate::domain::ids::RunId;
use crate::domain::run::{LogLine, RunStatus};
use crate::service::Services;

/// Lines read at once.
const BATCH: i64 = 500;
/// How often the table is looked at for what other processes wrote; those of this one wake at once.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A stream ends after this long, and its client comes back: with a token that still counts.
const LONGEST: Duration = Duration::from_mins(15);

/// Some lines of a run's log.
#[derive(Debug, Clone)]
pub struct Piece {
    /// From the line that was asked for.
    pub lines: Vec<LogLine>,
    /// How many lines there are.
    pub total: i64,
    /// Where the run stood before they were read: what is terminal has no more lines to come.
    pub status: RunStatus,
}

/// The lines of a run from `first` on, counted from 1; `None` for an unknown run.
pub async fn piece(svc: &Services, run: RunId, first: i64, most: i64) -> Result<Option<Piece>, StoreError> {
    let mut conn = svc.store.read().await?;
    let Some(status) = runs::status(&mut conn, run).await? else { return Ok(None) };
    let lines = run_logs::list(&mut conn, run, first, most).await?;
    let total = run_logs::last(&mut conn, run).await?.map_or(0, |line| line.line_number);
    Ok(Some(Piece { lines, total, status }))
}

/// What a follower is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// One more line.
    Line(LogLine),
    /// The run has ended, and all its lines were told.
    Complete(RunStatus),
    /// The log cannot be read now.
    Failed,
}

/// Follows a run's log from line `first` on, counted from 1, until the run has ended or `stop` fires.
pub fn follow(svc: &Services, run: RunId, first: i64, stop: CancellationToken) -> impl Stream<Item = Event> + use<> {
    // Heard from before the first look, so that nothing falls between.
    let changes = svc.store.run_changes();
    let (svc, until) = (svc.clone(), Instant::now() + LONGEST);
    let follower = Follower { svc, run, next: first, changes, stop, until, ready: VecDeque::new(), over: false };
    stream::unfold(follower, Follower::step)
}

struct Follower {
    svc: Services,
    run: RunId,
    /// The next line to tell.
    next: i64,
    changes: Receiver<RunId>,
    stop: CancellationToken,
    until: Instant,
    ready: VecDeque<Event>,
    over: bool,
}

impl Follower {
    async fn step(mut self) -> Option<(Event, Self)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some((event, self));
            }
            if self.over {
                return None;
            }
            self.look().await;
            if self.ready.is_empty() && !self.over && !self.wait().await {
                return None;
            }
        }
    }

    async fn look(&mut self) {
        match piece(&self.svc, self.run, self.next, BATCH).await {
            Ok(Some(piece)) => {
                let last = piece.lines.last().map_or(self.next - 1, |line| line.line_number);
                self.next = last + 1;
                self.ready.extend(piece.lines.into_iter().map(Event::Line));
                if piece.status.is_terminal() && last >= piece.total {
                    self.end(Event::Complete(piece.status));
                }
            }
            Ok(None) => self.end(Event::Failed),
            Err(error) => {
                tracing::warn!(run.id = %self.run, %error, "a run's log could not be read");
                self.end(Event::Failed);
            }
        }
    }

    fn end(&mut self, event: Event) {
        self.ready.push_back(event);
        self.over = true;
    }

    /// Until there may be more to tell; `false` when the stream is to end.
    async fn wait(&mut self) -> bool {
        tokio::select! {
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep_until(self.until) => false,
            () = tokio::time::sleep(LOOK_EVERY) => true,
            () = changed(&mut self.changes, |run| run == self.run) => true,
        }
    }
}

/// Until one of these runs has changed, as far as this process knows.
pub async fn changed(changes: &mut Receiver<RunId>, is_ours: impl Fn(RunId) -> bool) {
    loop {
        match changes.recv().await {
            Ok(run) if !is_ours(run) => {}
            Ok(_) | Err(RecvError::Lagged(_)) => return,
            // The store holds the other end for as long as there is one.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
