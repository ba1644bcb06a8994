//! What can go wrong with git, as exactly as callers need it; each a sentence that people may see.

use std::time::Duration;

use crate::domain::repo::CommitSha;

/// A failed git operation. No message holds a URL, a token or a path of this machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GitError {
    /// No such repository, or it is hidden from us.
    #[error("the repository was not found, or we may not see it")]
    RepositoryGone,
    /// The server no longer has the commit (F069).
    #[error("commit {0} is no longer in the repository")]
    CommitGone(CommitSha),
    /// Our copy does not have the commit: fetch it (again).
    #[error("commit {0} is not in our copy of the repository")]
    NotHere(CommitSha),
    /// There is no commit yet (F070).
    #[error("the repository has no commit yet")]
    Empty,
    /// 401, or 403.
    #[error("the git server refused our credentials")]
    AuthFailed,
    /// The URL is not one we may clone from (M46); the text is the whole sentence.
    #[error("{0}")]
    UrlRefused(String),
    /// Not reached, or the connection broke; the text says what broke.
    #[error("the connection to the git server failed: {0}")]
    Network(&'static str),
    /// A status that means "later": 429 or 5xx.
    #[error("the git server answered with status {0}")]
    Unavailable(u16),
    /// A deadline passed.
    #[error("{what} took longer than {} s", limit.as_secs_f32())]
    Timeout {
        /// What was waited for.
        what: &'static str,
        /// How long we waited.
        limit: Duration,
    },
    /// Something went over its limit (F071).
    #[error("{what} is larger than the limit of {limit_bytes} bytes")]
    TooLarge {
        /// What was too large.
        what: &'static str,
        /// The limit.
        limit_bytes: u64,
    },
    /// The tree lists more files than we read.
    #[error("the repository has more than {limit} files")]
    TooManyFiles {
        /// The limit.
        limit: usize,
    },
    /// The server did not keep to the protocol; the text says how.
    #[error("the git server broke the protocol: {0}")]
    Protocol(&'static str),
    /// The server said no in its own words (one line, cut to 300 characters).
    #[error("the git server said: {0}")]
    Remote(String),
    /// The local copy is damaged; it is dropped, and the next fetch brings a new one (F132).
    #[error("our copy of the repository was damaged and is fetched again")]
    Corrupt,
    /// A change cannot be made on this tree; the text says which and why.
    #[error("{0}")]
    BadChange(String),
    /// Too many git calls hang already (F133).
    #[error("too many git operations are running at the moment")]
    Busy,
    /// The call into the git library panicked.
    #[error("a git operation crashed")]
    Crashed,
    /// `BAKEOFF_CA_FILE` holds no certificates that can be read.
    #[error("the file of certificate authorities could not be read")]
    BadCertificates,
    /// The local disk did not do what was asked.
    #[error("the disk could not be used: {0}")]
    Disk(std::io::ErrorKind),
}

impl GitError {
    /// Whether the same call may succeed later without anyone doing anything.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Network(_)
                | Self::Unavailable(_)
                | Self::Remote(_)
                | Self::NotHere(_)
                | Self::Timeout { .. }
                | Self::Protocol(_)
                | Self::Corrupt
                | Self::Busy
                | Self::Disk(_)
        )
    }
}

impl From<std::io::Error> for GitError {
    fn from(error: std::io::Error) -> Self {
        Self::Disk(error.kind())
    }
}
