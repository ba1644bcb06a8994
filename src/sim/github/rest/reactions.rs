//! Reactions to comments and issues.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::access::{READ_TALK, WRITE_TALK};
use super::page::{Listing, paged};
use super::{Caller, Refusal, Reply, Shared, object, text};
use crate::sim::github::world::{REACTIONS, Reaction, World};

type Numbered = Path<(String, String, i64)>;

fn page(world: &World, all: &[Reaction], listing: &Listing) -> Response {
    let wanted = listing.asked.get("content");
    let seen = all.iter().filter(|r| world.reaction_is_seen(r.at) && wanted.is_none_or(|w| *w == r.content));
    let shown = seen.map(|r| world.show_reaction(r)).collect();
    paged(shown, listing)
}

pub async fn of_comment(
    State(hub): Shared,
    caller: Caller,
    Path((owner, name, id)): Numbered,
    listing: Listing,
) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, READ_TALK)?;
    let comment = repo.comments.get(&id).ok_or_else(Refusal::not_found)?;
    Ok(page(&world, &comment.reactions, &listing))
}

pub async fn of_issue(
    State(hub): Shared,
    caller: Caller,
    Path((owner, name, number)): Numbered,
    listing: Listing,
) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, READ_TALK)?;
    Ok(page(&world, &world.issue_in(repo, number)?.reactions, &listing))
}

/// Adds a reaction: 201, or 200 with the one that is there already.
fn put(world: &World, all: &mut Vec<Reaction>, new: Reaction) -> Response {
    let known = all.iter().find(|r| r.user == new.user && r.content == new.content).cloned();
    let status = if known.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let shown = known.unwrap_or_else(|| {
        all.push(new.clone());
        new
    });
    (status, Json(world.show_reaction(&shown))).into_response()
}

fn wanted(world: &mut World, caller: &Caller, body: &Bytes) -> Result<Reaction, Refusal> {
    let body = object(body)?;
    let content = text(&body, "content").filter(|c| REACTIONS.contains(c));
    let content = content.ok_or_else(|| Refusal::invalid("Reaction", "content", "invalid"))?.to_owned();
    let user = caller.acts_as(world).ok_or_else(Refusal::not_found)?;
    Ok(Reaction { id: world.next_id(), user, content, at: world.now() })
}

pub async fn on_comment(State(hub): Shared, caller: Caller, Path((owner, name, id)): Numbered, body: Bytes) -> Reply {
    let mut world = hub.world();
    let repo = world.reach(&caller, &owner, &name, WRITE_TALK)?;
    let mut all = repo.comments.get(&id).ok_or_else(Refusal::not_found)?.reactions.clone();
    let repo = repo.id;
    let new = wanted(&mut world, &caller, &body)?;
    let answer = put(&world, &mut all, new);
    if let Some(reactions) = world.reactions_mut(repo, id) {
        *reactions = all;
    }
    drop(world);
    hub.notify();
    Ok(answer)
}

pub async fn on_issue(State(hub): Shared, caller: Caller, Path((owner, name, number)): Numbered, body: Bytes) -> Reply {
    let mut world = hub.world();
    let repo = world.reach(&caller, &owner, &name, WRITE_TALK)?;
    let mut all = world.issue_in(repo, number)?.reactions.clone();
    let repo = repo.id;
    let new = wanted(&mut world, &caller, &body)?;
    let answer = put(&world, &mut all, new);
    if let Some(issue) = world.repos.get_mut(&repo).and_then(|r| r.issues.get_mut(&number)) {
        issue.reactions = all;
    }
    drop(world);
    hub.notify();
    Ok(answer)
}

/// Deletes a reaction of the caller's own.
pub async fn take_back(
    State(hub): Shared,
    caller: Caller,
    Path((owner, name, id, reaction)): Path<(String, String, i64, i64)>,
) -> Reply {
    let mut world = hub.world();
    let repo = world.reach(&caller, &owner, &name, WRITE_TALK)?.id;
    let by = caller.acts_as(&world).ok_or_else(Refusal::not_found)?;
    let all = world.reactions_mut(repo, id).ok_or_else(Refusal::not_found)?;
    let at = all.iter().position(|r| r.id == reaction && r.user == by).ok_or_else(Refusal::not_found)?;
    all.remove(at);
    drop(world);
    hub.notify();
    Ok(StatusCode::NO_CONTENT.into_response())
}
