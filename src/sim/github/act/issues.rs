//! Issues.

use serde_json::{Value, json};

use crate::sim::github::hub::Hub;
use crate::sim::github::show::add;
use crate::sim::github::stage::Demand;
use crate::sim::github::world::{Issue, Label, World};

impl Hub {
    /// Opens an issue; gives its number within the repository.
    pub fn open_issue(&self, repo: &str, by: &str, title: &str, body: &str) -> i64 {
        let mut world = self.world();
        let (repo, by) = (world.the_repo(repo).id, world.the_user(by));
        let number = world.add_issue(repo, by, title, Some(body)).demand("repository");
        self.tell_issue(&mut world, "opened", repo, number, by, json!({}));
        number
    }

    /// Opens an issue that carries labels from the start: told as opened, and once as labeled for each.
    pub fn open_labeled_issue(&self, repo: &str, by: &str, title: &str, body: &str, labels: &[&str]) -> i64 {
        let ids: Vec<Label> = labels.iter().map(|name| self.label_named(repo, name)).collect();
        let mut world = self.world();
        let (repo, by) = (world.the_repo(repo).id, world.the_user(by));
        let number = world.add_issue(repo, by, title, Some(body)).demand("repository");
        world.the_issue_mut(repo, number).labels.clone_from(&ids);
        self.tell_issue(&mut world, "opened", repo, number, by, json!({}));
        for label in &ids {
            self.tell_label(&mut world, "labeled", repo, number, by, label);
        }
        number
    }

    /// Changes title and body.
    pub fn edit_issue(&self, repo: &str, number: i64, by: &str, title: &str, body: &str) {
        let mut world = self.world();
        let (repo, by, now) = (world.the_repo(repo).id, world.the_user(by), world.now());
        let issue = world.the_issue_mut(repo, number);
        let mut changes = json!({});
        if issue.title != title {
            add(&mut changes, json!({ "title": { "from": issue.title } }));
        }
        if issue.body.as_deref() != Some(body) {
            add(&mut changes, json!({ "body": { "from": issue.body } }));
        }
        issue.title = title.into();
        issue.body = Some(body.into());
        issue.updated_at = now;
        self.tell_issue(&mut world, "edited", repo, number, by, json!({ "changes": changes }));
    }

    /// Closes an issue as completed.
    pub fn close_issue(&self, repo: &str, number: i64, by: &str) {
        let now = self.now();
        self.change_issue(repo, number, by, "closed", |issue, by| {
            issue.open = false;
            issue.state_reason = Some("completed".into());
            issue.closed_at = Some(now);
            issue.closed_by = Some(by);
        });
    }

    /// Opens a closed issue again.
    pub fn reopen_issue(&self, repo: &str, number: i64, by: &str) {
        self.change_issue(repo, number, by, "reopened", |issue, _| {
            issue.open = true;
            issue.state_reason = Some("reopened".into());
            issue.closed_at = None;
        });
    }

    /// Locks an issue: comments are refused from now on.
    pub fn lock_issue(&self, repo: &str, number: i64, by: &str) {
        self.change_issue(repo, number, by, "locked", |issue, _| issue.locked = true);
    }

    /// Takes the lock away.
    pub fn unlock_issue(&self, repo: &str, number: i64, by: &str) {
        self.change_issue(repo, number, by, "unlocked", |issue, _| issue.locked = false);
    }

    /// Puts a label on an issue.
    pub fn label(&self, repo: &str, number: i64, by: &str, label: &str) {
        self.label_named(repo, label);
        self.change_labels(repo, number, by, "labeled", label);
    }

    /// Takes a label off an issue.
    pub fn unlabel(&self, repo: &str, number: i64, by: &str, label: &str) {
        self.change_labels(repo, number, by, "unlabeled", label);
    }

