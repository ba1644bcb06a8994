//! GitHub: the App and its installations, repositories, issues, comments, reactions and pull requests.
//!
//! [`GitHub`] speaks as the App, [`RepoClient`] as one installation in one repository with a token that
//! opens nothing else (M16). Every call has a deadline, a cap on what is read, sorted errors (M51), our own
//! retries (never of a POST) and, for writes, spacing (M52).

mod app;
mod bounded;
mod call;
mod config;
mod conversion;
mod core;
mod error;
mod etag;
mod gate;
mod jwt;
mod limiter;
mod mint;
mod oauth;
mod paging;
mod place;
mod repo;
mod send;
mod skew;
mod sort;
mod standing;
mod tokens;
mod transport;
mod types;
mod wire;

pub use app::GitHub;
pub use config::GithubConfig;
pub use conversion::{NewApp, convert_manifest};
pub use error::{GithubError, ValidationCode};
pub use limiter::{WriteKind, WriteLimiter, WriteRules};
pub use oauth::{OAuth, SignInError};
pub use repo::RepoClient;
pub use standing::StandingCache;
pub use tokens::wanted_permissions;
pub use types::{
    AccountKind, Actor, AppInfo, Comment, CommentRollup, Compare, CompareStatus, FileInfo, HookDelivery, Installation,
    Issue, NewPull, PullInfo, RateBudget, Reaction, RepoInfo, Rollups, Standing,
};

/// Percent-encodes one piece of a path or query.
fn encode(piece: &str) -> String {
    percent_encoding::utf8_percent_encode(piece, PIECE).to_string()
}

const PIECE: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
