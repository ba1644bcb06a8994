//! Pull requests: opening, reading, finding by branch.

use serde_json::json;

use crate::domain::repo::BranchName;

use super::super::call::Call;
use super::super::limiter::WriteKind;
use super::super::{GithubError, NewPull, PullInfo, encode, wire};
use super::{RepoClient, STRANGE};

impl RepoClient {
    /// Opens a pull request. On [`GithubError::UnknownOutcome`] look it up by head before doing it again.
    pub async fn create_pull(&self, new: &NewPull) -> Result<PullInfo, GithubError> {
        let body = json!({
            "title": new.title,
            "head": new.head.as_str(),
            "base": new.base.as_str(),
            "body": new.body,
            "draft": new.draft,
        });
        let call = Call::post(self.path("/pulls"), &body).writing(WriteKind::Create);
        let opened: wire::Pull = self.ask(call).await?;
        opened.into_domain().ok_or(GithubError::UnknownOutcome)
    }

    /// A pull request.
    pub async fn pull(&self, number: i64) -> Result<PullInfo, GithubError> {
        let found: wire::Pull = self.ask(Call::get(self.path(&format!("/pulls/{number}")))).await?;
        found.into_domain().ok_or(STRANGE)
    }

    /// Every pull request, open or not, from this branch of this repository, newest first.
    pub async fn pulls_by_head(&self, branch: &BranchName) -> Result<Vec<PullInfo>, GithubError> {
        let mut all = self.with_head(branch).await?;
        if self.moved() {
            // The filter names the owner, and that may just have changed.
            self.get().await?;
            all = self.with_head(branch).await?;
        }
        // GitHub ignores a filter that it does not understand; a fork may use the same branch name.
        let ours = |pull: &PullInfo| pull.head == branch.as_str() && pull.head_repo.is_none_or(|id| id == self.id);
        let all: Option<Vec<PullInfo>> = all.into_iter().map(wire::Pull::into_domain).collect();
        Ok(all.ok_or(STRANGE)?.into_iter().filter(ours).collect())
    }

    async fn with_head(&self, branch: &BranchName) -> Result<Vec<wire::Pull>, GithubError> {
        let head = encode(&format!("{}:{branch}", self.name().owner));
        self.all(Call::get(self.path(&format!("/pulls?state=all&per_page=100&head={head}")))).await
    }
}
