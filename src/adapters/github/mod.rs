//! GitHub: the App and its installations, repositories, issues, comments, reactions and pull requests.
//!
//! [`GitHub`] speaks as the App, [`RepoClient`] as one installation in one repository with a token that
//! opens nothing else (M16). Every call has a deadline, a cap on what is read, sorted errors (M51), our own
//! retries (never of a POST) and, for writes, spacing (M52).

mod app;
mod config;
mod error;
mod repo;
mod types;

pub use app::GitHub;
pub use config::GithubConfig;
pub use error::{GithubError, ValidationCode};
pub use repo::RepoClient;
pub use types::{
    AccountKind, Actor, AppInfo, Comment, CommentRollup, Compare, CompareStatus, HookDelivery, Installation, Issue,
    NewPull, PullInfo, RateBudget, Reaction, ReactionContent, RepoInfo, Rollups, Standing,
};
