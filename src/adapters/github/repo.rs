//! One repository through one installation.

use std::time::Duration;

use secrecy::SecretString;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{CommentId, GithubRepoId, InstallationId};
use crate::domain::repo::{BranchName, CommitSha, RepoName};

use super::{
    Comment, Compare, GithubError, Issue, NewPull, PullInfo, RateBudget, Reaction, ReactionContent, RepoInfo, Rollups,
    Standing,
};

const NOT_YET: GithubError = GithubError::NotConfigured("not built yet");

/// One repository, opened by a token that opens nothing else. Cheap to clone; make one per job.
#[derive(Debug, Clone)]
pub struct RepoClient {
    installation: InstallationId,
    id: GithubRepoId,
    name: RepoName,
}

impl RepoClient {
    pub(super) fn stub(installation: InstallationId, id: GithubRepoId, name: RepoName) -> Self {
        Self { installation, id, name }
    }

    /// The installation used.
    pub fn installation(&self) -> InstallationId {
        self.installation
    }

    /// GitHub's number of the repository.
    pub fn id(&self) -> GithubRepoId {
        self.id
    }

    /// Owner and name; new once [`Self::get`] saw a rename.
    pub fn name(&self) -> RepoName {
        self.name.clone()
    }

    /// Whether an answer came by way of a redirect: the repository was renamed, call [`Self::get`].
    pub fn moved(&self) -> bool {
        false
    }

    /// The hourly allowance of this installation as last seen.
    pub fn budget(&self) -> Option<RateBudget> {
        None
    }

    /// The repository as it is now, renames followed on the API host only (F054).
    pub async fn get(&self) -> Result<RepoInfo, GithubError> {
        Err(NOT_YET)
    }

    /// A branch's head; `None` when there is no such branch (or no commit at all).
    pub async fn branch_head(&self, _branch: &BranchName) -> Result<Option<CommitSha>, GithubError> {
        Err(NOT_YET)
    }

    /// The commit a branch, tag or (short) sha names; `None` when there is none.
    pub async fn resolve_ref(&self, _reference: &str) -> Result<Option<CommitSha>, GithubError> {
        Err(NOT_YET)
    }

    /// How `head` lies to `base`; `None` when GitHub does not know one of them any more.
    pub async fn compare(&self, _base: &CommitSha, _head: &CommitSha) -> Result<Option<Compare>, GithubError> {
        Err(NOT_YET)
    }

    /// What an account may do here, asked afresh (M11–M13). An unknown login may nothing.
    pub async fn permission(&self, _login: &str) -> Result<Standing, GithubError> {
        Err(NOT_YET)
    }

    /// As [`Self::permission`], but an answer of ours may be up to `max_age` old (never over 60 s).
    pub async fn permission_within(&self, login: &str, _max_age: Duration) -> Result<Standing, GithubError> {
        self.permission(login).await
    }

    /// An issue (or the issue side of a pull request).
    ///
    /// # Errors
    /// [`GithubError::Gone`] when deleted, [`GithubError::Transferred`] when it lives elsewhere now.
    pub async fn issue(&self, _number: i64) -> Result<Issue, GithubError> {
        Err(NOT_YET)
    }

    /// A comment; `None` when it was deleted.
    pub async fn comment(&self, _id: CommentId) -> Result<Option<Comment>, GithubError> {
        Err(NOT_YET)
    }

    /// Comments of an issue, oldest first; with `since` only those written or edited at or after it.
    pub async fn comments(&self, _number: i64, _since: Option<Timestamp>) -> Result<Vec<Comment>, GithubError> {
        Err(NOT_YET)
    }

    /// Comments of the whole repository written or edited at or after `since`, oldest change first (M08).
    pub async fn repo_comments_since(&self, _since: Timestamp) -> Result<Vec<Comment>, GithubError> {
        Err(NOT_YET)
    }

    /// Reaction counts of all comments of an issue: one call for 100 comments, free when unchanged.
    pub async fn comment_rollups(&self, _number: i64) -> Result<Rollups, GithubError> {
        Err(NOT_YET)
    }

    /// Who reacted to a comment.
    pub async fn reactions(&self, _comment: CommentId) -> Result<Vec<Reaction>, GithubError> {
        Err(NOT_YET)
    }

    /// Writes a comment. On [`GithubError::UnknownOutcome`] search by marker before doing it again.
    pub async fn create_comment(&self, _number: i64, _body: &str) -> Result<Comment, GithubError> {
        Err(NOT_YET)
    }

    /// Replaces a comment's text.
    pub async fn update_comment(&self, _id: CommentId, _body: &str) -> Result<Comment, GithubError> {
        Err(NOT_YET)
    }

    /// Reacts to a comment; doing it twice is one reaction.
    pub async fn react_to_comment(&self, _id: CommentId, _content: ReactionContent) -> Result<(), GithubError> {
        Err(NOT_YET)
    }

    /// Reacts to the issue itself; doing it twice is one reaction.
    pub async fn react_to_issue(&self, _number: i64, _content: ReactionContent) -> Result<(), GithubError> {
        Err(NOT_YET)
    }

    /// Folds a comment away as outdated.
    pub async fn minimize_comment(&self, _node_id: &str) -> Result<(), GithubError> {
        Err(NOT_YET)
    }

    /// Opens a pull request. On [`GithubError::UnknownOutcome`] look it up by head before doing it again.
    pub async fn create_pull(&self, _new: &NewPull) -> Result<PullInfo, GithubError> {
        Err(NOT_YET)
    }

    /// A pull request.
    pub async fn pull(&self, _number: i64) -> Result<PullInfo, GithubError> {
        Err(NOT_YET)
    }

    /// Every pull request, open or not, from this branch of this repository, newest first.
    pub async fn pulls_by_head(&self, _branch: &BranchName) -> Result<Vec<PullInfo>, GithubError> {
        Err(NOT_YET)
    }

    /// Adds labels to an issue or pull request.
    pub async fn add_labels(&self, _number: i64, _labels: &[String]) -> Result<(), GithubError> {
        Err(NOT_YET)
    }

    /// Asks these people for a review.
    pub async fn request_reviewers(&self, _number: i64, _logins: &[String]) -> Result<(), GithubError> {
        Err(NOT_YET)
    }

    /// A token for git over HTTP: this repository, contents only. Use it at once, never store it.
    pub async fn push_token(&self) -> Result<SecretString, GithubError> {
        Err(NOT_YET)
    }
}
