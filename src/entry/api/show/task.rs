//! A task, alone and with all that belongs to it.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Message, Moment};
use crate::domain::ids::{ModelId, PullId, RepoId, RunId, TaskId};
use crate::domain::model::Provider;
use crate::domain::pull::PullStatus;
use crate::domain::run::RunStatus;
use crate::domain::{message, pull, run, task};
use crate::entry::api::form::Example;

/// One issue's, or one client's, piece of work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Task {
    id: TaskId,
    repo_id: RepoId,
    title: Option<String>,
    created_at: Moment,
    /// When anything in it last changed.
    updated_at: Moment,
    issue_number: Option<i64>,
    issue_url: Option<String>,
    /// The number of the newest round; 0 before the first.
    round: i64,
}

/// A task with all that belongs to it; runs and pull requests in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskDetail {
    #[serde(flatten)]
    task: Task,
    /// Oldest first.
    messages: Vec<Message>,
    /// Newest first.
    runs: Vec<RunSummary>,
    /// Newest first.
    prs: Vec<PullSummary>,
}

/// A run in short.
#[derive(Debug, Serialize, ToSchema)]
struct RunSummary {
    id: RunId,
    /// Missing once the profile was deleted.
    model_id: Option<ModelId>,
    model_name: String,
    provider: Provider,
    status: RunStatus,
    created_at: Moment,
    /// Its letter within the round.
    candidate: String,
    round: i64,
}

/// A pull request in short.
#[derive(Debug, Serialize, ToSchema)]
struct PullSummary {
    id: PullId,
    number: i64,
    url: String,
    status: PullStatus,
}

impl From<&task::Task> for Task {
    fn from(task: &task::Task) -> Self {
        Self {
            id: task.id,
            repo_id: task.repo_id,
            title: task.title.clone(),
            created_at: task.created_at.into(),
            updated_at: task.updated_at.into(),
            issue_number: task.issue.as_ref().map(|issue| issue.number),
            issue_url: task.issue.as_ref().map(|issue| issue.url.clone()),
            round: task.round,
        }
    }
}

impl TaskDetail {
    /// From its rows.
    pub fn new(task: &task::Task, messages: &[message::Message], runs: &[run::Run], pulls: &[pull::Pull]) -> Self {
        Self {
            task: task.into(),
            messages: messages.iter().map(Message::from).collect(),
            runs: runs.iter().map(RunSummary::from).collect(),
            prs: pulls.iter().map(PullSummary::from).collect(),
        }
    }
}

impl From<&run::Run> for RunSummary {
    fn from(run: &run::Run) -> Self {
        Self {
            id: run.id,
            model_id: run.model_id,
            model_name: run.model_name.clone(),
            provider: run.provider,
            status: run.status,
            created_at: run.created_at.into(),
            candidate: run.letter.to_string(),
            round: run.round,
        }
    }
}

impl From<&pull::Pull> for PullSummary {
    fn from(pull: &pull::Pull) -> Self {
        Self { id: pull.id, number: pull.number, url: pull.url.clone(), status: pull.status }
    }
}

impl Example for Task {
    fn example() -> Self {
        Self {
            id: Example::example(),
            repo_id: Example::example(),
            title: Some("The greeting is wrong".into()),
            created_at: Moment::example(),
            updated_at: Moment::example(),
            issue_number: Some(7),
            issue_url: Some("https://github.com/octo/hello/issues/7".into()),
            round: 1,
        }
    }
}

impl Example for TaskDetail {
    fn example() -> Self {
        let run = RunSummary {
            id: Example::example(),
            model_id: Some(Example::example()),
            model_name: "gpt-5".into(),
            provider: Provider::OpenAi,
            status: RunStatus::Succeeded,
            created_at: Moment::example(),
            candidate: "A".into(),
            round: 1,
        };
        let pull = PullSummary {
            id: Example::example(),
            number: 8,
            url: "https://github.com/octo/hello/pull/8".into(),
            status: PullStatus::Open,
        };
        Self { task: Task::example(), messages: vec![Message::example()], runs: vec![run], prs: vec![pull] }
    }
}
