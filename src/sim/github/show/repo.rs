//! Repositories and commits.

use serde_json::{Value, json};

use super::{add, node_id, time};
use crate::sim::github::git::Objects;
use crate::sim::github::world::{Repo, Role, World};

impl World {
    /// The full repository object.
    pub fn show_repo(&self, repo: &Repo) -> Value {
        let name = self.full_name(repo);
        let (api, page) = (format!("{}/api/v3/repos/{name}", self.base), format!("{}/{name}", self.base));
        let open = repo.issues.values().filter(|i| i.open && !i.deleted).count();
        let mut shown = json!({
            "id": repo.id,
            "node_id": node_id("R", repo.id),
            "name": repo.name,
            "full_name": name,
            "private": repo.private,
            "owner": self.show_account(repo.owner),
            "html_url": page,
            "description": null,
            "fork": false,
            "url": api,
            "created_at": time(repo.created_at),
            "updated_at": time(repo.pushed_at),
            "pushed_at": time(repo.pushed_at),
            "git_url": format!("git://{}/{name}.git", self.base.trim_start_matches("http://")),
            "ssh_url": format!("git@{}:{name}.git", self.base.trim_start_matches("http://")),
            "clone_url": format!("{page}.git"),
            "svn_url": page,
        });
        let more = json!({
            "homepage": null,
            "size": 42,
            "stargazers_count": 0,
            "watchers_count": 0,
            "language": null,
            "has_issues": true,
            "has_projects": true,
            "has_downloads": true,
            "has_wiki": true,
            "has_pages": false,
            "has_discussions": false,
            "forks_count": 0,
            "mirror_url": null,
            "archived": repo.archived,
            "disabled": false,
            "open_issues_count": open,
            "license": null,
            "allow_forking": true,
            "is_template": false,
            "web_commit_signoff_required": false,
            "topics": [],
            "visibility": if repo.private { "private" } else { "public" },
            "forks": 0,
            "open_issues": open,
            "watchers": 0,
            "default_branch": repo.default_branch,
        });
        add(&mut shown, more);
        let link = |(field, below): &(&str, &str)| ((*field).to_owned(), json!(format!("{api}{below}")));
        add(&mut shown, LINKS.iter().map(link).collect());
        shown
    }

    /// A commit as REST shows it.
    pub fn show_commit(&self, repo: &Repo, objects: &Objects, sha: &str) -> Option<Value> {
        let name = self.full_name(repo);
        let api = format!("{}/api/v3/repos/{name}", self.base);
        objects.commit(sha, |commit| {
            let who = |s: &git2::Signature<'_>| {
                let at = crate::domain::clock::Timestamp(s.when().seconds() * 1000);
                json!({
                    "name": String::from_utf8_lossy(s.name_bytes()),
                    "email": String::from_utf8_lossy(s.email_bytes()),
                    "date": time(at),
                })
            };
            let parent = |id: git2::Oid| {
                json!({
                    "sha": id.to_string(),
                    "url": format!("{api}/commits/{id}"),
                    "html_url": format!("{}/{name}/commit/{id}", self.base),
                })
            };
            json!({
                "sha": sha,
                "node_id": format!("C_kwDO{sha}"),
                "commit": {
                    "author": who(&commit.author()),
                    "committer": who(&commit.committer()),
                    "message": String::from_utf8_lossy(commit.message_bytes()),
                    "tree": {
                        "sha": commit.tree_id().to_string(),
                        "url": format!("{api}/git/trees/{}", commit.tree_id()),
                    },
                    "url": format!("{api}/git/commits/{sha}"),
                    "comment_count": 0,
                    "verification": { "verified": false, "reason": "unsigned", "signature": null, "payload": null },
                },
                "url": format!("{api}/commits/{sha}"),
                "html_url": format!("{}/{name}/commit/{sha}", self.base),
                "comments_url": format!("{api}/commits/{sha}/comments"),
                "author": null,
                "committer": null,
                "parents": commit.parent_ids().map(parent).collect::<Vec<_>>(),
            })
        })
    }

    /// The collaborator-permission answer.
    pub fn show_permission(&self, role: &Role, user: i64) -> Value {
        let rank = role.rank();
        let mut account = self.show_account(user);
        let rights = json!({
            "admin": rank >= 5, "maintain": rank >= 4, "push": rank >= 3, "triage": rank >= 2, "pull": rank >= 1,
        });
        add(&mut account, json!({ "role_name": role.name, "permissions": rights }));
        json!({ "permission": role.permission(), "role_name": role.name, "user": account })
    }
}

/// The addresses below a repository.
const LINKS: &[(&str, &str)] = &[
    ("forks_url", "/forks"),
    ("keys_url", "/keys{/key_id}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("teams_url", "/teams"),
    ("hooks_url", "/hooks"),
    ("issue_events_url", "/issues/events{/number}"),
    ("events_url", "/events"),
    ("assignees_url", "/assignees{/user}"),
    ("branches_url", "/branches{/branch}"),
    ("tags_url", "/tags"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("trees_url", "/git/trees{/sha}"),
    ("statuses_url", "/statuses/{sha}"),
    ("languages_url", "/languages"),
    ("stargazers_url", "/stargazers"),
    ("contributors_url", "/contributors"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("commits_url", "/commits{/sha}"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("comments_url", "/comments{/number}"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("contents_url", "/contents/{+path}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("merges_url", "/merges"),
    ("archive_url", "/{archive_format}{/ref}"),
    ("downloads_url", "/downloads"),
    ("issues_url", "/issues{/number}"),
    ("pulls_url", "/pulls{/number}"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("labels_url", "/labels{/name}"),
    ("releases_url", "/releases{/id}"),
    ("deployments_url", "/deployments"),
];
