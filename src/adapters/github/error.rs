//! What can go wrong at GitHub, sorted so that callers can branch (M51).

use std::time::Duration;

use crate::domain::clock::Timestamp;
use crate::domain::ids::GithubRepoId;
use crate::domain::repo::RepoName;

/// Why GitHub refused a text or a pull request (422).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValidationCode {
    /// A pull request for this head and base is open already.
    PullExists,
    /// Head and base hold the same commits.
    NoCommits,
    /// The head branch does not exist.
    HeadMissing,
    /// The base branch does not exist.
    BaseMissing,
    /// The text is longer than GitHub takes.
    TooLong,
    /// Anything else.
    Other,
}

/// An answer of GitHub that is not what was asked for. `Display` is one sentence for people without
/// bodies, URLs or secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GithubError {
    /// No App id or private key is set, or the key cannot be read.
    #[error("The GitHub App is not configured: {0}.")]
    NotConfigured(&'static str),
    /// The hourly allowance is used up.
    #[error("GitHub's hourly limit for this installation is used up.")]
    PrimaryLimit {
        /// When the allowance returns, in our clock.
        until: Timestamp,
    },
    /// GitHub asked for a pause in writing; every write of the installation waits.
    #[error("GitHub asked us to pause.")]
    SecondaryLimit {
        /// When writing may go on, in our clock.
        until: Timestamp,
    },
    /// Our own spacing of writes is full; nothing was sent.
    #[error("Other writes to GitHub come first.")]
    Busy {
        /// When to come back.
        until: Timestamp,
    },
    /// The installation is suspended.
    #[error("The GitHub App's installation is suspended.")]
    Suspended,
    /// The App lacks a permission in this installation.
    #[error("The GitHub App lacks a permission: {}.", .missing.as_deref().unwrap_or("unnamed"))]
    Permission {
        /// GitHub's name of it, as `issues=write`, when it says so.
        missing: Option<String>,
    },
    /// GitHub does not take our key or token.
    #[error("GitHub does not accept the App's credentials.")]
    Unauthorized,
    /// It does not exist, or we may not see it.
    #[error("GitHub does not know it, or the App may not see it.")]
    NotFound,
    /// It was deleted, or the feature is switched off.
    #[error("It no longer exists on GitHub.")]
    Gone,
    /// The issue is locked.
    #[error("The issue is locked.")]
    Locked,
    /// The repository is archived and takes no writes.
    #[error("The repository is archived.")]
    Archived,
    /// The repository has no commit.
    #[error("The repository has no commits.")]
    EmptyRepository,
    /// The issue was moved to another repository.
    #[error("The issue was moved to another repository.")]
    Transferred {
        /// Where it lives now, when GitHub says it by number.
        repo: Option<GithubRepoId>,
        /// Its owner and name, when GitHub says it by name.
        name: Option<RepoName>,
    },
    /// GitHub understood and refused (422).
    #[error("GitHub refused the request: {message}.")]
    Validation {
        /// Which refusal.
        code: ValidationCode,
        /// Our words for it.
        message: &'static str,
    },
    /// A POST was sent and its effect is not known: look it up before doing it again.
    #[error("GitHub did not say whether it was done.")]
    UnknownOutcome,
    /// GitHub cannot be reached or answers nonsense, after our own tries; nothing was changed by us, or
    /// the call may be repeated.
    #[error("GitHub is not available: {0}.")]
    Unavailable(&'static str),
    /// Any other refusal.
    #[error("GitHub refused the request (status {0}).")]
    Refused(u16),
}

impl GithubError {
    /// When trying again makes sense; `None` when it will not help.
    pub fn retry_at(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::PrimaryLimit { until } | Self::SecondaryLimit { until } | Self::Busy { until } => {
                Some((*until).max(now))
            }
            Self::UnknownOutcome => Some(now.plus(Duration::from_secs(2))),
            Self::Unavailable(_) => Some(now.plus(Duration::from_secs(10))),
            Self::Suspended => Some(now.plus(Duration::from_hours(1))),
            Self::NotConfigured(_)
            | Self::Permission { .. }
            | Self::Unauthorized
            | Self::NotFound
            | Self::Gone
            | Self::Locked
            | Self::Archived
            | Self::EmptyRepository
            | Self::Transferred { .. }
            | Self::Validation { .. }
            | Self::Refused(_) => None,
        }
    }

    /// Waiting for a limit, not a fault: such a wait is no failed attempt.
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::PrimaryLimit { .. } | Self::SecondaryLimit { .. } | Self::Busy { .. })
    }

    /// The thing asked for is not there any more (or not for us).
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::NotFound | Self::Gone)
    }
}
