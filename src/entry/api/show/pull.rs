//! A pull request, and what opening or advancing one gives.

use serde::Serialize;
use utoipa::ToSchema;

use super::Moment;
use crate::domain::ids::{PullId, TaskId};
use crate::domain::pull::{self, PullStatus};
use crate::domain::repo::BranchName;
use crate::entry::api::form::Example;

/// A pull request that the bot opened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PullRequest)]
pub struct Pull {
    id: PullId,
    task_id: TaskId,
    number: i64,
    url: String,
    branch: String,
    title: String,
    body: Option<String>,
    /// Its head.
    latest_commit: String,
    status: PullStatus,
    created_at: Moment,
    updated_at: Moment,
}

/// The pull request that a pick came to; `url` and `number` are null while it is being opened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenedPullRequest)]
pub struct Opened {
    pub pr_id: PullId,
    pub url: Option<String>,
    pub branch: String,
    pub number: Option<i64>,
}

/// The pull request with one commit more; `latest_commit` is null while it is being pushed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UpdatedPullRequest)]
pub struct Advanced {
    pub url: String,
    /// Its head.
    pub latest_commit: Option<String>,
}

/// GitHub's page from which a person opens the pull request; only `branch` is known while it is being pushed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PullRequestLink)]
pub struct Link {
    url: Option<String>,
    branch: String,
    /// The branch it is to be merged into.
    base: Option<String>,
}

impl Link {
    /// From what is known of it.
    pub fn new(url: Option<String>, branch: Option<&BranchName>, base: Option<&BranchName>) -> Self {
        let name = |branch: &BranchName| branch.as_str().to_owned();
        Self { url, branch: branch.map(name).unwrap_or_default(), base: base.map(name) }
    }
}

impl From<&pull::Pull> for Pull {
    fn from(pull: &pull::Pull) -> Self {
        Self {
            id: pull.id,
            task_id: pull.task_id,
            number: pull.number,
            url: pull.url.clone(),
            branch: pull.branch.to_string(),
            title: pull.title.clone(),
            body: pull.body.clone(),
            latest_commit: pull.head.to_string(),
            status: pull.status,
            created_at: pull.created_at.into(),
            updated_at: pull.updated_at.into(),
        }
    }
}

const URL: &str = "https://github.com/octo/hello/pull/8";
const HEAD: &str = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d";
const BRANCH: &str = "bakeoff/7-a-8c0070008000";

impl Example for Pull {
    fn example() -> Self {
        Self {
            id: Example::example(),
            task_id: Example::example(),
            number: 8,
            url: URL.into(),
            branch: BRANCH.into(),
            title: "Spell the greeting right".into(),
            body: Some("Closes #7.".into()),
            latest_commit: HEAD.into(),
            status: PullStatus::Open,
            created_at: Moment::example(),
            updated_at: Moment::example(),
        }
    }
}

impl Example for Opened {
    fn example() -> Self {
        Self { pr_id: Example::example(), url: Some(URL.into()), branch: BRANCH.into(), number: Some(8) }
    }
}

impl Example for Link {
    fn example() -> Self {
        let url = "https://github.com/octo/hello/compare/main...bakeoff/7-a-8c0070008000?expand=1";
        Self { url: Some(url.into()), branch: BRANCH.into(), base: Some("main".into()) }
    }
}

impl Example for Advanced {
    fn example() -> Self {
        Self { url: URL.into(), latest_commit: Some(HEAD.into()) }
    }
}
