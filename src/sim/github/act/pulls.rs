//! Pull requests.

use serde_json::{Value, json};

use crate::sim::github::git::Objects;
use crate::sim::github::hub::Hub;
use crate::sim::github::show::add;
use crate::sim::github::stage::Demand;
use crate::sim::github::world::{Issue, Pull, World};

/// What a new pull request says.
pub struct PullText {
    pub head: String,
    pub base: String,
    pub title: String,
    pub body: Option<String>,
    pub draft: bool,
}

impl Hub {
    /// A person opens a pull request from a branch to the default branch; gives its number.
    pub fn open_pull(&self, repo: &str, by: &str, head: &str, title: &str, body: &str) -> i64 {
        let mut world = self.world();
        let base = world.the_repo(repo).default_branch.clone();
        let (repo, by) = (world.the_repo(repo).id, world.the_user(by));
        let text = PullText { head: head.into(), base, title: title.into(), body: Some(body.into()), draft: false };
        self.add_pull(&mut world, repo, by, &text).demand("branches of the pull request")
    }

    /// Closes a pull request unmerged.
    pub fn close_pull(&self, repo: &str, number: i64, by: &str) {
        let mut world = self.world();
        let (repo, by) = (world.the_repo(repo).id, world.the_user(by));
        self.set_pull_open(&mut world, repo, number, by, false).demand(&format!("pull request {number}"));
    }

    /// Opens a closed pull request again.
    pub fn reopen_pull(&self, repo: &str, number: i64, by: &str) {
        let mut world = self.world();
        let (repo, by) = (world.the_repo(repo).id, world.the_user(by));
        self.set_pull_open(&mut world, repo, number, by, true).demand(&format!("pull request {number}"));
    }

    /// Merges a pull request with a merge commit; gives that commit.
    pub fn merge_pull(&self, repo: &str, number: i64, by: &str) -> String {
        let mut world = self.world();
        let (by, now, objects) = (world.the_user(by), world.now(), world.objects(repo));
        let repo = world.the_repo(repo).id;
        let found = world.repos.get(&repo).demand("repository");
        let issue = found.issues.get(&number).demand(&format!("pull request {number}"));
        let pull = issue.pull.as_ref().demand(&format!("pull request {number}"));
        let head = found.pull_head(issue, pull);
        let message = format!("Merge pull request #{number} from {}", pull.head);
        let sha = objects.merge(&pull.base, &head, &message, now.0 / 1000).demand("merge without conflict");
        let issue = world.the_issue_mut(repo, number);
        close(issue, by, now);
        if let Some(pull) = issue.pull.as_mut() {
            pull.head_sha = head;
            pull.merged_at = Some(now);
            pull.merged_by = Some(by);
            pull.merge_sha = Some(sha.clone());
        }
        self.tell_pull(&mut world, "closed", repo, number, by, json!({}));
        self.pushed(&mut world, repo, by);
        sha
    }

    /// Opens or closes; `None` when there is no such pull request.
    pub fn set_pull_open(&self, world: &mut World, repo: i64, number: i64, by: i64, open: bool) -> Option<()> {
        let now = world.now();
        let found = world.repos.get(&repo)?;
        let issue = found.issues.get(&number)?;
        let head = found.pull_head(issue, issue.pull.as_ref()?);
        let issue = world.repos.get_mut(&repo)?.issues.get_mut(&number)?;
        issue.pull.as_mut()?.head_sha = head;
        if open {
            issue.open = true;
            issue.closed_at = None;
            issue.updated_at = now;
        } else {
            close(issue, by, now);
        }
        self.tell_pull(world, if open { "reopened" } else { "closed" }, repo, number, by, json!({}));
        Some(())
    }

    /// Adds a pull request and tells it; `None` when a branch is missing.
    pub fn add_pull(&self, world: &mut World, repo: i64, by: i64, text: &PullText) -> Option<i64> {
        let objects = Objects::open(&world.repos.get(&repo)?.folder).ok()?;
        let (head_sha, base_sha) = (objects.branch(&text.head)?, objects.branch(&text.base)?);
        let id = world.next_id();
        let number = world.add_issue(repo, by, &text.title, text.body.as_deref())?;
        objects.set_ref(&format!("refs/pull/{number}/head"), &head_sha).ok()?;
        world.repos.get_mut(&repo)?.issues.get_mut(&number)?.pull = Some(Pull {
            id,
            head: text.head.clone(),
            head_sha,
            base: text.base.clone(),
            base_sha,
            draft: text.draft,
            reviewers: Vec::new(),
            merged_at: None,
            merged_by: None,
            merge_sha: None,
        });
        self.tell_pull(world, "opened", repo, number, by, json!({}));
        Some(number)
    }

    /// Tells a `pull_request` event.
    pub fn tell_pull(&self, world: &mut World, action: &str, repo: i64, number: i64, by: i64, mut more: Value) {
        let shown = world.repos.get(&repo).and_then(|r| {
            let issue = r.issues.get(&number)?;
            Some(world.show_pull(r, issue, issue.pull.as_ref()?))
        });
        add(&mut more, json!({ "number": number, "pull_request": shown }));
        self.tell(world, "pull_request", action, repo, by, more);
    }
}

fn close(issue: &mut Issue, by: i64, now: crate::domain::clock::Timestamp) {
    issue.open = false;
    issue.closed_at = Some(now);
    issue.closed_by = Some(by);
    issue.updated_at = now;
}
