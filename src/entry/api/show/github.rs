//! What the App sees on GitHub.

use serde::Serialize;
use utoipa::ToSchema;

use crate::adapters::github::RepoInfo;
use crate::entry::api::form::Example;

/// A repository in which the App is installed.
#[derive(Debug, Serialize, ToSchema)]
pub struct GithubRepository {
    /// GitHub's number.
    id: i64,
    name: String,
    full_name: String,
    owner: String,
    default_branch: String,
    private: bool,
}

impl From<&RepoInfo> for GithubRepository {
    fn from(repo: &RepoInfo) -> Self {
        Self {
            id: repo.id.0,
            name: repo.name.name.clone(),
            full_name: repo.name.to_string(),
            owner: repo.name.owner.clone(),
            default_branch: repo.default_branch.as_str().to_owned(),
            private: repo.private,
        }
    }
}

impl Example for GithubRepository {
    fn example() -> Self {
        Self {
            id: 1_296_269,
            name: "hello".into(),
            full_name: "octo/hello".into(),
            owner: "octo".into(),
            default_branch: "main".into(),
            private: false,
        }
    }
}
