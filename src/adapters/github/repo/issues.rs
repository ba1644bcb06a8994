//! Issues: reading one, labels, reviewers.

use serde_json::json;

use crate::domain::repo::RepoName;

use super::super::call::Call;
use super::super::limiter::WriteKind;
use super::super::{GithubError, Issue, wire};
use super::RepoClient;

impl RepoClient {
    /// An issue (or the issue side of a pull request).
    ///
    /// # Errors
    /// [`GithubError::Gone`] when deleted, [`GithubError::Transferred`] when it lives elsewhere now.
    pub async fn issue(&self, number: i64) -> Result<Issue, GithubError> {
        let found: wire::Issue = self.ask(Call::get(self.path(&format!("/issues/{number}")))).await?;
        if let Some(home) = found.repository_url.clone().filter(|home| !self.is_home(home)) {
            // Either the repository was renamed (then it knows its new name) or the issue moved out.
            self.get().await?;
            if !self.is_home(&home) {
                return Err(GithubError::Transferred { repo: None, name: named(&home) });
            }
        }
        Ok(found.into_domain())
    }

    fn is_home(&self, repository_url: &str) -> bool {
        repository_url.to_lowercase().ends_with(&self.path("").to_lowercase())
            || repository_url.ends_with(&format!("/repositories/{}", self.id))
    }

    /// Adds labels to an issue or pull request.
    pub async fn add_labels(&self, number: i64, labels: &[String]) -> Result<(), GithubError> {
        let call = Call::post(self.path(&format!("/issues/{number}/labels")), &json!({ "labels": labels }));
        self.send(call.writing(WriteKind::Edit)).await.map(drop)
    }

    /// Asks these people for a review.
    pub async fn request_reviewers(&self, number: i64, logins: &[String]) -> Result<(), GithubError> {
        let path = self.path(&format!("/pulls/{number}/requested_reviewers"));
        let call = Call::post(path, &json!({ "reviewers": logins }));
        self.send(call.writing(WriteKind::Edit)).await.map(drop)
    }

    /// Asks these teams of the repository's organization for a review; their short names.
    pub async fn request_teams(&self, number: i64, slugs: &[String]) -> Result<(), GithubError> {
        let path = self.path(&format!("/pulls/{number}/requested_reviewers"));
        let call = Call::post(path, &json!({ "team_reviewers": slugs }));
        self.send(call.writing(WriteKind::Edit)).await.map(drop)
    }
}

/// Owner and name at the end of `…/repos/owner/name`.
fn named(repository_url: &str) -> Option<RepoName> {
    RepoName::parse(repository_url.rsplit_once("/repos/")?.1)
}
