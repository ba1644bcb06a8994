//! Issues, comments, reactions and pull requests.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::ids::{CommentId, GithubRepoId};
use crate::domain::pull::PullStatus;
use crate::domain::reaction::ReactionContent;
use crate::domain::repo::CommitSha;

use super::super::{self as github, CommentRollup};
use super::account::{Account, At, actor};

#[derive(Deserialize)]
pub(in super::super) struct Issue {
    number: i64,
    state: String,
    #[serde(default)]
    locked: bool,
    title: String,
    body: Option<String>,
    user: Option<Account>,
    #[serde(default)]
    labels: Vec<Label>,
    html_url: String,
    created_at: At,
    updated_at: At,
    pull_request: Option<serde::de::IgnoredAny>,
    pub repository_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Label {
    Named { name: Option<String> },
    Plain(String),
}

impl Issue {
    pub(in super::super) fn into_domain(self) -> github::Issue {
        let name = |label| match label {
            Label::Named { name } => name,
            Label::Plain(name) => Some(name),
        };
        github::Issue {
            number: self.number,
            open: self.state == "open",
            locked: self.locked,
            is_pull: self.pull_request.is_some(),
            title: self.title,
            body: self.body.unwrap_or_default(),
            author: actor(self.user),
            labels: self.labels.into_iter().filter_map(name).collect(),
            url: self.html_url,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        }
    }
}

#[derive(Deserialize)]
struct AppId {
    id: i64,
}

#[derive(Deserialize)]
pub(in super::super) struct Comment {
    id: i64,
    node_id: String,
    body: Option<String>,
    user: Option<Account>,
    performed_via_github_app: Option<AppId>,
    issue_url: String,
    html_url: String,
    created_at: At,
    updated_at: At,
}

impl Comment {
    pub(in super::super) fn into_domain(self) -> Option<github::Comment> {
        Some(github::Comment {
            id: CommentId(self.id),
            node_id: self.node_id,
            body: self.body.unwrap_or_default(),
            author: actor(self.user),
            app_id: self.performed_via_github_app.map(|app| app.id),
            issue_number: self.issue_url.rsplit('/').next()?.parse().ok()?,
            url: self.html_url,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Rollup {
    id: i64,
    #[serde(default)]
    reactions: BTreeMap<String, serde_json::Value>,
}

impl Rollup {
    pub(in super::super) fn into_domain(self) -> CommentRollup {
        let counts = self.reactions.iter().filter_map(|(word, count)| {
            let count = count.as_u64().filter(|count| *count > 0)?;
            Some((ReactionContent::parse(word)?, count))
        });
        CommentRollup { id: CommentId(self.id), reactions: counts.collect() }
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Reaction {
    id: i64,
    content: String,
    user: Option<Account>,
    created_at: At,
}

impl Reaction {
    pub(in super::super) fn into_domain(self) -> Option<github::Reaction> {
        Some(github::Reaction {
            id: self.id,
            content: ReactionContent::parse(&self.content)?,
            author: actor(self.user),
            created_at: self.created_at.0,
        })
    }
}

#[derive(Deserialize)]
struct Side {
    #[serde(rename = "ref")]
    name: String,
    sha: String,
    repo: Option<AppId>,
}

#[derive(Deserialize)]
pub(in super::super) struct Pull {
    number: i64,
    node_id: String,
    html_url: String,
    state: String,
    merged_at: Option<At>,
    #[serde(default)]
    draft: bool,
    title: String,
    body: Option<String>,
    user: Option<Account>,
    head: Side,
    base: Side,
    created_at: At,
}

impl Pull {
    pub(in super::super) fn into_domain(self) -> Option<github::PullInfo> {
        let status = match (self.merged_at, self.state.as_str()) {
            (Some(_), _) => PullStatus::Merged,
            (None, "open") => PullStatus::Open,
            (None, _) => PullStatus::Closed,
        };
        Some(github::PullInfo {
            number: self.number,
            node_id: self.node_id,
            url: self.html_url,
            status,
            draft: self.draft,
            title: self.title,
            body: self.body.unwrap_or_default(),
            author: actor(self.user),
            head: self.head.name,
            head_sha: CommitSha::parse(&self.head.sha)?,
            head_repo: self.head.repo.map(|repo| GithubRepoId(repo.id)),
            base: self.base.name,
            created_at: self.created_at.0,
        })
    }
}

/// A GraphQL answer: 200 also when it failed.
#[derive(Deserialize)]
pub(in super::super) struct Graphql {
    #[serde(default)]
    pub errors: Vec<GraphqlFault>,
}

#[derive(Deserialize)]
pub(in super::super) struct GraphqlFault {
    #[serde(rename = "type", default)]
    pub kind: String,
}
