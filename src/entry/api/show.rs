//! What clients see of each thing: the fields of the original's version, and ours beside them.

use serde_json::{Value, json};

use crate::domain::clock::Timestamp;
use crate::domain::message::Message;
use crate::domain::model::ModelProfile;
use crate::domain::money::Prices;
use crate::domain::pull::Pull;
use crate::domain::repo::Repo;
use crate::domain::run::Run;
use crate::domain::task::Task;
use crate::service::rest::tasks::Papers;

/// Names of things in "… not found".
pub(super) const MODEL: &str = "Model";
pub(super) const REPO: &str = "Repository";
pub(super) const TASK: &str = "Task";
pub(super) const RUN: &str = "Run";
pub(super) const PULL: &str = "PR";

fn at(moment: Option<Timestamp>) -> Option<String> {
    moment.map(Timestamp::to_rfc3339)
}

fn prices(prices: &Prices) -> Value {
    json!({
        "input": prices.input.as_usd(),
        "output": prices.output.as_usd(),
        "cached_input": prices.cached_input.as_usd(),
    })
}

/// Never the key: only its last characters.
pub(super) fn model(model: &ModelProfile) -> Value {
    json!({
        "id": model.id,
        "provider": model.provider,
        "model_name": model.model_name,
        "display_name": model.display_name,
        "created_at": model.created_at.to_rfc3339(),
        "alias": model.alias,
        "default": model.default,
        "base_url": model.base_url,
        "wire": model.wire,
        "tools": model.tools,
        "prices": model.prices.as_ref().map(prices),
        "free": model.free,
        "fallback": model.fallback,
        "max_concurrent": model.limits.max_concurrent,
        "requests_per_minute": model.limits.requests_per_minute,
        "source": model.source,
        "api_key_hint": model.api_key_hint,
    })
}

pub(super) fn repo(repo: &Repo) -> Value {
    json!({
        "id": repo.id,
        "repo_url": repo.url,
        "default_branch": repo.default_branch,
        "latest_commit": repo.latest_commit,
        "workspace_path": repo.mirror(),
        "created_at": repo.created_at.to_rfc3339(),
    })
}

pub(super) fn task(task: &Task) -> Value {
    json!({
        "id": task.id,
        "repo_id": task.repo_id,
        "title": task.title,
        "created_at": task.created_at.to_rfc3339(),
        "updated_at": task.updated_at.to_rfc3339(),
        "issue_number": task.issue.as_ref().map(|issue| issue.number),
        "issue_url": task.issue.as_ref().map(|issue| &issue.url),
        "round": task.round,
    })
}

/// A task with all that belongs to it; runs and pull requests in short.
pub(super) fn task_detail(row: &Task, messages: &[Message], runs: &[Run], pulls: &[Pull]) -> Value {
    let mut detail = task(row);
    if let Value::Object(fields) = &mut detail {
        fields.insert("messages".into(), messages.iter().map(message).collect());
        fields.insert("runs".into(), runs.iter().map(run_summary).collect());
        fields.insert("prs".into(), pulls.iter().map(pull_summary).collect());
    }
    detail
}

pub(super) fn message(message: &Message) -> Value {
    json!({
        "id": message.id,
        "task_id": message.task_id,
        "role": message.role,
        "content": message.content,
        "created_at": message.created_at.to_rfc3339(),
    })
}

fn run_summary(run: &Run) -> Value {
    json!({
        "id": run.id,
        "model_id": run.model_id,
        "model_name": run.model_name,
        "provider": run.provider,
        "status": run.status,
        "created_at": run.created_at.to_rfc3339(),
        "candidate": run.letter.to_string(),
        "round": run.round,
    })
}

fn pull_summary(pull: &Pull) -> Value {
    json!({ "id": pull.id, "number": pull.number, "url": pull.url, "status": pull.status })
}

pub(super) fn run(run: &Run, papers: &Papers) -> Value {
    let result = &run.result;
    json!({
        "id": run.id,
        "task_id": run.task_id,
        "model_id": run.model_id,
        "model_name": run.model_name,
        "provider": run.provider,
        "answered_by": result.answered_by,
        "instruction": run.instruction,
        "base_ref": run.base_ref,
        "status": run.status,
        "summary": result.summary,
        "patch": result.patch,
        "files_changed": result.files_changed,
        "logs": papers.logs.iter().map(|line| line.content.as_str()).collect::<Vec<_>>(),
        "warnings": result.warnings,
        "error": result.error,
        "created_at": run.created_at.to_rfc3339(),
        "started_at": at(run.started_at),
        "completed_at": at(run.completed_at),
        "candidate": run.letter.to_string(),
        "round": run.round,
        "base_commit": run.base_commit,
        "patch_sha256": result.patch_sha256,
        "usage": {
            "input_tokens": result.usage.input_tokens,
            "output_tokens": result.usage.output_tokens,
            "cached_input_tokens": result.usage.cached_input_tokens,
            "cost_usd": result.cost.as_usd(),
        },
        "evidence": papers.evidence,
    })
}

pub(super) fn pull(pull: &Pull) -> Value {
    json!({
        "id": pull.id,
        "task_id": pull.task_id,
        "number": pull.number,
        "url": pull.url,
        "branch": pull.branch,
        "title": pull.title,
        "body": pull.body,
        "latest_commit": pull.head,
        "status": pull.status,
        "created_at": pull.created_at.to_rfc3339(),
        "updated_at": pull.updated_at.to_rfc3339(),
    })
}
