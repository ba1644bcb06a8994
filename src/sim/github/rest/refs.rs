//! Branches, commits, comparisons, references.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::access::{READ_CODE, WRITE_CODE};
use super::page::{Listing, paged};
use super::{Caller, Refusal, Reply, Shared, ok};
use crate::sim::github::fault::glob;
use crate::sim::github::git::Objects;
use crate::sim::github::show::node_id;
use crate::sim::github::world::{Repo, World};

type Below = Path<(String, String, String)>;

fn open(repo: &Repo) -> Result<Objects, Refusal> {
    let objects = Objects::open(&repo.folder).map_err(|_| Refusal::plain(500, "Server Error"))?;
    if objects.branches().is_empty() {
        return Err(Refusal::plain(409, "Git Repository is empty."));
    }
    Ok(objects)
}

pub async fn branch(State(hub): Shared, caller: Caller, Path((owner, name, branch)): Below) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, READ_CODE)?;
    let missing = || Refusal::plain(404, "Branch not found");
    let objects = Objects::open(&repo.folder).map_err(|_| missing())?;
    let sha = objects.branch(&branch).ok_or_else(missing)?;
    let url = format!("{}/api/v3/repos/{}/branches/{branch}", world.base, world.full_name(repo));
    Ok(ok(json!({
        "name": branch,
        "commit": world.show_commit(repo, &objects, &sha),
        "_links": { "self": url, "html": format!("{}/{}/tree/{branch}", world.base, world.full_name(repo)) },
        "protected": repo.protected.iter().any(|p| glob(p, &branch)),
        "protection": { "enabled": false, "required_status_checks": { "enforcement_level": "off", "contexts": [] } },
        "protection_url": format!("{url}/protection"),
    })))
}

pub async fn branches(
    State(hub): Shared,
    caller: Caller,
    Path((owner, name)): Path<(String, String)>,
    listing: Listing,
) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, READ_CODE)?;
    let objects = Objects::open(&repo.folder).map_err(|_| Refusal::plain(500, "Server Error"))?;
    let show = |(name, sha): (String, String)| {
        let protected = repo.protected.iter().any(|p| glob(p, &name));
        json!({ "name": name, "commit": { "sha": sha }, "protected": protected })
    };
    Ok(paged(objects.branches().into_iter().map(show).collect(), &listing))
}

/// `GET …/commits/{ref}`: the commit, or its bare id when that media type is asked for.
pub async fn commit(State(hub): Shared, caller: Caller, Path((owner, repo, name)): Below, headers: HeaderMap) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &repo, READ_CODE)?;
    let objects = open(repo)?;
    let missing = || Refusal::plain(422, &format!("No commit found for SHA: {name}"));
    let sha = objects.resolve(&name).ok_or_else(missing)?;
    if headers.get("accept").is_some_and(|a| a == "application/vnd.github.sha" || a == "application/vnd.github.v3.sha")
    {
        return Ok(([("content-type", "application/vnd.github.sha; charset=utf-8")], sha).into_response());
    }
    Ok(ok(world.show_commit(repo, &objects, &sha).ok_or_else(missing)?))
}

/// `GET …/compare/BASE...HEAD`. Commits come in pages, files only on the first.
pub async fn compare(State(hub): Shared, caller: Caller, Path((owner, name, spec)): Below, listing: Listing) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, READ_CODE)?;
    let objects = open(repo)?;
    let (base, head) = spec.split_once("...").ok_or_else(Refusal::not_found)?;
    let (base, head) = objects.resolve(base).zip(objects.resolve(head)).ok_or_else(Refusal::not_found)?;
    let diff = objects.difference(&base, &head).ok_or_else(Refusal::not_found)?;
    let merge_base = diff
        .merge_base
        .clone()
        .ok_or_else(|| Refusal::plain(404, &format!("No common ancestor between {base} and {head}.")))?;
    let status = match (diff.ahead, diff.behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let api = format!("{}/api/v3/repos/{}", world.base, world.full_name(repo));
    let file = |path: &String| json!({ "filename": path, "status": "modified", "sha": null, "contents_url": format!("{api}/contents/{path}") });
    let first = listing.asked.get("page").is_none_or(|p| p == "1");
    let files: Vec<_> = diff.files.iter().filter(|_| first).map(file).collect();
    let ahead = objects.commits_between(&base, &head);
    let page = ahead.iter().skip(if first { 0 } else { listing.per_page() }).take(listing.per_page());
    let commits: Vec<_> = page.filter_map(|sha| world.show_commit(repo, &objects, sha)).collect();
    Ok(ok(json!({
        "url": format!("{api}/compare/{spec}"),
        "html_url": format!("{}/{}/compare/{spec}", world.base, world.full_name(repo)),
        "base_commit": world.show_commit(repo, &objects, &base),
        "merge_base_commit": world.show_commit(repo, &objects, &merge_base),
        "status": status,
        "ahead_by": diff.ahead,
        "behind_by": diff.behind,
        "total_commits": diff.ahead,
        "commits": commits,
        "files": files,
    })))
}

impl World {
    fn show_ref(&self, repo: &Repo, name: &str, sha: &str) -> Value {
        let api = format!("{}/api/v3/repos/{}/git", self.base, self.full_name(repo));
        json!({
            "ref": format!("refs/{name}"),
            "node_id": node_id("REF", repo.id),
            "url": format!("{api}/refs/{name}"),
            "object": { "sha": sha, "type": "commit", "url": format!("{api}/commits/{sha}") },
        })
    }
}

pub async fn reference(State(hub): Shared, caller: Caller, Path((owner, repo, name)): Below) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &repo, READ_CODE)?;
    let objects = open(repo)?;
    let sha = name.strip_prefix("heads/").and_then(|branch| objects.branch(branch));
    Ok(ok(world.show_ref(repo, &name, &sha.ok_or_else(Refusal::not_found)?)))
}

pub async fn matching(State(hub): Shared, caller: Caller, Path((owner, repo, prefix)): Below) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &repo, READ_CODE)?;
    let all = Objects::open(&repo.folder).map(|o| o.branches()).unwrap_or_default();
    let named = all.iter().map(|(branch, sha)| (format!("heads/{branch}"), sha));
    Ok(ok(named.filter(|(n, _)| n.starts_with(&prefix)).map(|(n, sha)| world.show_ref(repo, &n, sha)).collect()))
}

pub async fn delete(State(hub): Shared, caller: Caller, Path((owner, repo, name)): Below) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &repo, WRITE_CODE)?;
    let gone = Objects::open(&repo.folder).and_then(|o| o.delete_ref(&format!("refs/{name}")));
    gone.map_err(|_| Refusal::plain(422, "Reference does not exist"))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