    fn change_labels(&self, repo: &str, number: i64, by: &str, action: &str, name: &str) {
        let mut world = self.world();
        let (repo, by, now) = (world.the_repo(repo).id, world.the_user(by), world.now());
        let label = world.repos.get(&repo).and_then(|r| r.labels.iter().find(|l| l.name == name).cloned());
        let label = label.demand(&format!("label {name}"));
        let issue = world.the_issue_mut(repo, number);
        issue.labels.retain(|l| l.id != label.id);
        if action == "labeled" {
            issue.labels.push(label.clone());
        }
        issue.updated_at = now;
        self.tell_label(&mut world, action, repo, number, by, &label);
    }

    /// Tells a label that was put on or taken off.
    pub fn tell_label(&self, world: &mut World, action: &str, repo: i64, number: i64, by: i64, label: &Label) {
        let shown = world.repos.get(&repo).map(|r| world.show_label(r, label));
        self.tell_issue(world, action, repo, number, by, json!({ "label": shown }));
    }

    /// Deletes an issue for good; it is answered with 410 afterwards.
    pub fn delete_issue(&self, repo: &str, number: i64, by: &str) {
        self.change_issue(repo, number, by, "deleted", |issue, _| issue.deleted = true);
        self.world().the_repo_mut(repo).comments.retain(|_, c| c.issue != number);
    }

    /// Moves an issue to another repository; gives its number there. The old address is answered with 301.
    pub fn transfer_issue(&self, repo: &str, number: i64, by: &str, to: &str) -> i64 {
        let mut world = self.world();
        let (from, to, by) = (world.the_repo(repo).id, world.the_repo(to).id, world.the_user(by));
        let old = world.the_issue_mut(from, number).clone();
        let new = world.add_issue(to, old.user, &old.title, old.body.as_deref()).demand("repository");
        let comments = world.repos.get(&from).map(|r| r.comments.values().filter(|c| c.issue == number).cloned());
        for mut comment in comments.into_iter().flatten().collect::<Vec<_>>() {
            comment.id = world.next_id();
            comment.issue = new;
            world.repos.get_mut(&to).demand("repository").comments.insert(comment.id, comment);
        }
        let shown =
            world.repos.get(&to).and_then(|r| Some((world.show_issue(r, r.issues.get(&new)?), world.show_repo(r))));
        let changes =
            json!({ "new_issue": shown.as_ref().map(|s| &s.0), "new_repository": shown.as_ref().map(|s| &s.1) });
        self.tell_issue(&mut world, "transferred", from, number, by, json!({ "changes": changes }));
        world.the_issue_mut(from, number).moved_to = Some((to, new));
        let source = world.repos.get_mut(&from).demand("repository");
        source.comments.retain(|_, c| c.issue != number);
        let old_repo = world.repos.get(&from).map(|r| world.show_repo(r));
        let changes = json!({ "old_issue": { "number": number, "id": old.id }, "old_repository": old_repo });
        self.tell_issue(&mut world, "opened", to, new, by, json!({ "changes": changes }));
        new
    }

    /// Tells an `issues` event.
    pub fn tell_issue(&self, world: &mut World, action: &str, repo: i64, number: i64, by: i64, mut more: Value) {
        let shown = world.repos.get(&repo).and_then(|r| Some(world.show_issue(r, r.issues.get(&number)?)));
        add(&mut more, json!({ "issue": shown }));
        self.tell(world, "issues", action, repo, by, more);
    }
}

impl World {
    /// Adds an issue with the next number; nobody is told.
    pub fn add_issue(&mut self, repo: i64, by: i64, title: &str, body: Option<&str>) -> Option<i64> {
        let (id, now, via_app) = (self.next_id(), self.now(), by == self.app.bot_id);
        let repo = self.repos.get_mut(&repo)?;
        repo.last_number += 1;
        let number = repo.last_number;
        repo.issues.insert(
            number,
            Issue {
                id,
                number,
                user: by,
                via_app,
                title: title.into(),
                body: body.map(String::from),
                open: true,
                state_reason: None,
                locked: false,
                labels: Vec::new(),
                reactions: Vec::new(),
                created_at: now,
                updated_at: now,
                closed_at: None,
                closed_by: None,
                deleted: false,
                moved_to: None,
                pull: None,
            },
        );
        Some(number)
    }
}
