//! What we do as the App itself: who we are, where we are installed, which deliveries failed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use serde::Deserialize;

use crate::domain::clock::{SharedClock, Timestamp};
use crate::domain::ids::{GithubRepoId, GithubUserId, InstallationId};
use crate::domain::repo::RepoName;

use super::call::Call;
use super::core::{Core, Scope};
use super::gate::lock;
use super::{AppInfo, GithubConfig, GithubError, HookDelivery, Installation, RateBudget, RepoClient, RepoInfo, wire};

/// GitHub as our App sees it. Cheap to clone; needs a tokio runtime when built.
#[derive(Debug, Clone)]
pub struct GitHub {
    core: Arc<Core>,
    identity: Arc<Mutex<Known>>,
}

/// Slug and account, once both were seen.
type Known = Option<(String, GithubUserId)>;

#[derive(Deserialize)]
struct UserId {
    id: i64,
}

impl GitHub {
    /// Reads the key and prepares the connection; nothing is sent.
    ///
    /// # Errors
    /// [`GithubError::NotConfigured`] when id, key, URL or CA file are missing or unreadable.
    pub fn new(config: GithubConfig, clock: SharedClock) -> Result<Self, GithubError> {
        Ok(Self { core: Arc::new(Core::new(config, clock)?), identity: Arc::default() })
    }

    /// The App's number, as configured.
    pub fn app_id(&self) -> i64 {
        i64::try_from(self.core.config.app_id).unwrap_or(i64::MAX)
    }

    /// Slug and account of the App; asked once, because they name the author of every commit. The account is
    /// `None` only while there is no installation: a failure to find it is an error, else a commit made twice
    /// would have two authors.
    pub async fn identity(&self) -> Result<(String, Option<GithubUserId>), GithubError> {
        if let Some((slug, account)) = lock(&self.identity).clone() {
            return Ok((slug, Some(account)));
        }
        let app: wire::App = self.core.ask(Scope::App, Call::get("/app")).await?;
        let account = self.bot_user(&app.slug).await?;
        Ok((app.slug, account))
    }

    /// The App, with its account's number where an installation lets us ask.
    pub async fn app(&self) -> Result<AppInfo, GithubError> {
        let app: wire::App = self.core.ask(Scope::App, Call::get("/app")).await?;
        let bot_user_id = self.bot_user(&app.slug).await.ok().flatten();
        Ok(AppInfo { id: app.id, slug: app.slug, permissions: app.permissions, events: app.events, bot_user_id })
    }

    async fn bot_user(&self, slug: &str) -> Result<Option<GithubUserId>, GithubError> {
        if let Some((_, known)) = lock(&self.identity).clone() {
            return Ok(Some(known));
        }
        let Some(first) = self.installations().await?.into_iter().find(|place| !place.suspended) else {
            return Ok(None);
        };
        let path = format!("/users/{}%5Bbot%5D", super::encode(slug));
        let user: UserId = self.core.ask(Scope::look(first.id), Call::get(path)).await?;
        *lock(&self.identity) = Some((slug.to_owned(), GithubUserId(user.id)));
        Ok(Some(GithubUserId(user.id)))
    }

    /// Every installation.
    pub async fn installations(&self) -> Result<Vec<Installation>, GithubError> {
        let call = Call::get("/app/installations?per_page=100");
        let all: Vec<wire::Installation> = self.core.all(Scope::App, call, None).await?;
        Ok(all.into_iter().map(wire::Installation::into_domain).collect())
    }

    /// One installation; `None` when it was removed.
    pub async fn installation(&self, id: InstallationId) -> Result<Option<Installation>, GithubError> {
        self.find_installation(format!("/app/installations/{id}")).await
    }

    /// The installation that lets us into a repository; `None` when there is none.
    pub async fn installation_of(&self, name: &RepoName) -> Result<Option<Installation>, GithubError> {
        self.find_installation(format!("/repos/{name}/installation")).await
    }

