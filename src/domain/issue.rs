//! The issue a task belongs to, as the signed payload told it.

use serde::{Deserialize, Serialize};

/// Where a task came from on GitHub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueRef {
    /// The number within the repository.
    pub number: i64,
    /// The page for people.
    pub url: String,
}
