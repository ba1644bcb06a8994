//! A pull request that the bot opened.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{PullId, RunId, TaskId};
use super::repo::{BranchName, CommitSha, RepoName};

/// Kept true by webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PullStatus {
    /// Waiting for review.
    Open,
    /// Closed without merging; a pick may open a new one.
    Closed,
    /// Merged; nothing can be picked any more.
    Merged,
}

impl PullStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Closed, Self::Merged];

    /// The word stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Merged => "merged",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

/// A pull request row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Our id.
    pub id: PullId,
    /// The task it solves.
    pub task_id: TaskId,
    /// The candidate it came from.
    pub run_id: RunId,
    /// GitHub's number.
    pub number: i64,
    /// The page for people.
    pub url: String,
    /// Its head branch.
    pub branch: BranchName,
    /// Its title.
    pub title: String,
    /// Its description.
    pub body: Option<String>,
    /// Its head commit.
    pub head: CommitSha,
    /// Where it stands.
    pub status: PullStatus,
    /// The number of the pull request that took its merge back.
    pub reverted_by: Option<i64>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When the row last changed.
    pub updated_at: Timestamp,
}

/// The number of the pull request that one takes back: GitHub's button writes it into the text, and into the name of the
/// branch.
pub fn taken_back(repo: &RepoName, branch: &str, title: &str, body: &str) -> Option<i64> {
    let named = format!("{repo}#");
    let line = |line: &str| {
        let rest = line.trim().strip_prefix("Reverts ")?;
        let (place, number) = rest.split_at_checked(named.len())?;
        place.eq_ignore_ascii_case(&named).then_some(number)?.parse().ok()
    };
    let by_branch = || {
        let (number, _) = branch.strip_prefix("revert-")?.split_once('-')?;
        title.starts_with("Revert \"").then_some(number)?.parse().ok()
    };
    body.lines().find_map(line).or_else(by_branch).filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revert_names_what_it_takes_back() {
        let repo = RepoName::parse("octo/hello").unwrap();
        let of = |branch: &str, title: &str, body: &str| taken_back(&repo, branch, title, body);
        assert_eq!(of("x", "x", "It broke.\r\n\r\nReverts Octo/Hello#12\r\n"), Some(12));
        assert_eq!(of("revert-7-bakeoff/issue-3-a-0123", "Revert \"Say hello\"", "It broke."), Some(7));
        for (branch, title, body) in [
            ("revert-7-x", "Say hello again", ""),
            ("x", "Revert \"Say hello\"", "Reverts octo/other#12"),
            ("x", "x", "This reverts octo/hello#12"),
            ("x", "x", "Reverts octo/hello#twelve"),
            ("x", "x", "Reverts octo/hello#-1"),
            ("revert-x-y", "Revert \"Say hello\"", "Reverts é"),
        ] {
            assert_eq!(of(branch, title, body), None, "{branch} {title} {body}");
        }
    }
}
