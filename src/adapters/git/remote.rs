//! A repository on a git server, and the refs it shows.

use secrecy::SecretString;
use url::Url;

use crate::domain::repo::{BranchName, CommitSha};

/// Where a repository is fetched from and pushed to.
#[derive(Debug, Clone)]
pub struct Remote {
    /// As `https://HOST/owner/name`, with or without `.git`; `file://` only where settings allow it.
    pub url: Url,
    /// An installation token, sent as the password of `x-access-token`.
    pub token: Option<SecretString>,
}

/// The default branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its name; `None` when HEAD is detached.
    pub branch: Option<BranchName>,
    /// Its newest commit; `None` while the repository is empty.
    pub commit: Option<CommitSha>,
}

/// The answer to `ls-refs`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refs {
    /// What HEAD is; `None` when it was not asked for or the server hides it.
    pub head: Option<Head>,
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
