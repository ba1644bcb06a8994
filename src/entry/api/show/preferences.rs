//! Preferences of clients.

use serde::Serialize;
use utoipa::ToSchema;

use crate::entry::api::form::Example;
use crate::service::rest::preferences::{PrCreationMode, Preferences as Kept};

/// What a client offers first. They are kept for clients; nothing else acts on them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preferences {
    #[serde(rename = "default_repo_owner")]
    repo_owner: Option<String>,
    #[serde(rename = "default_repo_name")]
    repo_name: Option<String>,
    #[serde(rename = "default_branch")]
    branch: Option<String>,
    /// For branches of the client's own; those of bakeoff begin with `bakeoff/`.
    #[serde(rename = "default_branch_prefix")]
    branch_prefix: Option<String>,
    #[serde(rename = "default_pr_creation_mode")]
    pr_creation_mode: PrCreationMode,
}

impl From<Kept> for Preferences {
    fn from(kept: Kept) -> Self {
        Self {
            repo_owner: kept.default_repo_owner,
            repo_name: kept.default_repo_name,
            branch: kept.default_branch,
            branch_prefix: kept.default_branch_prefix,
            pr_creation_mode: kept.default_pr_creation_mode,
        }
    }
}

impl Example for Preferences {
    fn example() -> Self {
        Self {
            repo_owner: Some("octo".into()),
            repo_name: Some("hello".into()),
            branch: Some("main".into()),
            branch_prefix: Some("team/".into()),
            pr_creation_mode: PrCreationMode::Create,
        }
    }
}
