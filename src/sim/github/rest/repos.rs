//! Repositories, people and their permission.

use axum::extract::{Path, State};
use serde_json::json;

use super::access::METADATA;
use super::{Caller, Refusal, Reply, Shared, ok};
use crate::sim::github::show::{add, time};
use crate::sim::github::world::AccountKind;

pub async fn one(State(hub): Shared, caller: Caller, Path((owner, name)): Path<(String, String)>) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, METADATA)?;
    Ok(ok(world.show_repo(repo)))
}

/// `GET …/collaborators/{login}/permission`: for anybody who is a person; the credentials must reach the repository.
pub async fn permission(
    State(hub): Shared,
    caller: Caller,
    Path((owner, name, login)): Path<(String, String, String)>,
) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, METADATA)?;
    match &caller {
        Caller::Anonymous => return Err(Refusal::plain(401, "Requires authentication")),
        Caller::Installation(grant) if !world.covers(grant, repo) => return Err(Refusal::not_permitted()),
        _ => {}
    }
    let account = world.account(&login).filter(|a| a.kind == AccountKind::User);
    let account = account.ok_or_else(|| Refusal::plain(404, &format!("{login} is not a user")))?;
    Ok(ok(world.show_permission(&repo.role(account.id), account.id)))
}

/// `GET /user`: whose token it is.
pub async fn me(State(hub): Shared, caller: Caller) -> Reply {
    let world = hub.world();
    let id = match caller {
        Caller::Person(id) => id,
        Caller::Anonymous => return Err(Refusal::plain(401, "Requires authentication")),
        Caller::App | Caller::Installation(_) => return Err(Refusal::not_permitted()),
    };
    let created_at = world.accounts.get(&id).map(|account| time(account.created_at));
    let mut shown = world.show_account(id);
    add(&mut shown, json!({ "name": null, "email": null, "created_at": created_at }));
    Ok(ok(shown))
}

pub async fn user(State(hub): Shared, Path(login): Path<String>) -> Reply {
    let world = hub.world();
    let account = world.account(&login).ok_or_else(Refusal::not_found)?;
    let mut shown = world.show_account(account.id);
    add(&mut shown, json!({ "name": null, "created_at": time(account.created_at) }));
    Ok(ok(shown))
}
