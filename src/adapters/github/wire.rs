//! GitHub's JSON, only the fields we use; what a person deleted may be null.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::Deserialize;
use tokio::time::Instant;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{CommentId, GithubRepoId, GithubUserId, InstallationId};
use crate::domain::permission::{Permission, Person};
use crate::domain::pull::PullStatus;
use crate::domain::repo::{BranchName, CommitSha, RepoName};

use super::tokens::Token;
use super::{AccountKind, Actor, CommentRollup, Compare, CompareStatus, ReactionContent};

/// A time as GitHub writes it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct At(pub Timestamp);

impl TryFrom<String> for At {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Timestamp::parse_rfc3339(&text).map(Self).ok_or("not a time")
    }
}

#[derive(Deserialize)]
pub(super) struct Account {
    id: i64,
    login: String,
    #[serde(rename = "type", default)]
    kind: String,
}

impl Account {
    pub(super) fn into_actor(self) -> Actor {
        Actor { person: Person { id: GithubUserId(self.id), login: self.login }, kind: AccountKind::parse(&self.kind) }
    }
}

fn actor(account: Option<Account>) -> Option<Actor> {
    account.map(Account::into_actor)
}

#[derive(Deserialize)]
pub(super) struct Minted {
    token: String,
    expires_at: At,
}

impl Minted {
    pub(super) fn into_token(self) -> Option<Token> {
        let plain = !self.token.is_empty() && self.token.bytes().all(|b| b.is_ascii_graphic());
        plain.then(|| Token {
            secret: SecretString::from(self.token),
            expires_at: self.expires_at.0,
            minted: Instant::now(),
        })
    }
}

#[derive(Deserialize)]
pub(super) struct App {
    pub id: i64,
    pub slug: String,
    #[serde(default)]
    pub permissions: BTreeMap<String, String>,
    #[serde(default)]
    pub events: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Installation {
    id: i64,
    account: Account,
    suspended_at: Option<At>,
    #[serde(default)]
    pub permissions: BTreeMap<String, String>,
}

impl Installation {
    pub(super) fn into_domain(self) -> super::Installation {
        super::Installation {
            id: InstallationId(self.id),
            account: self.account.into_actor(),
            suspended: self.suspended_at.is_some(),
            permissions: self.permissions,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Repositories {
    pub repositories: Vec<Repository>,
}

#[derive(Deserialize)]
pub(super) struct Repository {
    id: i64,
    full_name: String,
    default_branch: String,
    #[serde(default)]
    private: bool,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    disabled: bool,
}

impl Repository {
    pub(super) fn into_domain(self) -> Option<super::RepoInfo> {
        Some(super::RepoInfo {
            id: GithubRepoId(self.id),
            name: RepoName::parse(&self.full_name)?,
            default_branch: BranchName::parse(&self.default_branch)?,
            private: self.private,
            archived: self.archived,
            disabled: self.disabled,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct Delivery {
    id: i64,
    guid: String,
    delivered_at: At,
    #[serde(default)]
    redelivery: bool,
    #[serde(default)]
    status_code: Option<i64>,
    event: String,
    action: Option<String>,
}

impl Delivery {
    pub(super) fn into_domain(self) -> super::HookDelivery {
        super::HookDelivery {
            id: self.id,
            guid: self.guid,
            event: self.event,
            action: self.action,
            status_code: self.status_code.unwrap_or(0),
            delivered_at: self.delivered_at.0,
            redelivery: self.redelivery,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Reference {
    pub object: Object,
}

#[derive(Deserialize)]
pub(super) struct Object {
    pub sha: String,
}

#[derive(Deserialize)]
pub(super) struct Comparison {
    status: String,
    ahead_by: u64,
    behind_by: u64,
}

impl Comparison {
    pub(super) fn into_domain(self) -> Option<Compare> {
        let status = match self.status.as_str() {
            "ahead" => CompareStatus::Ahead,
            "behind" => CompareStatus::Behind,
            "diverged" => CompareStatus::Diverged,
            "identical" => CompareStatus::Identical,
            _ => return None,
        };
        Some(Compare { ahead_by: self.ahead_by, behind_by: self.behind_by, status })
    }
}

#[derive(Deserialize)]
pub(super) struct Collaborator {
    permission: String,
    user: Option<Account>,
}

impl Collaborator {
    /// Without an account there is no right either (fail closed).
    pub(super) fn into_domain(self) -> super::Standing {
        let account = actor(self.user);
        let permission = if account.is_some() { Permission::parse(&self.permission) } else { Permission::None };
        super::Standing { permission, account }
    }
}

#[derive(Deserialize)]
pub(super) struct Issue {
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
    pub(super) fn into_domain(self) -> super::Issue {
        let name = |label| match label {
            Label::Named { name } => name,
            Label::Plain(name) => Some(name),
        };
        super::Issue {
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
pub(super) struct Comment {
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
    pub(super) fn into_domain(self) -> Option<super::Comment> {
        Some(super::Comment {
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
pub(super) struct Rollup {
    id: i64,
    #[serde(default)]
    reactions: BTreeMap<String, serde_json::Value>,
}

impl Rollup {
    pub(super) fn into_domain(self) -> CommentRollup {
        let counts = self.reactions.iter().filter_map(|(word, count)| {
            let count = count.as_u64().filter(|count| *count > 0)?;
            Some((ReactionContent::parse(word)?, count))
        });
        CommentRollup { id: CommentId(self.id), reactions: counts.collect() }
    }
}

#[derive(Deserialize)]
pub(super) struct Reaction {
    id: i64,
    content: String,
    user: Option<Account>,
    created_at: At,
}

impl Reaction {
    pub(super) fn into_domain(self) -> Option<super::Reaction> {
        Some(super::Reaction {
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
pub(super) struct Pull {
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
    pub(super) fn into_domain(self) -> Option<super::PullInfo> {
        let status = match (self.merged_at, self.state.as_str()) {
            (Some(_), _) => PullStatus::Merged,
            (None, "open") => PullStatus::Open,
            (None, _) => PullStatus::Closed,
        };
        Some(super::PullInfo {
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
pub(super) struct Graphql {
    #[serde(default)]
    pub errors: Vec<GraphqlFault>,
}

#[derive(Deserialize)]
pub(super) struct GraphqlFault {
    #[serde(rename = "type", default)]
    pub kind: String,
}
