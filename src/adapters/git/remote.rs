//! A repository on a git server, and the refs it shows.

use secrecy::SecretString;
use url::Url;

use super::{GitError, allowed_clone_url};
use crate::domain::repo::{BranchName, CommitSha};

/// Where a repository is fetched from and pushed to.
#[derive(Debug, Clone)]
pub struct Remote {
    /// As `https://HOST/owner/name`, with or without `.git`; `file://` only where settings allow it.
    pub url: Url,
    /// An installation token, sent as the password of `x-access-token`.
    pub token: Option<SecretString>,
}

impl Remote {
    /// Refuses what must never be asked (M46): user info, schemes other than https, http off loopback,
    /// `file://` where settings do not allow it.
    pub(super) fn check(&self, allow_local: bool) -> Result<(), GitError> {
        allowed_clone_url(&self.url, &self.url, allow_local).map_err(GitError::UrlRefused)
    }

    pub(super) fn is_local(&self) -> bool {
        self.url.scheme() == "file"
    }
}

/// The default branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its name; `None` when HEAD is detached.
    pub branch: Option<BranchName>,
    /// Its newest commit.
    pub commit: CommitSha,
}

/// The answer to `ls-refs`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refs {
    /// What HEAD is; `None` when it was not asked for, the server hides it, or there is no commit yet.
    pub head: Option<Head>,
    /// The branch that the first commit of an empty repository will be on.
    pub unborn: Option<BranchName>,
    /// Full names (`refs/heads/main`) and what they point at, in the server's order.
    pub list: Vec<(String, CommitSha)>,
}

impl Refs {
    /// Where a branch points.
    pub fn branch(&self, name: &BranchName) -> Option<&CommitSha> {
        let full = format!("refs/heads/{name}");
        self.list.iter().find(|(known, _)| *known == full).map(|(_, sha)| sha)
    }
}
