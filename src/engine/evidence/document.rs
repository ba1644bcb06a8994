//! The evidence of a round as a document for programs. Its form is published as a JSON Schema: a field may join within
//! a version, none changes or goes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{RunId, TaskId};
use crate::domain::round::Round;
use crate::domain::run::Run;

/// The version written now.
pub const EVIDENCE_VERSION: u32 = 1;

/// The JSON Schema of a version.
pub fn evidence_schema(version: &str) -> Option<&'static str> {
    (version == "1").then_some(include_str!("evidence-1.schema.json"))
}

/// What is known of a round's candidates.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// Where the schema is, below the server's address.
    schema: String,
    version: u32,
    task_id: TaskId,
    round: i64,
    base_ref: String,
    base_commit: String,
    /// Nobody is at work any more.
    complete: bool,
    candidates: Vec<Facts>,
}

/// What is known of one candidate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Facts {
    candidate: String,
    run_id: RunId,
    provider: &'static str,
    model_name: String,
    answered_by: Option<String>,
    status: &'static str,
    error: Option<String>,
    /// Whether the patch applies to the base commit; `None` without a patch.
    applies: Option<bool>,
    patch: Option<PatchFacts>,
    same_patch: Vec<String>,
    same_files: Vec<String>,
    warnings: Vec<String>,
    /// Calls of models.
    steps: i64,
    attempts: i64,
    usage: Tokens,
    cost_usd: f64,
    created_at: String,
    started_at: Option<String>,
    completed_at: Option<String>,
    took_ms: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct PatchFacts {
    sha256: String,
    files: Vec<File>,
    added_lines: i64,
    removed_lines: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct File {
    path: String,
    old_path: Option<String>,
    added_lines: i64,
    removed_lines: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Tokens {
    #[serde(rename = "input_tokens")]
    input: i64,
    #[serde(rename = "output_tokens")]
    output: i64,
    #[serde(rename = "cached_input_tokens")]
    cached_input: i64,
    #[serde(rename = "cache_write_tokens")]
    cache_write: i64,
}

/// The document of a round with its candidates by letter; `calls` are the calls of models by run.
pub fn document(task: TaskId, round: &Round, runs: &[Run], calls: &BTreeMap<RunId, i64>) -> Document {
    Document {
        schema: format!("/v1/schemas/evidence/{EVIDENCE_VERSION}"),
        version: EVIDENCE_VERSION,
        task_id: task,
        round: round.number,
        base_ref: round.base_ref.clone(),
        base_commit: round.base_commit.to_string(),
        complete: runs.iter().all(|run| run.status.is_terminal()),
        candidates: runs.iter().map(|run| facts(run, runs, calls)).collect(),
    }
}

/// What is known of `run` among its round's candidates; `calls` are the calls of models by run.
pub fn facts(run: &Run, all: &[Run], calls: &BTreeMap<RunId, i64>) -> Facts {
    let result = &run.result;
    let at = |moment: Option<Timestamp>| moment.map(Timestamp::to_rfc3339);
    let took = run.completed_at.zip(run.started_at).map(|(end, start)| end.since(start).as_millis());
    Facts {
        candidate: run.letter.to_string(),
        run_id: run.id,
        provider: run.provider.as_str(),
        model_name: run.model_name.clone(),
        answered_by: result.answered_by.clone(),
        status: run.status.as_str(),
        error: result.error.clone(),
        applies: run.has_patch().then_some(true),
        patch: run.has_patch().then(|| patch(run)),
        same_patch: others(run, all, |a, b| a.result.patch_sha256 == b.result.patch_sha256),
        same_files: others(run, all, |a, b| paths(a) == paths(b)),
        warnings: result.warnings.clone(),
        steps: calls.get(&run.id).copied().unwrap_or(0),
        attempts: run.attempt,
        usage: Tokens {
            input: result.usage.input_tokens,
            output: result.usage.output_tokens,
            cached_input: result.usage.cached_input_tokens,
            cache_write: result.usage.cache_write_tokens,
        },
        cost_usd: result.cost.as_usd(),
        created_at: run.created_at.to_rfc3339(),
        started_at: at(run.started_at),
        completed_at: at(run.completed_at),
        took_ms: took.and_then(|ms| u64::try_from(ms).ok()),
    }
}

fn patch(run: &Run) -> PatchFacts {
    let changed = &run.result.files_changed;
    let file = |file: &crate::domain::patch::FileDiff| File {
        path: file.path.clone(),
        old_path: file.old_path.clone(),
        added_lines: file.added_lines,
        removed_lines: file.removed_lines,
    };
    PatchFacts {
        sha256: run.result.patch_sha256.as_ref().map(ToString::to_string).unwrap_or_default(),
        added_lines: changed.iter().map(|file| file.added_lines).sum(),
        removed_lines: changed.iter().map(|file| file.removed_lines).sum(),
        files: changed.iter().map(file).collect(),
    }
}

fn paths(run: &Run) -> Vec<&str> {
    run.result.files_changed.iter().map(|file| file.path.as_str()).collect()
}

/// Letters of the other candidates with a patch that are like this one.
fn others(run: &Run, all: &[Run], like: impl Fn(&Run, &Run) -> bool) -> Vec<String> {
    if !run.has_patch() {
        return Vec::new();
    }
    let alike = all.iter().filter(|other| other.id != run.id && other.has_patch() && like(run, other));
    alike.map(|other| other.letter.to_string()).collect()
}
