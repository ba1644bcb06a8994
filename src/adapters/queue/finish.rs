//! Ending jobs: every write names the token of the claim, so that only its holder can (M54).

use std::collections::HashMap;

use super::lease::locked;
use crate::adapters::store::row::{Read, text};
use crate::adapters::store::{Backend, Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::JobId;
use crate::domain::job::Job;

/// How a claim ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// The row goes.
    Done,
    /// Back in line with all attempts.
    Again(Timestamp),
    /// Back in line with this attempt counted.
    Retry(Timestamp, String),
    /// Given up.
    Dead(String),
    /// Back in line as if never claimed (the process stops).
    Release,
}

/// A claim that ends.
#[derive(Debug, Clone)]
pub(super) struct Finish {
    pub(super) job_id: JobId,
    pub(super) token: i64,
    pub(super) attempt: i64,
    /// `None` when the payload could not be read.
    pub(super) job: Option<Job>,
    pub(super) ending: Ending,
}

/// What became of a claim's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// It is in the database.
    Yes,
    /// Somebody's transaction holds the row; try again.
    Later,
    /// The claim was lost: the job is somebody else's now.
    Lost,
}

struct Row {
    token: i64,
    again_at: Option<Timestamp>,
    cancel_requested: bool,
}

/// Ends claims of `worker`, in one go.
pub(super) async fn finish(
    conn: &mut Conn,
    backend: Backend,
    worker: &str,
    finishes: &[Finish],
    now: Timestamp,
) -> Result<Vec<Written>, StoreError> {
    let free = own_rows(
        conn,
        worker,
        locked!(
            backend,
            "SELECT id, lease_token, again_at, cancel_requested FROM jobs WHERE worker = $1 AND status = 'running'",
            ""
        ),
    )
    .await?;
    let missing = finishes.iter().any(|finish| row_of(&free, finish).is_none());
    let all = if missing && backend == Backend::Postgres {
        own_rows(
            conn,
            worker,
            "SELECT id, lease_token, again_at, cancel_requested FROM jobs WHERE worker = $1 AND status = 'running'",
        )
        .await?
    } else {
        HashMap::new()
    };
    let mut written = Vec::with_capacity(finishes.len());
    for finish in finishes {
        written.push(match (row_of(&free, finish), row_of(&all, finish)) {
            (Some(row), _) => {
                end(conn, finish, row, now).await?;
                Written::Yes
            }
            (None, Some(_)) => Written::Later,
            (None, None) => Written::Lost,
        });
    }
    Ok(written)
}

fn row_of<'a>(rows: &'a HashMap<JobId, Row>, finish: &Finish) -> Option<&'a Row> {
    rows.get(&finish.job_id).filter(|row| row.token == finish.token)
}

async fn own_rows(conn: &mut Conn, worker: &str, text: &'static str) -> Result<HashMap<JobId, Row>, StoreError> {
    let rows = sqlx::query(text).bind(worker).fetch_all(conn).await?;
    let read = |row: &sqlx::any::AnyRow| {
        Ok((
            row.id("id")?,
            Row {
                token: row.int("lease_token")?,
                again_at: row.opt_time("again_at")?,
                cancel_requested: row.flag("cancel_requested")?,
            },
        ))
    };
    rows.iter().map(read).collect()
}

async fn end(conn: &mut Conn, finish: &Finish, row: &Row, now: Timestamp) -> Result<(), StoreError> {
    let fresh = |run_at| Back { run_at, attempts: 0, cancel_requested: false, error: None };
    let back = match (&finish.ending, row.again_at) {
        (Ending::Done, None) => return delete(conn, finish).await,
        (Ending::Dead(reason), None) => return bury(conn, finish, reason, now).await,
        (Ending::Done, Some(at)) => fresh(at),
        (Ending::Dead(reason), Some(at)) => Back { error: Some(reason), ..fresh(at) },
        (Ending::Again(at), again) => Back {
            cancel_requested: row.cancel_requested && again.is_none(),
            ..fresh(again.map_or(*at, |a| a.min(*at)))
        },
        // Asked for anew meanwhile: the pause stays, the attempts begin again.
        (Ending::Retry(at, reason), again) => Back {
            run_at: *at,
            attempts: if again.is_some() { 0 } else { finish.attempt },
            cancel_requested: row.cancel_requested,
            error: Some(reason),
        },
        (Ending::Release, _) => {
            Back { run_at: now, attempts: finish.attempt - 1, cancel_requested: row.cancel_requested, error: None }
        }
    };
    put_back(conn, finish, &back, now).await
}

struct Back<'a> {
    run_at: Timestamp,
    attempts: i64,
    cancel_requested: bool,
    error: Option<&'a str>,
}

async fn put_back(conn: &mut Conn, finish: &Finish, back: &Back<'_>, now: Timestamp) -> Result<(), StoreError> {
    // A crash is forgiven when a later claim ended by itself.
    let forgiven = i64::from(finish.ending != Ending::Release);
    sqlx::query(
        "UPDATE jobs SET status = 'queued', worker = NULL, run_at = $3, attempts = $4, cancel_requested = $5, \
         last_error = $6, again_at = NULL, crashes = CASE WHEN $7 = 1 THEN 0 ELSE crashes END, updated_at = $8 \
         WHERE id = $1 AND lease_token = $2 AND status = 'running'",
    )
    .bind(finish.job_id.to_string())
    .bind(finish.token)
    .bind(back.run_at.0)
    .bind(back.attempts)
    .bind(i64::from(back.cancel_requested))
    .bind(back.error.map(text))
    .bind(forgiven)
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(())
}

async fn delete(conn: &mut Conn, finish: &Finish) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM jobs WHERE id = $1 AND lease_token = $2 AND status = 'running'")
        .bind(finish.job_id.to_string())
        .bind(finish.token)
        .execute(conn)
        .await?;
    Ok(())
}

async fn bury(conn: &mut Conn, finish: &Finish, reason: &str, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE jobs SET status = 'dead', worker = NULL, last_error = $3, updated_at = $4 \
         WHERE id = $1 AND lease_token = $2 AND status = 'running'",
    )
    .bind(finish.job_id.to_string())
    .bind(finish.token)
    .bind(text(reason))
    .bind(now.0)
    .execute(&mut *conn)
    .await?;
    match &finish.job {
        Some(Job::HandleDelivery { app_id, guid }) => {
            super::inbox_rows::mark_failed(conn, *app_id, guid, reason, now).await
        }
        _ => Ok(()),
    }
}
