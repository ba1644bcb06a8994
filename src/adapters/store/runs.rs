//! Runs: their rows and lists; the steps of their status machine come from `run_steps`.

use sqlx::any::AnyRow;

pub use super::run_steps::{cancel, charge, fail_queued, fail_queued_of_model, finish, request_cancel, start};

use super::row::{Read, opt_text, text, to_json};
use super::usage::tokens;
use super::{Conn, StoreError};
use crate::domain::failure::FailureKind;
use crate::domain::ids::{RoundId, RunId, TaskId};
use crate::domain::model::Provider;
use crate::domain::money::UsdMicros;
use crate::domain::repo::CommitSha;
use crate::domain::run::{Letter, Run, RunResult, RunStatus};
use crate::domain::sha256::Sha256Hex;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, task_id, round_id, round, letter, model_id, provider, model_name, model_label, instruction, \
             base_ref, base_commit, status, attempt, cancel_requested, budget, summary, patch, patch_sha256, \
             files_changed, warnings, error, input_tokens, output_tokens, cached_input_tokens, cost, created_at, \
             started_at, completed_at, answered_by, cache_write_tokens, failure FROM runs ",
            $rest
        )
    };
}

fn read(row: &AnyRow) -> Result<Run, StoreError> {
    Ok(Run {
        id: row.id("id")?,
        task_id: row.id("task_id")?,
        round_id: row.id("round_id")?,
        round: row.int("round")?,
        letter: read_letter(row)?,
        model_id: row.opt_id("model_id")?,
        provider: row.parsed("provider", Provider::parse)?,
        model_name: row.text("model_name")?,
        model_label: row.text("model_label")?,
        instruction: row.text("instruction")?,
        base_ref: row.opt_text("base_ref")?,
        base_commit: row.parsed("base_commit", CommitSha::parse)?,
        status: row.parsed("status", RunStatus::parse)?,
        attempt: row.int("attempt")?,
        cancel_requested: row.flag("cancel_requested")?,
        budget: UsdMicros(row.int("budget")?),
        result: read_result(row)?,
        created_at: row.time("created_at")?,
        started_at: row.opt_time("started_at")?,
        completed_at: row.opt_time("completed_at")?,
    })
}

fn read_letter(row: &AnyRow) -> Result<Letter, StoreError> {
    let index = u16::try_from(row.int("letter")?).map_err(|_| StoreError::Unreadable { column: "letter" })?;
    Ok(Letter::at(usize::from(index)))
}

fn read_result(row: &AnyRow) -> Result<RunResult, StoreError> {
    Ok(RunResult {
        summary: row.opt_text("summary")?,
        patch: row.opt_text("patch")?,
        patch_sha256: row.opt_parsed("patch_sha256", Sha256Hex::parse)?,
        files_changed: row.json("files_changed")?,
        warnings: row.json("warnings")?,
        error: row.opt_text("error")?,
        usage: tokens(row)?,
        cost: UsdMicros(row.int("cost")?),
        answered_by: row.opt_text("answered_by")?,
        failure: row.opt_parsed("failure", FailureKind::parse)?,
    })
}

/// The index of a letter as its column holds it.
fn letter_column(letter: Letter) -> i64 {
    i64::try_from(letter.index()).unwrap_or(i64::MAX)
}

/// Adds a run. A retry is another run of the same letter: the newest one is the candidate.
pub async fn insert(conn: &mut Conn, run: &Run) -> Result<(), StoreError> {
    let result = &run.result;
    sqlx::query(
        "INSERT INTO runs (id, task_id, round_id, round, letter, model_id, provider, model_name, model_label, \
         instruction, base_ref, base_commit, status, attempt, cancel_requested, budget, summary, patch, patch_sha256, \
         files_changed, warnings, error, input_tokens, output_tokens, cached_input_tokens, cost, created_at, \
         started_at, completed_at, answered_by, cache_write_tokens, failure) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, \
         $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)",
    )
    .bind(run.id.to_string())
    .bind(run.task_id.to_string())
    .bind(run.round_id.to_string())
    .bind(run.round)
    .bind(letter_column(run.letter))
    .bind(run.model_id.map(|m| m.to_string()))
    .bind(run.provider.as_str())
    .bind(text(&run.model_name))
    .bind(text(&run.model_label))
    .bind(text(&run.instruction))
    .bind(opt_text(run.base_ref.as_deref()))
    .bind(run.base_commit.as_str().to_owned())
    .bind(run.status.as_str())
    .bind(run.attempt)
    .bind(i64::from(run.cancel_requested))
    .bind(run.budget.0)
    .bind(opt_text(result.summary.as_deref()))
    .bind(opt_text(result.patch.as_deref()))
    .bind(result.patch_sha256.as_ref().map(|h| h.as_str().to_owned()))
    .bind(to_json(&result.files_changed)?)
    .bind(to_json(&result.warnings)?)
    .bind(opt_text(result.error.as_deref()))
    .bind(result.usage.input_tokens)
    .bind(result.usage.output_tokens)
    .bind(result.usage.cached_input_tokens)
    .bind(result.cost.0)
    .bind(run.created_at.0)
    .bind(run.started_at.map(|t| t.0))
    .bind(run.completed_at.map(|t| t.0))
    .bind(opt_text(result.answered_by.as_deref()))
    .bind(result.usage.cache_write_tokens)
    .bind(result.failure.map(FailureKind::as_str))
    .execute(conn)
    .await?;
    Ok(())
}

/// One run.
pub async fn get(conn: &mut Conn, id: RunId) -> Result<Option<Run>, StoreError> {
    let row = sqlx::query(select!("WHERE id = $1")).bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// Where a run stands.
pub async fn status(conn: &mut Conn, id: RunId) -> Result<Option<RunStatus>, StoreError> {
    let row = sqlx::query("SELECT status FROM runs WHERE id = $1").bind(id.to_string()).fetch_optional(conn).await?;
    row.map(|row| row.parsed("status", RunStatus::parse)).transpose()
}

/// The round's candidate of this letter: the newest run of it.
pub async fn by_letter(conn: &mut Conn, round: RoundId, letter: Letter) -> Result<Option<Run>, StoreError> {
    let query = sqlx::query(select!("WHERE round_id = $1 AND letter = $2 ORDER BY created_at DESC, id DESC LIMIT 1"));
    let row = query.bind(round.to_string()).bind(letter_column(letter)).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The round's runs by letter, each letter's retries after one another.
pub async fn list_round(conn: &mut Conn, round: RoundId) -> Result<Vec<Run>, StoreError> {
    let sql = select!("WHERE round_id = $1 ORDER BY letter, created_at, id");
    sqlx::query(sql).bind(round.to_string()).fetch_all(conn).await?.iter().map(read).collect()
}

/// The task's runs of all rounds, newest first.
pub async fn list_task(conn: &mut Conn, task: TaskId) -> Result<Vec<Run>, StoreError> {
    let sql = select!("WHERE task_id = $1 ORDER BY created_at DESC, id DESC");
    sqlx::query(sql).bind(task.to_string()).fetch_all(conn).await?.iter().map(read).collect()
}
