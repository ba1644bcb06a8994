//! One repository through one installation.

mod comments;
mod contents;
mod issues;
mod pulls;
mod reactions;
mod refs;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;
use serde::de::DeserializeOwned;

use crate::domain::ids::{GithubRepoId, InstallationId};
use crate::domain::permission::Permission;
use crate::domain::repo::RepoName;

use super::call::Call;
use super::core::{Core, Scope};
use super::gate::lock;
use super::tokens::{TokenKey, TokenUse};
use super::{GithubError, RateBudget, RepoInfo, Standing, encode, wire};

const STRANGE: GithubError = GithubError::Unavailable("its answer is not understood");

/// One repository, opened by a token that opens nothing else. Cheap to clone; make one per job.
#[derive(Clone)]
pub struct RepoClient {
    core: Arc<Core>,
    installation: InstallationId,
    id: GithubRepoId,
    name: Arc<Mutex<RepoName>>,
    moved: Arc<AtomicBool>,
}

impl fmt::Debug for RepoClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RepoClient")
            .field("installation", &self.installation)
            .field("id", &self.id)
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

impl RepoClient {
    pub(super) fn new(core: Arc<Core>, installation: InstallationId, id: GithubRepoId, name: RepoName) -> Self {
        Self { core, installation, id, name: Arc::new(Mutex::new(name)), moved: Arc::default() }
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
        lock(&self.name).clone()
    }

    /// Whether an answer came by way of a redirect: the repository was renamed, call [`Self::get`].
    pub fn moved(&self) -> bool {
        self.moved.load(Ordering::Relaxed)
    }

    /// The hourly allowance of this installation as last seen.
    pub fn budget(&self) -> Option<RateBudget> {
        self.core.lanes.budget(self.installation)
    }

    /// The repository as it is now, renames followed on the API host only (F054). Another repository that
    /// took the old name is not ours: then it is found by its number.
    pub async fn get(&self) -> Result<RepoInfo, GithubError> {
        let by_name: Result<wire::Repository, _> = self.ask(Call::get(self.path(""))).await;
        let found = match by_name.map(wire::Repository::into_domain) {
            Ok(Some(found)) if found.id == self.id => found,
            Ok(Some(_)) | Err(GithubError::NotFound | GithubError::Transferred { .. }) => self.get_by_id().await?,
            Ok(None) => return Err(STRANGE),
            Err(error) => return Err(error),
        };
        *lock(&self.name) = found.name.clone();
        self.moved.store(false, Ordering::Relaxed);
        Ok(found)
    }

    async fn get_by_id(&self) -> Result<RepoInfo, GithubError> {
        let call = Call::get(format!("/repositories/{}", self.id));
        let found: wire::Repository = self.core.ask(self.work(), call).await?;
        found.into_domain().filter(|found| found.id == self.id).ok_or(GithubError::NotFound)
    }

    /// What an account may do here, asked afresh (M11–M13). An unknown login may nothing.
    pub async fn permission(&self, login: &str) -> Result<Standing, GithubError> {
        let asked_at = self.core.skew.ours();
        let path = self.path(&format!("/collaborators/{}/permission", encode(login)));
        let standing = match self.ask::<wire::Collaborator>(Call::get(path)).await {
            Ok(found) => found.into_domain(),
            // No such account, or no such repository: only the first is an answer.
            Err(GithubError::NotFound) => {
                self.get().await?;
                Standing { permission: Permission::None, maintain: false, account: None }
            }
            Err(error) => {
                self.core.standings.drop_one(self.id, login);
                return Err(error);
            }
        };
        self.core.standings.put(self.id, login, asked_at, standing.clone());
        Ok(standing)
    }

    /// As [`Self::permission`], but an answer of ours may be up to `max_age` old (never over 60 s).
    pub async fn permission_within(&self, login: &str, max_age: Duration) -> Result<Standing, GithubError> {
        match self.core.standings.get(self.id, login, max_age, self.core.skew.ours()) {
            Some(standing) => Ok(standing),
            None => self.permission(login).await,
        }
    }

    /// A token for git over HTTP that may push: this repository, contents only. Use it at once, never
    /// store it.
    pub async fn push_token(&self) -> Result<SecretString, GithubError> {
        Ok(self.core.token(self.key(TokenUse::Push)).await?.secret)
    }

    /// A token for git over HTTP that may only read.
    pub async fn fetch_token(&self) -> Result<SecretString, GithubError> {
        Ok(self.core.token(self.key(TokenUse::Fetch)).await?.secret)
    }

    fn key(&self, purpose: TokenUse) -> TokenKey {
        TokenKey { installation: self.installation, repo: Some(self.id), purpose }
    }

    fn scope(&self, purpose: TokenUse) -> Scope {
        Scope::Token(self.key(purpose))
    }

    fn work(&self) -> Scope {
        self.scope(TokenUse::Work)
    }

    fn path(&self, rest: &str) -> String {
        format!("/repos/{}{rest}", self.name())
    }

    async fn ask<T: DeserializeOwned>(&self, call: Call) -> Result<T, GithubError> {
        self.core.ask_noting(self.work(), call, Some(&self.moved)).await
    }

    async fn all<T: DeserializeOwned>(&self, first: Call) -> Result<Vec<T>, GithubError> {
        self.core.all(self.work(), first, Some(&self.moved)).await
    }

    async fn send(&self, call: Call) -> Result<super::transport::Answer, GithubError> {
        self.core.send(self.work(), &call, Some(&self.moved)).await
    }
}

/// Not found is an answer here.
fn optional<T>(result: Result<T, GithubError>) -> Result<Option<T>, GithubError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_gone() => Ok(None),
        Err(error) => Err(error),
    }
}
