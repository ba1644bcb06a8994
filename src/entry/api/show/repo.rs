//! A repository.

use serde::Serialize;
use utoipa::ToSchema;

use super::Moment;
use crate::domain::ids::RepoId;
use crate::domain::repo;
use crate::entry::api::form::Example;

/// A repository.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Repository)]
pub struct Repo {
    id: RepoId,
    #[serde(rename = "repo_url")]
    url: String,
    default_branch: String,
    /// The newest commit of the default branch, as far as is known.
    latest_commit: Option<String>,
    /// The mirror's name below the data folder.
    workspace_path: String,
    created_at: Moment,
}

impl From<&repo::Repo> for Repo {
    fn from(repo: &repo::Repo) -> Self {
        Self {
            id: repo.id,
            url: repo.url.clone(),
            default_branch: repo.default_branch.to_string(),
            latest_commit: repo.latest_commit.as_ref().map(ToString::to_string),
            workspace_path: repo.mirror(),
            created_at: repo.created_at.into(),
        }
    }
}

impl Example for Repo {
    fn example() -> Self {
        Self {
            id: Example::example(),
            url: "https://github.com/octo/hello".into(),
            default_branch: "main".into(),
            latest_commit: Some("4b825dc642cb6eb9a060e54bf8d69288fbee4904".into()),
            workspace_path: "mirrors/01975f1e8c0070008000000000000001.git".into(),
            created_at: Moment::example(),
        }
    }
}