    async fn find_installation(&self, path: String) -> Result<Option<Installation>, GithubError> {
        match self.core.ask::<wire::Installation>(Scope::App, Call::get(path)).await {
            Ok(found) => Ok(Some(found.into_domain())),
            Err(error) if error.is_gone() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The repositories an installation opens.
    pub async fn installation_repos(&self, id: InstallationId) -> Result<Vec<RepoInfo>, GithubError> {
        let mut all = Vec::new();
        let gather = |page: wire::Repositories| {
            all.extend(page.repositories.into_iter().filter_map(wire::Repository::into_domain));
            true
        };
        let call = Call::get("/installation/repositories?per_page=100");
        self.core.pages(Scope::look(id), call, None, gather).await?;
        Ok(all)
    }

    /// Deliveries sent at or after `since` whose newest attempt failed, oldest first (M08).
    pub async fn failed_deliveries(&self, since: Timestamp) -> Result<Vec<HookDelivery>, GithubError> {
        let mut seen = Vec::new();
        let gather = |page: Vec<wire::Delivery>| {
            let before = seen.len();
            let page = page.into_iter().map(wire::Delivery::into_domain);
            seen.extend(page.filter(|delivery| delivery.delivered_at >= since));
            // Newest first: a page without one of the time asked for is the last of interest.
            seen.len() > before
        };
        self.core.pages(Scope::App, Call::get("/app/hook/deliveries?per_page=100"), None, gather).await?;
        Ok(newest_failed(seen))
    }

    /// The newest attempt of a delivery sent at or after `since`; `None` when GitHub does not know it.
    pub async fn find_delivery(&self, guid: &str, since: Timestamp) -> Result<Option<HookDelivery>, GithubError> {
        let mut found = None;
        let look = |page: Vec<wire::Delivery>| {
            let mut page = page.into_iter().map(wire::Delivery::into_domain).take_while(|d| d.delivered_at >= since);
            let mut any = false;
            found = page.find(|delivery| {
                any = true;
                delivery.guid == guid
            });
            // Newest first: a page without one of the time asked for is the last of interest.
            any && found.is_none()
        };
        self.core.pages(Scope::App, Call::get("/app/hook/deliveries?per_page=100"), None, look).await?;
        Ok(found)
    }

    /// Asks GitHub to send one delivery again.
    pub async fn redeliver(&self, id: i64) -> Result<(), GithubError> {
        let call = Call::post(format!("/app/hook/deliveries/{id}/attempts"), &BTreeMap::<&str, &str>::new());
        self.core.send(Scope::App, &call, None).await.map(drop)
    }

    /// One repository through one installation. `name` may be old: renames are followed (F054).
    pub fn repo(&self, installation: InstallationId, id: GithubRepoId, name: RepoName) -> RepoClient {
        RepoClient::new(self.core.clone(), installation, id, name)
    }

    /// The hourly allowance as last seen; `None` before the first answer.
    pub fn budget(&self, installation: InstallationId) -> Option<RateBudget> {
        self.core.lanes.budget(installation)
    }

    /// Drops tokens and counters of an installation that was removed (F079).
    pub fn forget(&self, installation: InstallationId) {
        self.core.tokens.forget(installation);
        self.core.lanes.forget(installation);
        self.core.rollups.forget(installation);
        self.core.contents.forget(installation);
    }
}

/// One entry per GUID: its newest attempt, if that one failed.
fn newest_failed(attempts: Vec<HookDelivery>) -> Vec<HookDelivery> {
    let mut newest: HashMap<String, HookDelivery> = HashMap::new();
    for attempt in attempts {
        let age = |delivery: &HookDelivery| (delivery.delivered_at, delivery.id);
        match newest.get(&attempt.guid) {
            Some(known) if age(known) >= age(&attempt) => {}
            _ => {
                newest.insert(attempt.guid.clone(), attempt);
            }
        }
    }
    let mut failed: Vec<_> = newest.into_values().filter(|last| !(200..300).contains(&last.status_code)).collect();
    failed.sort_by_key(|delivery| (delivery.delivered_at, delivery.id));
    failed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m08_a_delivery_counts_as_failed_by_its_newest_attempt() {
        let attempt = |id: i64, guid: &str, at: i64, status_code: i64| HookDelivery {
            id,
            guid: guid.into(),
            event: "issues".into(),
            action: None,
            status_code,
            delivered_at: Timestamp(at),
            redelivery: false,
        };
        let all = vec![
            attempt(6, "late", 60, 0),
            attempt(5, "healed", 50, 202),
            attempt(4, "broken", 40, 503),
            attempt(3, "broken", 30, 200),
            attempt(2, "healed", 20, 500),
            attempt(1, "fine", 10, 204),
        ];
        let ids: Vec<i64> = newest_failed(all).iter().map(|delivery| delivery.id).collect();
        assert_eq!(ids, [4, 6]);
    }
}
