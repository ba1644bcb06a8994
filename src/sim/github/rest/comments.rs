//! Issue comments.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use bytes::Bytes;
use serde_json::Value;

use super::access::{READ_TALK, WRITE_TALK};
use super::page::{Listing, paged};
use super::{Caller, Refusal, Reply, Shared, created, object, ok, text};
use crate::domain::clock::Timestamp;
use crate::sim::github::world::{Comment, Repo, World};

type InRepo = Path<(String, String)>;
type Numbered = Path<(String, String, i64)>;

/// The most characters a body may have.
const MOST: usize = 65_536;

/// The `body` field: there, not blank, not too long.
pub fn checked_body<'a>(body: &'a Value, resource: &str) -> Result<&'a str, Refusal> {
    let text = text(body, "body").ok_or_else(|| Refusal::invalid(resource, "body", "missing_field"))?;
    if text.trim().is_empty() {
        return Err(Refusal::custom(resource, "Body cannot be blank"));
    }
    if text.chars().count() > MOST {
        return Err(Refusal::too_long(resource, MOST));
    }
    Ok(text)
}

/// `since`: updated then or later, by whole seconds as GitHub stores them.
fn since(listing: &Listing) -> Result<Option<i64>, Refusal> {
    let Some(text) = listing.asked.get("since") else { return Ok(None) };
    let at = Timestamp::parse_rfc3339(text).ok_or_else(|| Refusal::plain(422, "Invalid since"))?;
    Ok(Some(at.0 / 1000))
}

fn page(world: &World, repo: &Repo, mut found: Vec<&Comment>, listing: &Listing) -> Reply {
    let from = since(listing)?;
    found.retain(|c| world.is_listed(c.created_at) && from.is_none_or(|from| c.updated_at.0 / 1000 >= from));
    let shown = found.into_iter().map(|c| world.show_comment(repo, c)).collect();
    Ok(paged(shown, listing))
}

pub async fn of_issue(
    State(hub): Shared,
    caller: Caller,
    Path((owner, name, number)): Numbered,
    listing: Listing,
) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, READ_TALK)?;
    world.issue_in(repo, number)?;
    let found = repo.comments.values().filter(|c| c.issue == number).collect();
    page(&world, repo, found, &listing)
}

/// All comments of a repository; `sort` and `direction` as on GitHub.
pub async fn of_repo(State(hub): Shared, caller: Caller, Path((owner, name)): InRepo, listing: Listing) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, READ_TALK)?;
    let mut found: Vec<_> = repo.comments.values().collect();
    match listing.asked.get("sort").map(String::as_str) {
        Some("updated") => found.sort_by_key(|c| (c.updated_at, c.id)),
        Some("created") => found.sort_by_key(|c| (c.created_at, c.id)),
        _ => {}
    }
    // Without `sort` the direction is ignored, as the documentation says.
    if listing.asked.contains_key("sort") && listing.asked.get("direction").is_none_or(|d| d == "desc") {
        found.reverse();
    }
    page(&world, repo, found, &listing)
}

pub async fn one(State(hub): Shared, caller: Caller, Path((owner, name, id)): Numbered) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, READ_TALK)?;
    let comment = repo.comments.get(&id).ok_or_else(Refusal::not_found)?;
    Ok(ok(world.show_comment(repo, comment)))
}

pub async fn create(State(hub): Shared, caller: Caller, Path((owner, name, number)): Numbered, body: Bytes) -> Reply {
    let body = object(&body)?;
    let mut world = hub.world();
    let repo = world.reach(&caller, &owner, &name, WRITE_TALK)?;
    let issue = world.issue_in(repo, number)?;
    if issue.locked {
        return Err(Refusal::plain(403, "Unable to create comment because issue is locked."));
    }
    let text = checked_body(&body, "IssueComment")?;
    let repo = repo.id;
    let by = caller.acts_as(&world).ok_or_else(Refusal::not_found)?;
    let id = hub.add_comment(&mut world, repo, number, by, text);
    let found = world.repos.get(&repo).ok_or_else(Refusal::not_found)?;
    let comment = found.comments.get(&id).ok_or_else(Refusal::not_found)?;
    Ok(created(world.show_comment(found, comment)))
}

/// The caller's account, if the comment is its own or it may write.
fn editor(world: &World, caller: &Caller, repo: &Repo, comment: &Comment) -> Result<i64, Refusal> {
    let by = caller.acts_as(world).ok_or_else(Refusal::not_found)?;
    let may = by == comment.user || by == world.app.bot_id || repo.role(by).rank() >= 3;
    if may { Ok(by) } else { Err(Refusal::plain(403, "Must have write access.")) }
}

pub async fn edit(State(hub): Shared, caller: Caller, Path((owner, name, id)): Numbered, body: Bytes) -> Reply {
    let body = object(&body)?;
    let mut world = hub.world();
    let repo = world.reach(&caller, &owner, &name, WRITE_TALK)?;
    let comment = repo.comments.get(&id).ok_or_else(Refusal::not_found)?;
    let (by, repo) = (editor(&world, &caller, repo, comment)?, repo.id);
    let text = checked_body(&body, "IssueComment")?;
    hub.put_comment(&mut world, repo, id, by, text).ok_or_else(Refusal::not_found)?;
    let found = world.repos.get(&repo).ok_or_else(Refusal::not_found)?;
    let comment = found.comments.get(&id).ok_or_else(Refusal::not_found)?;
    Ok(ok(world.show_comment(found, comment)))
}

pub async fn delete(State(hub): Shared, caller: Caller, Path((owner, name, id)): Numbered) -> Reply {
    let mut world = hub.world();
    let repo = world.reach(&caller, &owner, &name, WRITE_TALK)?;
    let comment = repo.comments.get(&id).ok_or_else(Refusal::not_found)?;
    let (by, repo) = (editor(&world, &caller, repo, comment)?, repo.id);
    hub.drop_comment(&mut world, repo, id, by).ok_or_else(Refusal::not_found)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
