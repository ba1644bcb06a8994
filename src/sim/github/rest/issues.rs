//! Issues and their labels.

use axum::extract::{Path, State};
use bytes::Bytes;
use serde_json::{Value, json};

use super::access::{READ_TALK, WRITE_TALK};
use super::comments::checked_body;
use super::page::{Listing, paged};
use super::{Caller, Refusal, Reply, Shared, created, object, ok, text};
use crate::sim::github::show::add;
use crate::sim::github::world::Label;

type InRepo = Path<(String, String)>;
type OnIssue = Path<(String, String, i64)>;

pub async fn one(State(hub): Shared, caller: Caller, Path((owner, name, number)): OnIssue) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, READ_TALK)?;
    let issue = world.issue_in(repo, number)?;
    let mut shown = world.show_issue(repo, issue);
    add(&mut shown, json!({ "closed_by": issue.closed_by.map(|id| world.show_account(id)) }));
    Ok(ok(shown))
}

pub async fn list(State(hub): Shared, caller: Caller, Path((owner, name)): InRepo, listing: Listing) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, READ_TALK)?;
    let state = listing.asked.get("state").map_or("open", String::as_str);
    let label = listing.asked.get("labels");
    let wanted = repo.issues.values().rev().filter(|i| {
        let labelled = label.is_none_or(|l| i.labels.iter().any(|own| own.name == *l));
        !i.deleted && i.moved_to.is_none() && (state == "all" || i.state() == state) && labelled
    });
    let listed = wanted.filter(|i| world.is_listed(i.created_at));
    let all = listed.map(|i| world.show_issue(repo, i)).collect();
    Ok(paged(all, &listing))
}

pub async fn create(State(hub): Shared, caller: Caller, Path((owner, name)): InRepo, body: Bytes) -> Reply {
    let body = object(&body)?;
    let mut world = hub.world();
    let repo = world.reach(&caller, &owner, &name, WRITE_TALK)?.id;
    let by = caller.acts_as(&world).ok_or_else(Refusal::not_found)?;
    let title = text(&body, "title").filter(|t| !t.is_empty());
    let title = title.ok_or_else(|| Refusal::invalid("Issue", "title", "missing_field"))?;
    let number = world.add_issue(repo, by, title, text(&body, "body")).ok_or_else(Refusal::not_found)?;
    hub.tell_issue(&mut world, "opened", repo, number, by, json!({}));
    let found = world.repos.get(&repo).ok_or_else(Refusal::not_found)?;
    Ok(created(world.show_issue(found, world.issue_in(found, number)?)))
}

/// `PATCH …/issues/{n}`: title, body, state.
pub async fn change(State(hub): Shared, caller: Caller, Path((owner, name, number)): OnIssue, body: Bytes) -> Reply {
    let body = object(&body)?;
    let mut world = hub.world();
    let repo = world.reach(&caller, &owner, &name, WRITE_TALK)?;
    world.issue_in(repo, number)?;
    let (repo, now) = (repo.id, world.now());
    let by = caller.acts_as(&world).ok_or_else(Refusal::not_found)?;
    if body.get("body").is_some_and(Value::is_string) {
        checked_body(&body, "Issue")?;
    }
    let issue = world.repos.get_mut(&repo).and_then(|r| r.issues.get_mut(&number)).ok_or_else(Refusal::not_found)?;
    let mut action = "edited";
    if let Some(title) = text(&body, "title") {
        issue.title = title.into();
    }
    if let Some(new) = text(&body, "body") {
        issue.body = Some(new.into());
    }
    if let Some(state) = text(&body, "state") {
        issue.open = state == "open";
        issue.closed_at = (!issue.open).then_some(now);
        action = if issue.open { "reopened" } else { "closed" };
    }
    issue.updated_at = now;
    hub.tell_issue(&mut world, action, repo, number, by, json!({}));
    let found = world.repos.get(&repo).ok_or_else(Refusal::not_found)?;
    Ok(ok(world.show_issue(found, world.issue_in(found, number)?)))
}

pub async fn labels(State(hub): Shared, caller: Caller, Path((owner, name, number)): OnIssue) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, READ_TALK)?;
    Ok(ok(world.show_labels(repo, world.issue_in(repo, number)?)))
}

/// Adds labels by name, making those the repository lacks.
pub async fn add_labels(
    State(hub): Shared,
    caller: Caller,
    Path((owner, name, number)): OnIssue,
    body: Bytes,
) -> Reply {
    let body = object(&body)?;
    let mut world = hub.world();
    let repo = world.reach(&caller, &owner, &name, WRITE_TALK)?;
    world.issue_in(repo, number)?;
    let repo = repo.id;
    let by = caller.acts_as(&world).ok_or_else(Refusal::not_found)?;
    let names = body.get("labels").unwrap_or(&body).as_array().cloned().unwrap_or_default();
    for name in names.iter().filter_map(Value::as_str) {
        let id = world.next_id();
        let Some(found) = world.repos.get_mut(&repo) else { continue };
        let known = found.labels.iter().find(|l| l.name.eq_ignore_ascii_case(name)).cloned();
        let label = known.unwrap_or_else(|| {
            let label = Label { id, name: name.into() };
            found.labels.push(label.clone());
            label
        });
        let Some(issue) = found.issues.get_mut(&number) else { continue };
        if !issue.labels.iter().any(|l| l.id == label.id) {
            issue.labels.push(label.clone());
            hub.tell_label(&mut world, "labeled", repo, number, by, &label);
        }
    }
    let found = world.repos.get(&repo).ok_or_else(Refusal::not_found)?;
    Ok(ok(world.show_labels(found, world.issue_in(found, number)?)))
}

pub async fn remove_label(
    State(hub): Shared,
    caller: Caller,
    Path((owner, name, number, label)): Path<(String, String, i64, String)>,
) -> Reply {
    let mut world = hub.world();
    let repo = world.reach(&caller, &owner, &name, WRITE_TALK)?;
    let on = world.issue_in(repo, number)?.labels.iter().find(|l| l.name.eq_ignore_ascii_case(&label)).cloned();
    let (repo, label) = (repo.id, on.ok_or_else(|| Refusal::plain(404, "Label does not exist"))?);
    let by = caller.acts_as(&world).ok_or_else(Refusal::not_found)?;
    if let Some(issue) = world.repos.get_mut(&repo).and_then(|r| r.issues.get_mut(&number)) {
        issue.labels.retain(|l| l.id != label.id);
    }
    hub.tell_label(&mut world, "unlabeled", repo, number, by, &label);
    let found = world.repos.get(&repo).ok_or_else(Refusal::not_found)?;
    Ok(ok(world.show_labels(found, world.issue_in(found, number)?)))
}
