//! Pull requests.

use axum::extract::{Path, State};
use bytes::Bytes;
use serde_json::{Value, json};

use super::access::{READ_PULLS, WRITE_PULLS};
use super::page::{Listing, paged};
use super::{Caller, Refusal, Reply, Shared, created, object, ok, text};
use crate::sim::github::act::PullText;
use crate::sim::github::git::Objects;
use crate::sim::github::world::{AccountKind, Issue, Pull, Repo, World};

type InRepo = Path<(String, String)>;
type Numbered = Path<(String, String, i64)>;

fn pull_in<'r>(world: &World, repo: &'r Repo, number: i64) -> Result<(&'r Issue, &'r Pull), Refusal> {
    let issue = world.issue_in(repo, number)?;
    issue.pull.as_ref().map(|p| (issue, p)).ok_or_else(Refusal::not_found)
}

pub async fn one(State(hub): Shared, caller: Caller, Path((owner, name, number)): Numbered) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, READ_PULLS)?;
    let (issue, pull) = pull_in(&world, repo, number)?;
    Ok(ok(world.show_pull(repo, issue, pull)))
}

/// `GET …/pulls?state=&head=OWNER:BRANCH&base=`, newest first. A `head` without owner matches nothing wrong: GitHub
/// ignores such a filter, and so do we.
pub async fn list(State(hub): Shared, caller: Caller, Path((owner, name)): InRepo, listing: Listing) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, READ_PULLS)?;
    let state = listing.asked.get("state").map_or("open", String::as_str);
    let own = world.login(repo.owner);
    let head = listing.asked.get("head").and_then(|h| h.split_once(':'));
    let wanted = |issue: &&Issue, pull: &Pull| {
        let from = head.is_none_or(|(owner, branch)| owner.eq_ignore_ascii_case(&own) && branch == pull.head);
        let to = listing.asked.get("base").is_none_or(|b| *b == pull.base);
        (state == "all" || issue.state() == state) && from && to && world.is_listed(issue.created_at)
    };
    let all = repo.issues.values().rev().filter(|i| !i.deleted);
    let found = all.filter_map(|i| i.pull.as_ref().filter(|p| wanted(&i, p)).map(|p| (i, p)));
    let shown = found.map(|(i, p)| world.show_pull_short(repo, i, p)).collect();
    Ok(paged(shown, &listing))
}

pub async fn create(State(hub): Shared, caller: Caller, Path((owner, name)): InRepo, body: Bytes) -> Reply {
    let body = object(&body)?;
    let mut world = hub.world();
    let repo = world.reach(&caller, &owner, &name, WRITE_PULLS)?;
    let by = caller.acts_as(&world).ok_or_else(Refusal::not_found)?;
    let new = checked(&world, repo, &body)?;
    let repo = repo.id;
    let number = hub.add_pull(&mut world, repo, by, &new).ok_or_else(Refusal::not_found)?;
    let found = world.repos.get(&repo).ok_or_else(Refusal::not_found)?;
    let (issue, pull) = pull_in(&world, found, number)?;
    Ok(created(world.show_pull(found, issue, pull)))
}

/// Everything GitHub checks before it opens one, in its order and words.
fn checked(world: &World, repo: &Repo, body: &Value) -> Result<PullText, Refusal> {
    let missing = |field: &str| Refusal::invalid("PullRequest", field, "missing_field");
    let title = text(body, "title").filter(|t| !t.is_empty()).ok_or_else(|| missing("title"))?;
    let (head, base) =
        (text(body, "head").ok_or_else(|| missing("head"))?, text(body, "base").ok_or_else(|| missing("base"))?);
    let own = world.login(repo.owner);
    let branch = match head.split_once(':') {
        Some((owner, branch)) if owner.eq_ignore_ascii_case(&own) => branch,
        Some(_) => return Err(Refusal::invalid("PullRequest", "head", "invalid")),
        None => head,
    };
    let objects = Objects::open(&repo.folder).map_err(|_| Refusal::plain(500, "Server Error"))?;
    let wrong = |field: &str| Refusal::invalid("PullRequest", field, "invalid");
    let base_sha = objects.branch(base).ok_or_else(|| wrong("base"))?;
    let head_sha = objects.branch(branch).ok_or_else(|| wrong("head"))?;
    let open = repo.issues.values().filter(|i| i.open).filter_map(|i| i.pull.as_ref());
    if open.into_iter().any(|p| p.head == branch && p.base == base) {
        return Err(Refusal::custom("PullRequest", &format!("A pull request already exists for {own}:{branch}.")));
    }
    let diff = objects.difference(&base_sha, &head_sha).filter(|d| d.merge_base.is_some());
    let unrelated = || format!("The {branch} branch has no history in common with {base}");
    let diff = diff.ok_or_else(|| Refusal::custom("PullRequest", &unrelated()))?;
    if diff.ahead == 0 {
        return Err(Refusal::custom("PullRequest", &format!("No commits between {base} and {branch}")));
    }
    if title.chars().count() > 256 {
        return Err(Refusal::custom("PullRequest", "title is too long (maximum is 256 characters)"));
    }
    if text(body, "body").is_some_and(|b| b.chars().count() > 65_536) {
        return Err(Refusal::too_long("PullRequest", 65_536));
    }
    Ok(PullText {
        head: branch.into(),
        base: base.into(),
        title: title.into(),
        body: text(body, "body").map(String::from),
        draft: body.get("draft").and_then(Value::as_bool).unwrap_or(false),
    })
}

