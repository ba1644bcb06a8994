//! Shapes this room hands out: small structs of our own, never GitHub's full objects.

use std::collections::BTreeMap;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{CommentId, GithubRepoId, GithubUserId, InstallationId};
use crate::domain::permission::{Permission, Person};
use crate::domain::pull::PullStatus;
use crate::domain::repo::{BranchName, CommitSha, RepoName};

/// What kind of account a person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    /// A human (or a machine user).
    User,
    /// An App's account.
    Bot,
    /// An organization.
    Organization,
    /// A kind that we do not know.
    Other,
}

impl AccountKind {
    /// Reads GitHub's `type`.
    pub fn parse(word: &str) -> Self {
        match word {
            "User" => Self::User,
            "Bot" => Self::Bot,
            "Organization" => Self::Organization,
            _ => Self::Other,
        }
    }
}

/// An account with its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Number and login.
    pub person: Person,
    /// User, bot or organization.
    pub kind: AccountKind,
}

/// The App itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppInfo {
    /// The App's number.
    pub id: i64,
    /// The App's name in URLs; its account is `slug[bot]`.
    pub slug: String,
    /// Granted by its registration: `issues` → `write` and so on.
    pub permissions: BTreeMap<String, String>,
    /// Subscribed events.
    pub events: Vec<String>,
    /// The number of the account `slug[bot]`; known once there is an installation.
    pub bot_user_id: Option<GithubUserId>,
}

/// One place where the App is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// GitHub's number.
    pub id: InstallationId,
    /// The account it belongs to.
    pub account: Actor,
    /// Whether it is suspended.
    pub suspended: bool,
    /// Accepted by the owner: `issues` → `write` and so on.
    pub permissions: BTreeMap<String, String>,
}

/// A delivery of GitHub's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookDelivery {
    /// Number of this attempt; what `redeliver` takes.
    pub id: i64,
    /// The `X-GitHub-Delivery` header; a redelivery keeps it.
    pub guid: String,
    /// The event.
    pub event: String,
    /// Its action.
    pub action: Option<String>,
    /// Our answer's status as GitHub saw it; 0 when there was none.
    pub status_code: i64,
    /// When it was sent.
    pub delivered_at: Timestamp,
    /// Whether this attempt was asked for.
    pub redelivery: bool,
}

/// A repository as GitHub describes it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoInfo {
    /// GitHub's number.
    pub id: GithubRepoId,
    /// Owner and name of the moment (new after a rename).
    pub name: RepoName,
    /// The branch that new work starts from.
    pub default_branch: BranchName,
    /// Not public.
    pub private: bool,
    /// Read-only.
    pub archived: bool,
    /// Switched off by GitHub.
    pub disabled: bool,
}

/// How two commits lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareStatus {
    /// Head continues base.
    Ahead,
    /// Base continues head.
    Behind,
    /// Both have commits of their own.
    Diverged,
    /// The same commit.
    Identical,
}

/// A comparison of two commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compare {
    /// Commits that head has and base lacks.
    pub ahead_by: u64,
    /// Commits that base has and head lacks.
    pub behind_by: u64,
    /// How they lie.
    pub status: CompareStatus,
}

/// What one account may do in a repository, as the collaborator-permission endpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The right.
    pub permission: Permission,
    /// Whose; `None` when GitHub does not know the login.
    pub account: Option<Actor>,
}

/// An issue (or the issue side of a pull request).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Number within the repository.
    pub number: i64,
    /// Whether it is open.
    pub open: bool,
    /// Whether only writers may comment.
    pub locked: bool,
    /// Whether it is a pull request.
    pub is_pull: bool,
    /// Title as written.
    pub title: String,
    /// Body as written; empty when there is none.
    pub body: String,
    /// Who opened it; `None` for a deleted account.
    pub author: Option<Actor>,
    /// Names of its labels.
    pub labels: Vec<String>,
    /// The page for people.
    pub url: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A comment on an issue or pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// GitHub's number.
    pub id: CommentId,
    /// GitHub's global id, for GraphQL.
    pub node_id: String,
    /// Markdown as written.
    pub body: String,
    /// Who wrote it; `None` for a deleted account.
    pub author: Option<Actor>,
    /// The App through which it was written.
    pub app_id: Option<i64>,
    /// The issue or pull request it stands under.
    pub issue_number: i64,
    /// The page for people.
    pub url: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last edited (equal to `created_at` when never).
    pub updated_at: Timestamp,
}

/// GitHub's eight reactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReactionContent {
    /// 👍
    PlusOne,
    /// 👎
    MinusOne,
    /// 😄
    Laugh,
    /// 😕
    Confused,
    /// ❤️
    Heart,
    /// 🎉
    Hooray,
    /// 🚀
    Rocket,
    /// 👀
    Eyes,
}

impl ReactionContent {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::PlusOne,
        Self::MinusOne,
        Self::Laugh,
        Self::Confused,
        Self::Heart,
        Self::Hooray,
        Self::Rocket,
        Self::Eyes,
    ];

    /// GitHub's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PlusOne => "+1",
            Self::MinusOne => "-1",
            Self::Laugh => "laugh",
            Self::Confused => "confused",
            Self::Heart => "heart",
            Self::Hooray => "hooray",
            Self::Rocket => "rocket",
            Self::Eyes => "eyes",
        }
    }

    /// Reads GitHub's word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|content| content.as_str() == word)
    }
}

/// One reaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// GitHub's number.
    pub id: i64,
    /// Which.
    pub content: ReactionContent,
    /// Whose; `None` for a deleted account.
    pub author: Option<Actor>,
    /// Since when.
    pub created_at: Timestamp,
}

/// How many reactions of each kind a comment has; kinds with none are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentRollup {
    /// The comment.
    pub id: CommentId,
    /// Counts above zero.
    pub reactions: BTreeMap<ReactionContent, u64>,
}

/// The roll-ups of all comments of one issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollups {
    /// GitHub said that nothing changed since this process last asked (the call was free).
    pub unchanged: bool,
    /// In order of creation; complete also when unchanged.
    pub comments: Vec<CommentRollup>,
}

/// A pull request to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPull {
    /// Title.
    pub title: String,
    /// Branch of this repository that holds the commit.
    pub head: BranchName,
    /// Branch to merge into.
    pub base: BranchName,
    /// Markdown.
    pub body: String,
    /// Open as a draft.
    pub draft: bool,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullInfo {
    /// Number within the repository.
    pub number: i64,
    /// GitHub's global id.
    pub node_id: String,
    /// The page for people.
    pub url: String,
    /// Open, closed or merged.
    pub status: PullStatus,
    /// Whether it is a draft.
    pub draft: bool,
    /// Title as it stands.
    pub title: String,
    /// Body as it stands; empty when there is none.
    pub body: String,
    /// Who opened it.
    pub author: Option<Actor>,
    /// Name of its head branch.
    pub head: String,
    /// Its head commit.
    pub head_sha: CommitSha,
    /// The repository of its head; `None` when that was deleted.
    pub head_repo: Option<GithubRepoId>,
    /// Name of its base branch.
    pub base: String,
    /// When it was opened.
    pub created_at: Timestamp,
}

/// What GitHub's headers last said about an installation's hourly allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateBudget {
    /// Calls an hour.
    pub limit: u64,
    /// Calls left in this hour.
    pub remaining: u64,
    /// When the hour starts again, in our clock.
    pub reset: Timestamp,
    /// When this was seen, in our clock.
    pub seen_at: Timestamp,
}
