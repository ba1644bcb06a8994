//! What people do: building the world, and actions that change it and are told to the App.
//!
//! Repositories are named `owner/name`, people by login. Naming something that is not there is the scene's
//! mistake and ends it with a sentence.

mod build;
mod code;
mod comments;
mod installs;
mod issues;
mod pulls;
mod reactions;
mod repos;
mod sign_in;

pub use build::{RepoHandle, User};
pub use code::Change;
pub use pulls::PullText;

use super::hub::Hub;
use super::stage::Demand;
use super::world::{Issue, Repo, World};

impl World {
    /// The repository of this name, or the scene's mistake.
    #[track_caller]
    fn the_repo(&self, full_name: &str) -> &Repo {
        let id = self.repo_id(full_name).demand(&format!("repository {full_name}"));
        self.repos.get(&id).demand("repository")
    }

    #[track_caller]
    fn the_repo_mut(&mut self, full_name: &str) -> &mut Repo {
        let id = self.repo_id(full_name).demand(&format!("repository {full_name}"));
        self.repos.get_mut(&id).demand("repository")
    }

    #[track_caller]
    fn the_user(&self, login: &str) -> i64 {
        self.account(login).demand(&format!("account {login}")).id
    }

    #[track_caller]
    fn the_issue_mut(&mut self, repo: i64, number: i64) -> &mut Issue {
        let issue = self.repos.get_mut(&repo).and_then(|r| r.issues.get_mut(&number));
        issue.demand(&format!("issue {number}"))
    }
}

impl Hub {
    /// Changes an issue as `by` and tells it as `issues.ACTION`.
    #[track_caller]
    fn change_issue(&self, repo: &str, number: i64, by: &str, action: &str, change: impl FnOnce(&mut Issue, i64)) {
        let mut world = self.world();
        let (repo, by, now) = (world.the_repo(repo).id, world.the_user(by), world.now());
        let issue = world.the_issue_mut(repo, number);
        change(issue, by);
        issue.updated_at = now;
        self.tell_issue(&mut world, action, repo, number, by, serde_json::json!({}));
    }
}
