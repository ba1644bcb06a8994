//! Pull requests.

use serde_json::{Value, json};

use super::{add, node_id, time};
use crate::sim::github::git::{Difference, Objects};
use crate::sim::github::world::{Issue, Pull, Repo, World};

impl Repo {
    /// The head commit of the moment: the branch's while the pull request is open, else the last one seen.
    pub fn pull_head(&self, issue: &Issue, pull: &Pull) -> String {
        let live = || Objects::open(&self.folder).ok()?.branch(&pull.head);
        issue.open.then(live).flatten().unwrap_or_else(|| pull.head_sha.clone())
    }
}

impl World {
    /// A pull request as lists show it.
    pub fn show_pull_short(&self, repo: &Repo, issue: &Issue, pull: &Pull) -> Value {
        let name = self.full_name(repo);
        let api = format!("{}/api/v3/repos/{name}", self.base);
        let url = format!("{api}/pulls/{}", issue.number);
        let page = format!("{}/{name}/pull/{}", self.base, issue.number);
        let owner = self.login(repo.owner);
        let side = |branch: &str, sha: &str| {
            json!({
                "label": format!("{owner}:{branch}"),
                "ref": branch,
                "sha": sha,
                "user": self.show_account(repo.owner),
                "repo": self.show_repo(repo),
            })
        };
        let mut shown = json!({
            "url": url,
            "id": pull.id,
            "node_id": node_id("PR", pull.id),
            "html_url": page,
            "diff_url": format!("{page}.diff"),
            "patch_url": format!("{page}.patch"),
            "issue_url": format!("{api}/issues/{}", issue.number),
            "commits_url": format!("{url}/commits"),
            "review_comments_url": format!("{url}/comments"),
            "review_comment_url": format!("{api}/pulls/comments{{/number}}"),
            "comments_url": format!("{api}/issues/{}/comments", issue.number),
            "statuses_url": format!("{api}/statuses/{}", pull.head_sha),
            "number": issue.number,
            "state": issue.state(),
            "locked": issue.locked,
            "title": issue.title,
            "user": self.show_account(issue.user),
            "body": issue.body,
            "labels": self.show_labels(repo, issue),
            "milestone": null,
            "active_lock_reason": null,
            "created_at": time(issue.created_at),
            "updated_at": time(issue.updated_at),
            "closed_at": issue.closed_at.map(time),
            "merged_at": pull.merged_at.map(time),
            "merge_commit_sha": pull.merge_sha,
            "assignee": null,
            "assignees": [],
            "requested_reviewers": pull.reviewers.iter().map(|id| self.show_account(*id)).collect::<Vec<_>>(),
            "requested_teams": [],
            "head": side(&pull.head, &repo.pull_head(issue, pull)),
            "base": side(&pull.base, &pull.base_sha),
            "author_association": repo.association(issue.user),
            "auto_merge": null,
            "draft": pull.draft,
        });
        let links = json!({
            "self": { "href": url },
            "html": { "href": page },
            "issue": { "href": format!("{api}/issues/{}", issue.number) },
            "comments": { "href": format!("{api}/issues/{}/comments", issue.number) },
            "commits": { "href": format!("{url}/commits") },
            "statuses": { "href": format!("{api}/statuses/{}", pull.head_sha) },
        });
        add(&mut shown, json!({ "_links": links }));
        shown
    }

    /// A pull request in full, as it is shown alone and in deliveries.
    pub fn show_pull(&self, repo: &Repo, issue: &Issue, pull: &Pull) -> Value {
        let mut shown = self.show_pull_short(repo, issue, pull);
        let objects = Objects::open(&repo.folder).ok();
        let head = repo.pull_head(issue, pull);
        let diff = objects.as_ref().and_then(|o| o.difference(&pull.base_sha, &head));
        let base = objects.as_ref().and_then(|o| o.branch(&pull.base));
        let mergeable = base.zip(objects).is_some_and(|(base, o)| o.merged_tree(&base, &head).is_some());
        let count = |number: fn(&Difference) -> usize| diff.as_ref().map_or(0, number);
        let more = json!({
            "merged": pull.merged_at.is_some(),
            "mergeable": issue.open.then_some(mergeable),
            "rebaseable": issue.open.then_some(mergeable),
            "mergeable_state": if !issue.open { "unknown" } else if mergeable { "clean" } else { "dirty" },
            "merged_by": pull.merged_by.map(|id| self.show_account(id)),
            "comments": repo.comments.values().filter(|c| c.issue == issue.number).count(),
            "review_comments": 0,
            "maintainer_can_modify": false,
            "commits": count(|d| d.ahead),
            "additions": count(|d| d.additions),
            "deletions": count(|d| d.deletions),
            "changed_files": count(|d| d.files.len()),
        });
        add(&mut shown, more);
        shown
    }
}
