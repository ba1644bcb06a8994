//! Issues; a pull request is an issue with a branch.

use super::Reaction;
use crate::domain::clock::Timestamp;

#[derive(Debug, Clone)]
pub struct Label {
    pub id: i64,
    pub name: String,
}

#[derive(Debug, Clone)]
pub struct Pull {
    pub id: i64,
    pub head: String,
    /// Kept when the branch goes.
    pub head_sha: String,
    pub base: String,
    pub base_sha: String,
    pub draft: bool,
    /// Accounts asked for a review.
    pub reviewers: Vec<i64>,
    pub merged_at: Option<Timestamp>,
    pub merged_by: Option<i64>,
    pub merge_sha: Option<String>,
}

#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, as on GitHub")]
pub struct Issue {
    pub id: i64,
    pub number: i64,
    pub user: i64,
    pub via_app: bool,
    pub title: String,
    pub body: Option<String>,
    pub open: bool,
    pub state_reason: Option<String>,
    pub locked: bool,
    pub labels: Vec<Label>,
    pub reactions: Vec<Reaction>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub closed_by: Option<i64>,
    /// Answered with 410.
    pub deleted: bool,
    /// Where it was transferred to: repository id and number.
    pub moved_to: Option<(i64, i64)>,
    pub pull: Option<Pull>,
}

impl Issue {
    /// Below which the web page and the API find it.
    pub fn page(&self) -> &'static str {
        if self.pull.is_some() { "pull" } else { "issues" }
    }

    /// `open` or `closed`.
    pub fn state(&self) -> &'static str {
        if self.open { "open" } else { "closed" }
    }
}
