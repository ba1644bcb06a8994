//! Comments.

use serde_json::{Value, json};

use crate::sim::github::hub::Hub;
use crate::sim::github::show::add;
use crate::sim::github::stage::Demand;
use crate::sim::github::world::{Comment, World};

impl Hub {
    /// Comments on an issue; gives the comment's number.
    pub fn comment(&self, repo: &str, issue: i64, by: &str, body: &str) -> i64 {
        let mut world = self.world();
        let (repo, by) = (world.the_repo(repo).id, world.the_user(by));
        world.the_issue_mut(repo, issue);
        self.add_comment(&mut world, repo, issue, by, body)
    }

    /// Changes a comment's text (also somebody else's, as a person with the right may).
    pub fn edit_comment(&self, repo: &str, comment: i64, by: &str, body: &str) {
        let mut world = self.world();
        let (repo, by) = (world.the_repo(repo).id, world.the_user(by));
        self.put_comment(&mut world, repo, comment, by, body).demand(&format!("comment {comment}"));
    }

    /// Deletes a comment.
    pub fn delete_comment(&self, repo: &str, comment: i64, by: &str) {
        let mut world = self.world();
        let (repo, by) = (world.the_repo(repo).id, world.the_user(by));
        self.drop_comment(&mut world, repo, comment, by).demand(&format!("comment {comment}"));
    }

    /// Ticks the first unticked task-list box whose line contains `line`; an edit of the comment by `by`.
    pub fn tick_checkbox(&self, repo: &str, comment: i64, by: &str, line: &str) {
        let body = {
            let world = self.world();
            world.the_repo(repo).comments.get(&comment).demand(&format!("comment {comment}")).body.clone()
        };
        let at = body.lines().position(|l| l.contains("[ ]") && l.contains(line));
        let at = at.demand(&format!("unticked box with {line:?} in:\n{body}"));
        let tick = |(n, l): (usize, &str)| if n == at { l.replacen("[ ]", "[x]", 1) } else { l.to_owned() };
        let ticked: String = body.split_inclusive('\n').enumerate().map(tick).collect();
        self.edit_comment(repo, comment, by, &ticked);
    }

    /// Adds a comment and tells it; the caller has checked everything.
    pub fn add_comment(&self, world: &mut World, repo: i64, issue: i64, by: i64, body: &str) -> i64 {
        let (id, now, via_app) = (world.next_id(), world.now(), by == world.app.bot_id);
        let comment = Comment {
            id,
            issue,
            user: by,
            via_app,
            body: body.into(),
            created_at: now,
            updated_at: now,
            minimized: None,
            reactions: Vec::new(),
        };
        if let Some(found) = world.repos.get_mut(&repo) {
            found.comments.insert(id, comment);
            if let Some(issue) = found.issues.get_mut(&issue) {
                issue.updated_at = now;
            }
        }
        self.tell_comment(world, "created", repo, id, by, json!({}));
        id
    }

    /// Replaces a comment's text and tells it; `None` when it is not there.
    pub fn put_comment(&self, world: &mut World, repo: i64, comment: i64, by: i64, body: &str) -> Option<()> {
        let now = world.now();
        let found = world.repos.get_mut(&repo)?.comments.get_mut(&comment)?;
        let before = std::mem::replace(&mut found.body, body.into());
        found.updated_at = now;
        self.tell_comment(world, "edited", repo, comment, by, json!({ "changes": { "body": { "from": before } } }));
        Some(())
    }

    /// Takes a comment away and tells it; `None` when it is not there.
    pub fn drop_comment(&self, world: &mut World, repo: i64, comment: i64, by: i64) -> Option<()> {
        world.repos.get(&repo)?.comments.get(&comment)?;
        // Told first: the payload shows the comment that is going.
        self.tell_comment(world, "deleted", repo, comment, by, json!({}));
        world.repos.get_mut(&repo)?.comments.remove(&comment).map(|_| ())
    }

    fn tell_comment(&self, world: &mut World, action: &str, repo: i64, comment: i64, by: i64, mut more: Value) {
        let shown = world.repos.get(&repo).and_then(|r| {
            let comment = r.comments.get(&comment)?;
            let issue = r.issues.get(&comment.issue)?;
            Some((world.show_comment(r, comment), world.show_issue(r, issue)))
        });
        if let Some((comment, issue)) = shown {
            add(&mut more, json!({ "comment": comment, "issue": issue }));
        }
        self.tell(world, "issue_comment", action, repo, by, more);
    }
}
