//! Issues and labels.

use serde_json::{Value, json};

use super::{add, node_id, rollup, time};
use crate::sim::github::world::{Issue, Label, Repo, World};

impl World {
    /// An issue (or a pull request seen as one).
    pub fn show_issue(&self, repo: &Repo, issue: &Issue) -> Value {
        let name = self.full_name(repo);
        let api = format!("{}/api/v3/repos/{name}", self.base);
        let url = format!("{api}/issues/{}", issue.number);
        let mut shown = json!({
            "url": url,
            "repository_url": api,
            "labels_url": format!("{url}/labels{{/name}}"),
            "comments_url": format!("{url}/comments"),
            "events_url": format!("{url}/events"),
            "html_url": format!("{}/{name}/{}/{}", self.base, issue.page(), issue.number),
            "id": issue.id,
            "node_id": node_id(if issue.pull.is_some() { "PR" } else { "I" }, issue.id),
            "number": issue.number,
            "title": issue.title,
            "user": self.show_account(issue.user),
            "labels": self.show_labels(repo, issue),
            "state": issue.state(),
            "locked": issue.locked,
            "assignee": null,
            "assignees": [],
            "milestone": null,
            "comments": repo.comments.values().filter(|c| c.issue == issue.number).count(),
            "created_at": time(issue.created_at),
            "updated_at": time(issue.updated_at),
            "closed_at": issue.closed_at.map(time),
            "author_association": repo.association(issue.user),
            "type": null,
            "active_lock_reason": null,
            "sub_issues_summary": { "total": 0, "completed": 0, "percent_completed": 0 },
            "issue_dependencies_summary": { "blocked_by": 0, "total_blocked_by": 0, "blocking": 0, "total_blocking": 0 },
            "body": issue.body,
            "reactions": rollup(self, &url, &issue.reactions),
            "timeline_url": format!("{url}/timeline"),
            "performed_via_github_app": self.show_via(issue.via_app),
            "state_reason": issue.state_reason,
        });
        if let Some(pull) = &issue.pull {
            let page = format!("{}/{name}/pull/{}", self.base, issue.number);
            let links = json!({
                "url": format!("{api}/pulls/{}", issue.number),
                "html_url": page,
                "diff_url": format!("{page}.diff"),
                "patch_url": format!("{page}.patch"),
                "merged_at": pull.merged_at.map(time),
            });
            add(&mut shown, json!({ "draft": pull.draft, "pull_request": links }));
        }
        shown
    }

    /// An issue's labels.
    pub fn show_labels(&self, repo: &Repo, issue: &Issue) -> Value {
        issue.labels.iter().map(|l| self.show_label(repo, l)).collect()
    }

    /// One label.
    pub fn show_label(&self, repo: &Repo, label: &Label) -> Value {
        json!({
            "id": label.id,
            "node_id": node_id("LA", label.id),
            "url": format!("{}/api/v3/repos/{}/labels/{}", self.base, self.full_name(repo), label.name),
            "name": label.name,
            "color": "ededed",
            "default": false,
            "description": null,
        })
    }
}
