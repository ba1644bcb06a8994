//! Branches, names of commits, and how two commits lie.

use serde::Deserialize;

use crate::domain::repo::{BranchName, CommitSha};

use super::super::call::Call;
use super::super::{Compare, GithubError, encode, wire};
use super::{RepoClient, STRANGE, optional};

#[derive(Deserialize)]
struct Named {
    sha: String,
}

#[derive(Deserialize)]
struct Branch {
    name: String,
}

impl RepoClient {
    /// The names of all branches, in GitHub's order.
    pub async fn branches(&self) -> Result<Vec<String>, GithubError> {
        let all: Vec<Branch> = self.all(Call::get(self.path("/branches?per_page=100"))).await?;
        Ok(all.into_iter().map(|branch| branch.name).collect())
    }

    /// A branch's head; `None` when there is no such branch (or no commit at all).
    pub async fn branch_head(&self, branch: &BranchName) -> Result<Option<CommitSha>, GithubError> {
        let parts: Vec<String> = branch.as_str().split('/').map(encode).collect();
        let call = Call::get(self.path(&format!("/git/ref/heads/{}", parts.join("/"))));
        match self.ask::<wire::Reference>(call).await {
            Ok(found) => CommitSha::parse(&found.object.sha).map(Some).ok_or(STRANGE),
            Err(error) if error.is_gone() || error == GithubError::EmptyRepository => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The commit a branch, tag or (short) sha names; `None` when there is none.
    pub async fn resolve_ref(&self, reference: &str) -> Result<Option<CommitSha>, GithubError> {
        let call = Call::get(self.path(&format!("/commits/{}", encode(reference))));
        match self.send(call.accept("application/vnd.github.sha")).await {
            Ok(answer) => read_sha(&answer.body).map(Some).ok_or(STRANGE),
            Err(
                GithubError::NotFound
                | GithubError::Gone
                | GithubError::EmptyRepository
                | GithubError::Validation { .. },
            ) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How `head` lies to `base`; `None` when GitHub does not know one of them any more.
    pub async fn compare(&self, base: &CommitSha, head: &CommitSha) -> Result<Option<Compare>, GithubError> {
        // The files stand on the first page only; we want the counts.
        let path = self.path(&format!("/compare/{base}...{head}?per_page=1&page=2"));
        match optional(self.ask::<wire::Comparison>(Call::get(path)).await)? {
            Some(found) => found.into_domain().map(Some).ok_or(STRANGE),
            None => Ok(None),
        }
    }
}

/// The bare sha we ask for, or the object that servers send which do not know that form.
fn read_sha(body: &[u8]) -> Option<CommitSha> {
    let bare = std::str::from_utf8(body).ok().and_then(|text| CommitSha::parse(text.trim()));
    bare.or_else(|| CommitSha::parse(&serde_json::from_slice::<Named>(body).ok()?.sha))
}
