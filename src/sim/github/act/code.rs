//! Commits and branches that people push.

use serde_json::json;

use crate::sim::github::git::{Objects, TreeFile};
use crate::sim::github::hub::Hub;
use crate::sim::github::stage::Demand;
use crate::sim::github::world::World;

/// One changed file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    path: String,
    file: Option<TreeFile>,
}

impl Change {
    /// Writes a file with this mode (`0o100644`, `0o100755`, `0o120000`; `0o160000` with a commit id as bytes).
    pub fn put(path: &str, mode: u32, bytes: &[u8]) -> Self {
        Self { path: path.into(), file: Some((mode, bytes.to_vec())) }
    }

    /// Writes an ordinary text file.
    pub fn text(path: &str, text: &str) -> Self {
        Self::put(path, 0o100_644, text.as_bytes())
    }

    /// Deletes a file.
    pub fn delete(path: &str) -> Self {
        Self { path: path.into(), file: None }
    }

    pub(super) fn pair(self) -> (String, Option<TreeFile>) {
        (self.path, self.file)
    }
}

impl World {
    #[track_caller]
    pub(super) fn objects(&self, repo: &str) -> Objects {
        Objects::open(&self.the_repo(repo).folder).demand("git repository")
    }
}

impl Hub {
    /// A commit on top of a branch (made from the default branch when it is new); gives its id.
    pub fn push_commit(&self, repo: &str, branch: &str, changes: &[Change]) -> String {
        let mut world = self.world();
        let (objects, now) = (world.objects(repo), world.now());
        let start = objects.branch(branch).or_else(|| objects.branch(&world.the_repo(repo).default_branch));
        let changes: Vec<_> = changes.iter().cloned().map(Change::pair).collect();
        let message = format!("Work on {branch}");
        let sha = objects.commit_changes(start.as_deref(), &changes, &message, now.0 / 1000).demand("commit");
        self.move_branch(&mut world, repo, branch, &sha);
        sha
    }

    /// Points a branch at any commit, forced; makes the branch when it is new.
    pub fn force_push(&self, repo: &str, branch: &str, sha: &str) {
        self.move_branch(&mut self.world(), repo, branch, sha);
    }

    /// A branch without history of its own: one root commit that holds these changes (F069 with `force_push`).
    pub fn orphan_commit(&self, repo: &str, changes: &[Change]) -> String {
        let world = self.world();
        let changes: Vec<_> = changes.iter().cloned().map(Change::pair).collect();
        world.objects(repo).commit_changes(None, &changes, "Start again", world.now().0 / 1000).demand("commit")
    }

    /// Deletes a branch.
    pub fn delete_branch(&self, repo: &str, branch: &str) {
        self.world().objects(repo).delete_ref(&format!("refs/heads/{branch}")).demand("branch");
        self.notify();
    }

    /// Renames the default branch.
    pub fn rename_default_branch(&self, repo: &str, to: &str) {
        let mut world = self.world();
        let (objects, old) = (world.objects(repo), world.the_repo(repo).default_branch.clone());
        if let Some(head) = objects.branch(&old) {
            objects.set_ref(&format!("refs/heads/{to}"), &head).demand("new branch");
            objects.set_head(to).demand("HEAD");
            objects.delete_ref(&format!("refs/heads/{old}")).demand("old branch");
        }
        world.the_repo_mut(repo).default_branch = to.into();
        self.notify();
    }

    #[track_caller]
    fn move_branch(&self, world: &mut World, repo: &str, branch: &str, sha: &str) {
        world.objects(repo).set_ref(&format!("refs/heads/{branch}"), sha).demand("branch");
        let (id, owner) = (world.the_repo(repo).id, world.the_repo(repo).owner);
        self.pushed(world, id, owner);
    }

    /// Follows branches that moved: head commits of open pull requests, `refs/pull/N/head`, what is told.
    pub fn pushed(&self, world: &mut World, repo: i64, by: i64) {
        let now = world.now();
        let Some(found) = world.repos.get_mut(&repo) else { return };
        found.pushed_at = now;
        let Ok(objects) = Objects::open(&found.folder) else { return };
        let mut moved = Vec::new();
        for issue in found.issues.values_mut().filter(|i| i.open) {
            let Some(pull) = issue.pull.as_mut() else { continue };
            let Some(head) = objects.branch(&pull.head).filter(|head| *head != pull.head_sha) else { continue };
            let before = std::mem::replace(&mut pull.head_sha, head.clone());
            issue.updated_at = now;
            let _kept = objects.set_ref(&format!("refs/pull/{}/head", issue.number), &head);
            moved.push((issue.number, before, head));
        }
        for (number, before, after) in moved {
            self.tell_pull(world, "synchronize", repo, number, by, json!({ "before": before, "after": after }));
        }
        self.notify();
    }
}
