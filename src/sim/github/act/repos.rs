//! What happens to whole repositories.

use crate::sim::github::hub::Hub;
use crate::sim::github::stage::Demand;

impl Hub {
    /// Gives a repository another name within its account; the old one is answered with 301.
    pub fn rename_repo(&self, repo: &str, name: &str) {
        let owner = repo.split_once('/').demand("slash in the repository's name").0.to_owned();
        self.move_repo(repo, &format!("{owner}/{name}"));
    }

    /// Moves a repository to another account or name.
    pub fn move_repo(&self, repo: &str, to: &str) {
        let (owner, name) = to.split_once('/').demand("slash in the repository's name");
        let owner = self.create_org(owner).id;
        let mut world = self.world();
        let found = world.the_repo_mut(repo);
        found.owner = owner;
        found.name = name.into();
        let id = found.id;
        world.former_names.insert(repo.to_ascii_lowercase(), id);
        drop(world);
        self.notify();
    }

    /// Archives a repository: reading only.
    pub fn archive_repo(&self, repo: &str, archived: bool) {
        self.world().the_repo_mut(repo).archived = archived;
        self.notify();
    }

    /// Makes a repository private.
    pub fn make_private(&self, repo: &str) {
        self.world().the_repo_mut(repo).private = true;
        self.notify();
    }

    /// Makes a repository public.
    pub fn make_public(&self, repo: &str) {
        self.world().the_repo_mut(repo).private = false;
        self.notify();
    }

    /// Deletes a repository; it is answered with 404 afterwards.
    pub fn delete_repo(&self, repo: &str) {
        self.world().the_repo_mut(repo).deleted = true;
        self.notify();
    }
}
