//! A repository: its name, commits, branches and what we know of it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{GithubRepoId, InstallationId, RepoId, RunId, TaskId};
use super::run::Letter;

/// `owner/name`, both of characters that GitHub allows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RepoName {
    /// The account.
    pub owner: String,
    /// The repository within the account.
    pub name: String,
}

impl RepoName {
    /// Checks both parts: 1 to 100 of `A-Z a-z 0-9 . _ -`, not `.` or `..`.
    pub fn new(owner: &str, name: &str) -> Option<Self> {
        let right = |part: &str| {
            (1..=100).contains(&part.len())
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
                && part != "."
                && part != ".."
        };
        (right(owner) && right(name)).then(|| Self { owner: owner.into(), name: name.into() })
    }

    /// Reads `owner/name`.
    pub fn parse(text: &str) -> Option<Self> {
        let (owner, name) = text.split_once('/')?;
        Self::new(owner, name)
    }
}

impl fmt::Display for RepoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// 40 lower-case hexadecimal digits: a git object id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommitSha(String);

impl CommitSha {
    /// Reads 40 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let right = text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
        right.then(|| Self(text.to_ascii_lowercase()))
    }

    /// All 40 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first seven digits, as git shows them.
    pub fn short(&self) -> &str {
        self.0.get(..7).unwrap_or(&self.0)
    }
}

impl fmt::Display for CommitSha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A branch name without `refs/heads/`, as `git check-ref-format` allows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BranchName(String);

impl BranchName {
    /// Checks git's rules for a branch name; at most 244 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        let bad_char = |c: char| c.is_control() || c.is_whitespace() || "~^:?*[\\".contains(c);
        let bad_part = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
        let wrong = text.is_empty()
            || text.len() > 244
            || text == "@"
            || text == "HEAD"
            || text.starts_with('-')
            || text.ends_with('.')
            || text.contains("..")
            || text.contains("@{")
            || text.contains(bad_char)
            || text.split('/').any(bad_part);
        (!wrong).then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl BranchName {
    /// The head branch of a candidate: `bakeoff/issue-12-b-<tail of the run>`, without an issue
    /// `bakeoff/task-<tail of the task>-b-<tail of the run>`; `attempt` 2 and more end in `-2`, `-3` (taken names).
    pub fn of_candidate(issue: Option<i64>, task: TaskId, letter: Letter, run: RunId, attempt: u32) -> Self {
        let origin = issue.map_or_else(|| format!("task-{}", task.tail()), |number| format!("issue-{number}"));
        let letter = letter.to_string().to_ascii_lowercase();
        let suffix = if attempt > 1 { format!("-{attempt}") } else { String::new() };
        Self(format!("bakeoff/{origin}-{letter}-{}{suffix}", run.tail()))
    }
}

impl fmt::Display for BranchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A repository row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repo {
    /// Our id.
    pub id: RepoId,
    /// The URL it is fetched from, without credentials, as `https://HOST/owner/name`.
    pub url: String,
    /// Owner and name of the moment; `None` for a local repository of a trial.
    pub name: Option<RepoName>,
    /// GitHub's number; `None` until the App has seen it.
    pub github_id: Option<GithubRepoId>,
    /// The installation that lets us in; `None` for repositories without the App.
    pub installation_id: Option<InstallationId>,
    /// The branch new rounds start from.
    pub default_branch: BranchName,
    /// The default branch's head when last fetched; `None` for an empty repository.
    pub latest_commit: Option<CommitSha>,
    /// Whether GitHub says it is private.
    pub private: bool,
    /// Access lost for good (deleted, App removed).
    pub gone: bool,
    /// When it became known.
    pub created_at: Timestamp,
    /// When the row last changed.
    pub updated_at: Timestamp,
}

impl Repo {
    /// The bare mirror's folder, relative to the data folder.
    pub fn mirror(&self) -> String {
        format!("mirrors/{}.git", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_shas_and_branches_are_parsed_not_validated() {
        assert!(RepoName::parse("octo-org/hello.world").is_some());
        for bad in ["", "a", "a/", "/b", "a/b/c", "a/..", "a b/c", "é/x"] {
            assert!(RepoName::parse(bad).is_none(), "{bad}");
        }
        assert!(CommitSha::parse(&"aB".repeat(20)).is_some_and(|s| s.as_str() == "ab".repeat(20)));
        assert!(CommitSha::parse("abc").is_none());
        for good in ["main", "release-2", "feature/x.y"] {
            assert!(BranchName::parse(good).is_some(), "{good}");
        }
        for bad in ["", "-x", "a..b", "a b", "a~1", "a:b", ".x", "a/.b", "x.lock", "a/", "@", "HEAD", "a@{1}", "x."] {
            assert!(BranchName::parse(bad).is_none(), "{bad}");
        }
    }
}
