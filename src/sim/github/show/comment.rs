//! Issue comments and reactions.

use serde_json::{Value, json};

use super::{node_id, rollup, time};
use crate::sim::github::world::{Comment, Reaction, Repo, World};

impl World {
    /// An issue comment, with its reaction roll-up.
    pub fn show_comment(&self, repo: &Repo, comment: &Comment) -> Value {
        let name = self.full_name(repo);
        let api = format!("{}/api/v3/repos/{name}", self.base);
        let url = format!("{api}/issues/comments/{}", comment.id);
        let page = repo.issues.get(&comment.issue).map_or("issues", |i| i.page());
        json!({
            "url": url,
            "html_url": format!("{}/{name}/{page}/{}#issuecomment-{}", self.base, comment.issue, comment.id),
            "issue_url": format!("{api}/issues/{}", comment.issue),
            "id": comment.id,
            "node_id": node_id("IC", comment.id),
            "user": self.show_account(comment.user),
            "created_at": time(comment.created_at),
            "updated_at": time(comment.updated_at),
            "body": comment.body,
            "author_association": repo.association(comment.user),
            "pin": null,
            "reactions": rollup(self, &url, &comment.reactions),
            "performed_via_github_app": self.show_via(comment.via_app),
        })
    }

    /// One reaction.
    pub fn show_reaction(&self, reaction: &Reaction) -> Value {
        json!({
            "id": reaction.id,
            "node_id": node_id("REA", reaction.id),
            "user": self.show_account(reaction.user),
            "content": reaction.content,
            "created_at": time(reaction.at),
        })
    }
}
