//! The pages a printed link leads to, as plain text: an issue or pull request with its comments.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::sim::github::hub::Hub;
use crate::sim::github::world::{Issue, Repo, World};

/// A page for people.
pub fn page(hub: &Hub, path: &str) -> Response {
    let world = hub.world();
    let text = world.read_page(path);
    match text {
        Some(text) => ([("content-type", "text/plain; charset=utf-8")], text).into_response(),
        None => (StatusCode::NOT_FOUND, "This is not the web page you are looking for.\n").into_response(),
    }
}

impl World {
    fn read_page(&self, path: &str) -> Option<String> {
        let parts: Vec<_> = path.trim_matches('/').split('/').collect();
        let [owner, name, rest @ ..] = parts.as_slice() else {
            return path.trim_matches('/').is_empty().then(|| "A stand-in for GitHub.\n".into());
        };
        let repo = self.repos.get(&self.repo_id(&format!("{owner}/{name}"))?).filter(|r| !r.private)?;
        match rest {
            [] => Some(format!("{}\n", self.full_name(repo))),
            ["issues" | "pull", number] => Some(self.read_issue(repo, repo.issues.get(&number.parse().ok()?)?)),
            _ => None,
        }
    }

    fn read_issue(&self, repo: &Repo, issue: &Issue) -> String {
        let state =
            issue.pull.as_ref().map_or(issue.state(), |p| if p.merged_at.is_some() { "merged" } else { issue.state() });
        let mut text = format!("{} #{} ({state})\n{}\n\n", issue.title, issue.number, self.login(issue.user));
        text.push_str(issue.body.as_deref().unwrap_or_default());
        for comment in repo.comments.values().filter(|c| c.issue == issue.number) {
            let reactions: Vec<_> =
                comment.reactions.iter().map(|r| format!("{} {}", r.content, self.login(r.user))).collect();
            let line = format!("\n\n──── {} [{}]\n{}", self.login(comment.user), reactions.join(", "), comment.body);
            text.push_str(&line);
        }
        text.push('\n');
        text
    }
}
