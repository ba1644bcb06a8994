//! A run: one model's attempt.

use serde::Serialize;
use utoipa::ToSchema;

use super::Moment;
use crate::domain::ids::{ModelId, RunId, TaskId};
use crate::domain::model::Provider;
use crate::domain::money::{Usage, UsdMicros};
use crate::domain::patch;
use crate::domain::run::{self, RunStatus};
use crate::engine::evidence::Facts;
use crate::entry::api::form::Example;
use crate::service::rest::tasks::Papers;

/// One model's attempt at a patch.
#[derive(Debug, Serialize, ToSchema)]
pub struct Run {
    id: RunId,
    task_id: TaskId,
    /// Missing once the profile was deleted.
    model_id: Option<ModelId>,
    model_name: String,
    provider: Provider,
    /// The model that answered in place of this one.
    answered_by: Option<String>,
    instruction: String,
    base_ref: Option<String>,
    status: RunStatus,
    summary: Option<String>,
    /// A git-format diff that `git apply --index` takes on `base_commit`; empty when nothing needs to change.
    patch: Option<String>,
    files_changed: Vec<FileDiff>,
    logs: Vec<String>,
    warnings: Vec<String>,
    /// One sentence when it failed.
    error: Option<String>,
    created_at: Moment,
    started_at: Option<Moment>,
    completed_at: Option<Moment>,
    /// Its letter within the round.
    candidate: String,
    round: i64,
    /// The pinned commit.
    base_commit: String,
    /// Lower-case hexadecimal SHA-256 of `patch`, as the comment shows it.
    patch_sha256: Option<String>,
    usage: Spent,
    /// Once it ended, what its round's evidence says of it (`candidates` of `/v1/schemas/evidence/1`).
    #[schema(value_type = Option<Object>)]
    evidence: Option<Facts>,
}

/// One changed file.
#[derive(Debug, Serialize, ToSchema)]
struct FileDiff {
    path: String,
    /// The path before a rename.
    old_path: Option<String>,
    added_lines: i64,
    removed_lines: i64,
    /// This file's part of the diff.
    patch: String,
}

/// Tokens, and what they cost.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Usage)]
pub struct Spent {
    /// Tokens sent, cached ones included.
    input_tokens: i64,
    /// Tokens received, reasoning included.
    output_tokens: i64,
    /// The part of `input_tokens` that the provider had cached.
    cached_input_tokens: i64,
    cost_usd: f64,
}

/// The runs of one round.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunIds {
    pub run_ids: Vec<RunId>,
}

impl Spent {
    /// Tokens and their price.
    pub fn new(usage: &Usage, cost: UsdMicros) -> Self {
        Self {
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cached_input_tokens: usage.cached_input_tokens,
            cost_usd: cost.as_usd(),
        }
    }
}

impl From<&patch::FileDiff> for FileDiff {
    fn from(file: &patch::FileDiff) -> Self {
        Self {
            path: file.path.clone(),
            old_path: file.old_path.clone(),
            added_lines: file.added_lines,
            removed_lines: file.removed_lines,
            patch: file.patch.clone(),
        }
    }
}

impl Run {
    /// From its row and what it wrote down.
    pub fn new(run: run::Run, papers: Papers) -> Self {
        let result = run.result;
        Self {
            id: run.id,
            task_id: run.task_id,
            model_id: run.model_id,
            model_name: run.model_name,
            provider: run.provider,
            answered_by: result.answered_by,
            instruction: run.instruction,
            base_ref: run.base_ref,
            status: run.status,
            summary: result.summary,
            patch: result.patch,
            files_changed: result.files_changed.iter().map(FileDiff::from).collect(),
            logs: papers.logs.into_iter().map(|line| line.content).collect(),
            warnings: result.warnings,
            error: result.error,
            created_at: run.created_at.into(),
            started_at: run.started_at.map(Moment::from),
            completed_at: run.completed_at.map(Moment::from),
            candidate: run.letter.to_string(),
            round: run.round,
            base_commit: run.base_commit.to_string(),
            patch_sha256: result.patch_sha256.map(|sha| sha.as_str().to_owned()),
            usage: Spent::new(&result.usage, result.cost),
            evidence: papers.evidence,
        }
    }
}

impl Example for FileDiff {
    fn example() -> Self {
        let patch = "diff --git a/greet.py b/greet.py\n--- a/greet.py\n+++ b/greet.py\n@@ -1 +1 @@\n-helo\n+hello\n";
        Self { path: "greet.py".into(), old_path: None, added_lines: 1, removed_lines: 1, patch: patch.into() }
    }
}

impl Example for Run {
    fn example() -> Self {
        let file = FileDiff::example();
        Self {
            id: Example::example(),
            task_id: Example::example(),
            model_id: Some(Example::example()),
            model_name: "gpt-5".into(),
            provider: Provider::OpenAi,
            answered_by: None,
            instruction: "Spell the greeting right".into(),
            base_ref: Some("main".into()),
            status: RunStatus::Succeeded,
            summary: Some("Spelled the greeting right.".into()),
            patch_sha256: Some(crate::domain::sha256::Sha256Hex::of(&file.patch).as_str().to_owned()),
            patch: Some(file.patch.clone()),
            files_changed: vec![file],
            logs: vec!["Asked gpt-5 with 3 files.".into()],
            warnings: Vec::new(),
            error: None,
            created_at: Moment::example(),
            started_at: Some(Moment::example()),
            completed_at: Some(Moment::example()),
            candidate: "A".into(),
            round: 1,
            base_commit: "4b825dc642cb6eb9a060e54bf8d69288fbee4904".into(),
            usage: Spent { input_tokens: 5200, output_tokens: 310, cached_input_tokens: 4096, cost_usd: 0.0051 },
            evidence: None,
        }
    }
}

impl Example for RunIds {
    fn example() -> Self {
        Self { run_ids: vec![Example::example()] }
    }
}
