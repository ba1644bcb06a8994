//! The App, its installations, their tokens.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use bytes::Bytes;
use serde_json::{Value, json};

use super::access::METADATA;
use super::page::{Listing, paged, paged_in};
use super::{Caller, Refusal, Reply, Shared, created, object, ok};
use crate::sim::github::hub::locked;
use crate::sim::github::show::{add, time};
use crate::sim::github::world::{Installation, Permissions, World};

/// Only the App itself may.
pub fn app_only(caller: &Caller) -> Result<(), Refusal> {
    match caller {
        Caller::App => Ok(()),
        Caller::Anonymous | Caller::Installation(_) | Caller::Person(_) => {
            Err(Refusal::plain(401, "A JSON web token could not be decoded"))
        }
    }
}

pub async fn this(State(hub): Shared, caller: Caller) -> Reply {
    app_only(&caller)?;
    let world = hub.world();
    let mut shown = world.show_app();
    add(&mut shown, json!({ "installations_count": world.installations.len() }));
    Ok(ok(shown))
}

pub async fn installations(State(hub): Shared, caller: Caller, listing: Listing) -> Reply {
    app_only(&caller)?;
    let world = hub.world();
    let all = world.installations.values().map(|i| world.show_installation(i)).collect();
    Ok(paged(all, &listing))
}

pub async fn installation(State(hub): Shared, caller: Caller, Path(id): Path<i64>) -> Reply {
    app_only(&caller)?;
    let world = hub.world();
    let found = world.installations.get(&id).ok_or_else(Refusal::not_found)?;
    Ok(ok(world.show_installation(found)))
}

pub async fn of_repo(State(hub): Shared, caller: Caller, Path((owner, name)): Path<(String, String)>) -> Reply {
    app_only(&caller)?;
    let world = hub.world();
    let repo = world.repo_id(&format!("{owner}/{name}")).ok_or_else(Refusal::not_found)?;
    let found = world.installation_of(repo).ok_or_else(Refusal::not_found)?;
    Ok(ok(world.show_installation(found)))
}

/// `POST /app/installations/{id}/access_tokens`, narrowed as asked.
pub async fn make_token(State(hub): Shared, caller: Caller, Path(id): Path<i64>, body: Bytes) -> Reply {
    app_only(&caller)?;
    let body = object(&body)?;
    let mut world = hub.world();
    let found = world.installations.get(&id).ok_or_else(Refusal::not_found)?;
    if found.suspended_at.is_some() {
        return Err(Refusal::plain(403, "This installation has been suspended"));
    }
    let repos = narrowed_repos(&world, found, &body)?;
    let permissions = narrowed_permissions(found, &body)?;
    let token = world.make_token(id, repos.clone(), permissions.clone());
    let expires = world.tokens.get(&token).map(|g| time(g.expires_at));
    let mut shown = json!({
        "token": token,
        "expires_at": expires,
        "permissions": permissions,
        "repository_selection": "selected",
    });
    if let Some(only) = repos {
        let repos: Vec<_> = only.iter().filter_map(|id| world.repos.get(id)).map(|r| world.show_repo(r)).collect();
        add(&mut shown, json!({ "repositories": repos }));
    }
    drop(world);
    hub.notify();
    Ok(created(shown))
}

fn narrowed_repos(world: &World, found: &Installation, body: &Value) -> Result<Option<BTreeSet<i64>>, Refusal> {
    let gone = || {
        Refusal::plain(
            422,
            "There is at least one repository that does not exist or is not accessible to the parent installation.",
        )
    };
    let by_id = body.get("repository_ids").and_then(Value::as_array).into_iter().flatten().map(Value::as_i64);
    let named = body.get("repositories").and_then(Value::as_array).into_iter().flatten();
    let by_name = named.map(|n| world.repo_id(&format!("{}/{}", world.login(found.account), n.as_str()?)));
    let only: BTreeSet<i64> = by_id.chain(by_name).collect::<Option<_>>().ok_or_else(gone)?;
    let live = |id: &i64| found.repos.contains(id) && world.repos.get(id).is_some_and(|r| !r.deleted);
    if !only.iter().all(live) {
        return Err(gone());
    }
    Ok((!only.is_empty()).then_some(only))
}

fn narrowed_permissions(found: &Installation, body: &Value) -> Result<Permissions, Refusal> {
    let Some(asked) = body.get("permissions").and_then(Value::as_object) else { return Ok(found.permissions.clone()) };
    let mut narrowed = Permissions::from([("metadata".into(), "read".into())]);
    for (name, level) in asked {
        let level = level.as_str().unwrap_or_default();
        let granted = found.permissions.get(name).map(String::as_str);
        let covered = granted == Some("write") || granted == Some(level);
        if !covered || !["read", "write"].contains(&level) {
            return Err(Refusal::plain(422, "The permissions requested are not granted to this installation."));
        }
        narrowed.insert(name.clone(), level.into());
    }
    Ok(narrowed)
}

pub async fn repositories(State(hub): Shared, caller: Caller, listing: Listing) -> Reply {
    let Caller::Installation(grant) = &caller else { return Err(Refusal::not_permitted()) };
    let world = hub.world();
    let seen = world.repos.values().filter(|r| !r.deleted && world.covers(grant, r));
    let all: Vec<_> = seen.filter(|r| world.may(&caller, r, METADATA).is_ok()).map(|r| world.show_repo(r)).collect();
    let count = all.len();
    let wrap = |page| json!({ "total_count": count, "repository_selection": "selected", "repositories": page });
    Ok(paged_in(all, &listing, wrap))
}

pub async fn rate_limit(State(hub): Shared, caller: Caller) -> Reply {
    let now = hub.now();
    let s = locked(&hub.limits).standing(&caller.counter(), now, false);
    let core = json!({ "limit": s.limit, "remaining": s.remaining(), "used": s.used, "reset": s.reset_secs });
    Ok(ok(json!({ "resources": { "core": core }, "rate": core })))
}