/// `PATCH …/pulls/{n}`: title, body, base, state.
pub async fn change(State(hub): Shared, caller: Caller, Path((owner, name, number)): Numbered, body: Bytes) -> Reply {
    let body = object(&body)?;
    let mut world = hub.world();
    let repo = world.reach(&caller, &owner, &name, WRITE_PULLS)?;
    let (issue, pull) = pull_in(&world, repo, number)?;
    let (was_open, merged, repo, now) = (issue.open, pull.merged_at.is_some(), repo.id, world.now());
    let by = caller.acts_as(&world).ok_or_else(Refusal::not_found)?;
    let issue = world.repos.get_mut(&repo).and_then(|r| r.issues.get_mut(&number)).ok_or_else(Refusal::not_found)?;
    if let Some(title) = text(&body, "title") {
        issue.title = title.into();
    }
    if let Some(new) = text(&body, "body") {
        issue.body = Some(new.into());
    }
    issue.updated_at = now;
    match text(&body, "state").map(|s| s == "open") {
        Some(true) if merged => return Err(Refusal::custom("PullRequest", "Cannot reopen a merged pull request")),
        Some(open) if open != was_open => {
            hub.set_pull_open(&mut world, repo, number, by, open).ok_or_else(Refusal::not_found)?;
        }
        _ => hub.tell_pull(&mut world, "edited", repo, number, by, json!({ "changes": {} })),
    }
    let found = world.repos.get(&repo).ok_or_else(Refusal::not_found)?;
    let (issue, pull) = pull_in(&world, found, number)?;
    Ok(ok(world.show_pull(found, issue, pull)))
}

/// `POST …/requested_reviewers`: all or none. They must be people with access and not the author; a team takes the right to
/// read members, which the App does not ask for, so none is known here.
pub async fn ask_reviewers(
    State(hub): Shared,
    caller: Caller,
    Path((owner, name, number)): Numbered,
    body: Bytes,
) -> Reply {
    let body = object(&body)?;
    let mut world = hub.world();
    let repo = world.reach(&caller, &owner, &name, WRITE_PULLS)?;
    let (issue, _) = pull_in(&world, repo, number)?;
    let listed = |field: &str| body.get(field).and_then(Value::as_array).cloned().unwrap_or_default();
    let known = |login: &Value| {
        let account = login.as_str().and_then(|l| world.account(l)).filter(|a| a.kind == AccountKind::User);
        account.map(|a| a.id).filter(|id| repo.role(*id).rank() >= 1)
    };
    let asked: Option<Vec<i64>> = listed("reviewers").iter().map(known).collect();
    let Some(asked) = asked.filter(|_| listed("team_reviewers").is_empty()) else {
        let words = "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the repository.";
        return Err(Refusal::plain(422, words));
    };
    if asked.contains(&issue.user) {
        return Err(Refusal::plain(422, "Review cannot be requested from pull request author."));
    }
    let repo = repo.id;
    let issue = world.repos.get_mut(&repo).and_then(|r| r.issues.get_mut(&number)).ok_or_else(Refusal::not_found)?;
    let reviewers = &mut issue.pull.as_mut().ok_or_else(Refusal::not_found)?.reviewers;
    for id in asked {
        if !reviewers.contains(&id) {
            reviewers.push(id);
        }
    }
    let found = world.repos.get(&repo).ok_or_else(Refusal::not_found)?;
    let (issue, pull) = pull_in(&world, found, number)?;
    Ok(created(world.show_pull_short(found, issue, pull)))
}
