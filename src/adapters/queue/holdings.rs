//! The jobs that run in this process.

use std::collections::{HashMap, HashSet};

use tokio_util::sync::CancellationToken;

use super::claim::Claimed;
use super::finish::{Ending, Finish, Written};
use super::lease::LeaseRow;
use crate::domain::ids::JobId;

#[derive(Debug)]
struct Held {
    attempt: i64,
    long: bool,
    canceled: CancellationToken,
}

/// Claims by row and token (a row that was lost and claimed again is held twice for a while), and what
/// ended here but is not in the database yet.
#[derive(Debug, Default)]
pub(super) struct Holdings {
    held: HashMap<(JobId, i64), Held>,
    pub(super) ended: Vec<Finish>,
}

impl Holdings {
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Takes a claim in; the token is canceled at once if that was asked for before.
    pub(super) fn take(&mut self, long: bool, claimed: &Claimed) -> CancellationToken {
        let canceled = CancellationToken::new();
        if claimed.cancel_requested {
            canceled.cancel();
        }
        let held = Held { attempt: claimed.attempt, long, canceled: canceled.clone() };
        self.held.insert((claimed.job_id, claimed.token), held);
        canceled
    }

    /// How many workers of a pool are at work.
    pub(super) fn busy(&self, long: bool) -> usize {
        self.held.values().filter(|held| held.long == long).count()
    }

    /// Drops what is written or lost, keeps what must be tried again.
    pub(super) fn settle(&mut self, written: &[Written]) {
        let mut written = written.iter();
        self.ended.retain(|finish| match written.next() {
            Some(Written::Later) | None => true,
            Some(Written::Yes) => {
                self.held.remove(&(finish.job_id, finish.token));
                false
            }
            Some(Written::Lost) => {
                tracing::warn!(job.id = %finish.job_id, "a job's end came after its lease was lost, another worker has it");
                self.held.remove(&(finish.job_id, finish.token));
                false
            }
        });
    }

    /// As [`Self::busy`], as if what ends in `written` were gone already.
    pub(super) fn busy_after(&self, long: bool, written: &[Written]) -> usize {
        let gone: HashSet<_> = (self.ended.iter().zip(written))
            .filter(|(_, written)| **written != Written::Later)
            .map(|(finish, _)| (finish.job_id, finish.token))
            .collect();
        self.held.iter().filter(|(key, held)| held.long == long && !gone.contains(key)).count()
    }

    /// Compares with this worker's rows: cancels what shall stop and what was lost, and gives the rows
    /// that nobody here holds (their claim's commit seemed to fail).
    pub(super) fn compare(&self, rows: &[LeaseRow]) -> Vec<LeaseRow> {
        let mut unheld: HashMap<_, _> = rows.iter().map(|row| ((row.job_id, row.token), *row)).collect();
        for (key, held) in &self.held {
            if unheld.remove(key).is_none_or(|row| row.cancel_requested) {
                held.canceled.cancel();
            }
        }
        unheld.into_values().collect()
    }

    /// Gives up every claim that has not ended.
    pub(super) fn release_all(&mut self) {
        let ended: HashSet<_> = self.ended.iter().map(|finish| (finish.job_id, finish.token)).collect();
        for ((job_id, token), held) in &self.held {
            if !ended.contains(&(*job_id, *token)) {
                let ending = Ending::Release;
                self.ended.push(Finish { job_id: *job_id, token: *token, attempt: held.attempt, job: None, ending });
            }
        }
    }
}
