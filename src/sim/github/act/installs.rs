//! Installing the App and taking it away.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::sim::github::hub::Hub;
use crate::sim::github::stage::Demand;
use crate::sim::github::world::{Installation, World};

impl World {
    fn show_installed(&self, repos: &BTreeSet<i64>) -> Vec<Value> {
        repos.iter().map(|id| self.show_installed_repo(*id)).collect()
    }
}

impl Hub {
    /// Installs the App on a repository (adds it to the account's installation); gives the installation's number.
    pub fn install_app(&self, repo: &str) -> i64 {
        let mut world = self.world();
        let (id, owner, now) = (world.the_repo(repo).id, world.the_repo(repo).owner, world.now());
        let known = world.installations.values().find(|i| i.account == owner).map(|i| i.id);
        if let Some(installation) = known {
            world.installations.get_mut(&installation).demand("installation").repos.insert(id);
            let added = json!({
                "action": "added",
                "repository_selection": "selected",
                "repositories_added": [world.show_installed_repo(id)],
                "repositories_removed": [],
                "requester": null,
            });
            self.tell_installation(&mut world, "installation_repositories", installation, owner, added);
            return installation;
        }
        let installation = world.next_id();
        let permissions = world.app.permissions.clone();
        world.installations.insert(
            installation,
            Installation {
                id: installation,
                account: owner,
                repos: BTreeSet::from([id]),
                permissions,
                suspended_at: None,
                created_at: now,
                updated_at: now,
            },
        );
        let created =
            json!({ "action": "created", "repositories": [world.show_installed_repo(id)], "requester": null });
        self.tell_installation(&mut world, "installation", installation, owner, created);
        installation
    }

    /// Takes a repository out of its installation.
    pub fn remove_from_installation(&self, repo: &str) {
        let mut world = self.world();
        let (id, owner) = (world.the_repo(repo).id, world.the_repo(repo).owner);
        let installation = world.installation_of(id).demand("installation").id;
        world.installations.get_mut(&installation).demand("installation").repos.remove(&id);
        let removed = json!({
            "action": "removed",
            "repository_selection": "selected",
            "repositories_added": [],
            "repositories_removed": [world.show_installed_repo(id)],
            "requester": null,
        });
        self.tell_installation(&mut world, "installation_repositories", installation, owner, removed);
    }

    /// Uninstalls the App from a repository's account; its tokens die at once.
    pub fn uninstall(&self, repo: &str) {
        let mut world = self.world();
        let id = world.the_repo(repo).id;
        let gone = world.installation_of(id).demand("installation").id;
        self.tell_standing(&mut world, gone, "deleted");
        world.installations.remove(&gone);
        world.tokens.retain(|_, grant| grant.installation != gone);
    }

    /// Suspends the installation that covers a repository.
    pub fn suspend(&self, repo: &str) {
        let mut world = self.world();
        let (id, now) = (world.the_repo(repo).id, world.now());
        let installation = world.installation_of(id).demand("installation").id;
        world.installations.get_mut(&installation).demand("installation").suspended_at = Some(now);
        self.tell_standing(&mut world, installation, "suspend");
    }

    /// Takes the suspension away.
    pub fn unsuspend(&self, repo: &str) {
        let mut world = self.world();
        let id = world.the_repo(repo).id;
        let installation = world.installation_of(id).demand("installation").id;
        world.installations.get_mut(&installation).demand("installation").suspended_at = None;
        self.tell_standing(&mut world, installation, "unsuspend");
    }

    /// What the installation that covers a repository has granted (`contents` → `write` …), from now on.
    pub fn set_granted_permissions(&self, repo: &str, permissions: &[(&str, &str)]) {
        let mut world = self.world();
        let id = world.the_repo(repo).id;
        let installation = world.installation_of(id).demand("installation").id;
        let granted = permissions.iter().map(|(name, level)| ((*name).into(), (*level).into())).collect();
        world.installations.get_mut(&installation).demand("installation").permissions = granted;
    }

    /// An installation token with everything granted, for looking at the world as the App does.
    pub fn app_token(&self, repo: &str) -> String {
        let mut world = self.world();
        let id = world.the_repo(repo).id;
        let found = world.installation_of(id).demand("installation");
        let (installation, permissions) = (found.id, found.permissions.clone());
        world.make_token(installation, None, permissions)
    }

    fn tell_standing(&self, world: &mut World, installation: i64, action: &str) {
        let found = world.installations.get(&installation).demand("installation");
        let (account, repos) = (found.account, world.show_installed(&found.repos));
        let body = json!({ "action": action, "repositories": repos, "requester": null });
        self.tell_installation(world, "installation", installation, account, body);
    }
}
