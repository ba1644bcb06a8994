//! What we do as the App itself: who we are, where we are installed, which deliveries failed.

use crate::domain::clock::{SharedClock, Timestamp};
use crate::domain::ids::{GithubRepoId, InstallationId};
use crate::domain::repo::RepoName;

use super::{AppInfo, GithubConfig, GithubError, HookDelivery, Installation, RateBudget, RepoClient, RepoInfo};

const NOT_YET: GithubError = GithubError::NotConfigured("not built yet");

/// GitHub as our App sees it. Cheap to clone; needs a tokio runtime when built.
#[derive(Debug, Clone)]
pub struct GitHub {
    _clock: SharedClock,
}

impl GitHub {
    /// Reads the key and prepares the connection; nothing is sent.
    ///
    /// # Errors
    /// [`GithubError::NotConfigured`] when id, key, URL or CA file are missing or unreadable.
    #[expect(clippy::needless_pass_by_value, reason = "will be kept")]
    pub fn new(config: GithubConfig, clock: SharedClock) -> Result<Self, GithubError> {
        if config.app_id == 0 {
            return Err(GithubError::NotConfigured("no App id"));
        }
        Ok(Self { _clock: clock })
    }

    /// The App, with its account's number where an installation lets us ask.
    pub async fn app(&self) -> Result<AppInfo, GithubError> {
        Err(NOT_YET)
    }

    /// Every installation.
    pub async fn installations(&self) -> Result<Vec<Installation>, GithubError> {
        Err(NOT_YET)
    }

    /// One installation; `None` when it was removed.
    pub async fn installation(&self, _id: InstallationId) -> Result<Option<Installation>, GithubError> {
        Err(NOT_YET)
    }

    /// The installation that lets us into a repository; `None` when there is none.
    pub async fn installation_of(&self, _name: &RepoName) -> Result<Option<Installation>, GithubError> {
        Err(NOT_YET)
    }

    /// The repositories an installation opens.
    pub async fn installation_repos(&self, _id: InstallationId) -> Result<Vec<RepoInfo>, GithubError> {
        Err(NOT_YET)
    }

    /// Deliveries sent at or after `since` whose newest attempt failed, oldest first (M08).
    pub async fn failed_deliveries(&self, _since: Timestamp) -> Result<Vec<HookDelivery>, GithubError> {
        Err(NOT_YET)
    }

    /// Asks GitHub to send one delivery again.
    pub async fn redeliver(&self, _id: i64) -> Result<(), GithubError> {
        Err(NOT_YET)
    }

    /// One repository through one installation. `name` may be old: renames are followed (F054).
    pub fn repo(&self, installation: InstallationId, id: GithubRepoId, name: RepoName) -> RepoClient {
        RepoClient::stub(installation, id, name)
    }

    /// The hourly allowance as last seen; `None` before the first answer.
    pub fn budget(&self, _installation: InstallationId) -> Option<RateBudget> {
        None
    }

    /// Drops tokens and counters of an installation that was removed (F079).
    pub fn forget(&self, _installation: InstallationId) {}
}
