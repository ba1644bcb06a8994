//! Tokens: none, wrong, over, too narrow, limited to repositories.

use std::time::Duration;

use bakeoff::domain::token::Scope;
use bakeoff::entry::api::route_list;
use serde_json::json;

use super::{Client, end, only, past};
use crate::support::world::{REPO, World};

const ID: &str = "0198c0de-0000-7000-8000-000000000000";

#[tokio::test(flavor = "multi_thread")]
async fn m44_every_route_wants_a_token_with_its_scope() {
    let world = World::new().await;
    let nobody = Client { world: &world, token: "bko_guessed".into() };
    let none = Client::with(&world, &[], |_| {}).await;
    let reader = Client::with(&world, &[Scope::Read], |_| {}).await;
    let named = regex::Regex::new(r"\{[a-z_]+\}").unwrap();
    for route in route_list().into_iter().filter(|route| route.scope.is_some()) {
        let path = named.replace_all(route.path, ID).into_owned();
        let ask = async |client: &Client<'_>| super::sent(client.request(route.method, &path)).await;
        let wrong = ask(&nobody).await;
        assert_eq!(wrong.status, 401, "{route:?}");
        assert!(wrong.headers.contains_key("www-authenticate"));
        let bare = world.http.request(route.method.parse().unwrap(), format!("{}{path}", world.base));
        let bare = super::sent(bare).await;
        assert_eq!((bare.status, &bare.body), (401, &wrong.body), "{route:?}: the same words for every reason");
        assert_eq!(ask(&none).await.status, 403, "{route:?}");
        let (read, more) = (ask(&reader).await.status, route.scope != Some(Scope::Read));
        assert!(more || route.method == "GET", "{route:?}: reading changes nothing");
        assert_eq!(read == 403, more, "{route:?} answered a reader with {read}");
    }
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m44_a_token_ends_by_time_and_by_revocation_and_notes_its_use() {
    let world = World::new().await;
    for (why, client) in [
        ("expired", Client::with(&world, &[Scope::Admin], |t| t.expires_at = Some(past())).await),
        ("revoked", Client::with(&world, &[Scope::Admin], |t| t.revoked_at = Some(past())).await),
    ] {
        assert_eq!(client.get("/v1/models").await.status, 401, "{why}");
    }
    let soon = world.services.now().plus(Duration::from_secs(600));
    let good = Client::with(&world, &[Scope::Read], |t| t.expires_at = Some(soon)).await;
    assert_eq!(good.get("/v1/models").await.status, 200);
    let mut conn = world.store().read().await.unwrap();
    let all = bakeoff::adapters::store::tokens::list(&mut conn).await.unwrap();
    assert_eq!(all.iter().filter(|token| token.last_used_at.is_some()).count(), 1);
    drop(conn);
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m44_other_repositories_do_not_exist_for_a_limited_token() {
    let world = World::new().await;
    let admin = Client::admin(&world);
    let task = admin.task().await;
    let run = admin.start(&task, &["gpt"]).await.remove(0);
    let repo = admin.repo().await;
    let clone = json!({ "repo_url": format!("{}/{REPO}", world.hub.url().trim_end_matches('/')) });
    let scopes = [Scope::Read, Scope::Run, Scope::Pick];
    let stranger = Client::with(&world, &scopes, only("octo/other")).await;
    for path in [
        format!("/v1/repos/{repo}"),
        format!("/v1/tasks?repo_id={repo}"),
        format!("/v1/tasks/{task}"),
        format!("/v1/tasks/{task}/messages"),
        format!("/v1/tasks/{task}/runs"),
        format!("/v1/tasks/{task}/prs"),
        format!("/v1/runs/{run}"),
    ] {
        assert_eq!(stranger.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(stranger.get("/v1/tasks").await.body, json!([]));
    for (path, body) in [
        ("/v1/repos/clone".to_owned(), clone),
        ("/v1/tasks".to_owned(), json!({ "repo_id": repo })),
        (format!("/v1/tasks/{task}/prs"), json!({ "selected_run_id": run })),
        (format!("/v1/runs/{run}/cancel"), json!({})),
    ] {
        assert_eq!(stranger.post(&path, body).await.status, 404, "{path}");
    }
    let friend = Client::with(&world, &scopes, only("Octo/Hello")).await;
    assert_eq!(friend.get(&format!("/v1/runs/{run}")).await.status, 200);
    admin.ended(&run).await;
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m43_a_limited_list_is_cut_after_it_is_limited() {
    let world = World::new().await;
    world.hub.create_repo("octo/next", &[("greet.py", 0o100_644, b"x = 1\n")]);
    world.hub.install_app("octo/next");
    let admin = Client::admin(&world);
    let own = admin.task().await;
    let next = admin.post("/v1/repos/select", json!({ "owner": "octo", "repo": "next" })).await.text("id");
    for _ in 0..3 {
        admin.post("/v1/tasks", json!({ "repo_id": next })).await;
    }
    let limited = Client::with(&world, &[Scope::Read], only(REPO)).await;
    let piece = limited.get("/v1/tasks?limit=1").await;
    assert_eq!((piece.body[0]["id"].as_str(), piece.headers.get("link")), (Some(own.as_str()), None));
    let other = Client::with(&world, &[Scope::Read], only("octo/next")).await;
    let piece = other.get("/v1/tasks?limit=2").await;
    assert_eq!((piece.body.as_array().unwrap().len(), piece.headers.contains_key("link")), (2, true));
    end(world).await;
}
