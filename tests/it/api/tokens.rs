//! Tokens over REST: shown once, given within what the giver has, ended at once (M44).

use bakeoff::adapters::crypto::secret_hash;
use bakeoff::adapters::store::{audit, tokens};
use bakeoff::domain::token::Scope;
use serde_json::{Value, json};

use super::{Client, end, only};
use crate::support::world::{REPO, World};

async fn audited(world: &World, action: &str) -> Vec<(String, String)> {
    let all = audit::list(&mut world.store().read().await.unwrap(), None, 100).await.unwrap();
    all.into_iter().filter(|entry| entry.action == action).map(|entry| (entry.actor, entry.subject)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn m44_a_token_is_shown_once_used_and_ended_at_once() {
    let world = World::new().await;
    let admin = Client::admin(&world);
    let wish = json!({
        "name": "ci", "scopes": ["read", "pick"], "repositories": [REPO], "github_login": "ada",
        "expires_at": "2999-01-31T12:00:00Z",
    });
    let made = admin.post("/v1/tokens", wish).await;
    assert_eq!(made.status, 201, "{made:?}");
    let (id, secret) = (made.text("id"), made.text("secret"));
    assert_eq!(secret.strip_prefix("bko_").map(str::len), Some(43), "256 bits behind a prefix");
    let mut shown = made.body.clone();
    shown.as_object_mut().unwrap().remove("secret");
    assert_eq!(
        (&shown["name"], &shown["scopes"], &shown["repositories"], &shown["github_login"], &shown["expires_at"]),
        (&json!("ci"), &json!(["read", "pick"]), &json!([REPO]), &json!("ada"), &json!("2999-01-31T12:00:00.000Z"))
    );
    let path = format!("/v1/tokens/{id}");
    assert_eq!(admin.get(&path).await.body, shown);
    assert_eq!(admin.get("/v1/tokens").await.body, json!([shown]));
    let stored = tokens::by_hash(&mut world.store().read().await.unwrap(), &secret_hash(&secret)).await.unwrap();
    assert_eq!(stored.unwrap().id.to_string(), id, "found by its hash, which is all that is stored");
    let holder = Client { world: &world, token: secret };
    assert_eq!(holder.get("/v1/tasks").await.status, 200);
    assert_eq!(holder.get("/v1/tokens").await.status, 403);
    assert_eq!(holder.post("/v1/tokens", json!({ "name": "x", "scopes": ["read"] })).await.status, 403);
    assert_ne!(admin.get(&path).await.body["last_used_at"], Value::Null);
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(holder.get("/v1/tasks").await.status, 401, "at once");
    assert_eq!(admin.delete(&path).await.said(), (404, "Token not found"));
    assert_ne!(admin.get(&path).await.body["revoked_at"], Value::Null);
    for action in ["token.create", "token.revoke"] {
        assert_eq!(audited(&world, action).await, [("token:admin".to_owned(), format!("token:{id}"))], "{action}");
    }
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_cannot_be_names_the_field() {
    let world = World::new().await;
    let admin = Client::admin(&world);
    let good = json!({ "name": "ci", "scopes": ["read"] });
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("a\u{7}b")),
        ("name", json!(7)),
        ("scopes", json!([])),
        ("scopes", json!(["read", "write"])),
        ("scopes", json!("read")),
        ("repositories", json!([])),
        ("repositories", json!(["octo"])),
        ("github_login", json!("-x-")),
        ("expires_at", json!("tomorrow")),
        ("expires_at", json!("2001-01-01T00:00:00Z")),
    ] {
        let mut wish = good.clone();
        wish[field] = value;
        let answer = admin.post("/v1/tokens", wish).await;
        assert_eq!((answer.status, &answer.body["detail"][0]["loc"]), (422, &json!(["body", field])), "{answer:?}");
    }
    assert_eq!(admin.get("/v1/tokens").await.body, json!([]));
    for id in ["nonsense", "0190a8a0-0000-7000-8000-000000000000"] {
        let path = format!("/v1/tokens/{id}");
        assert_eq!(admin.get(&path).await.said(), (404, "Token not found"));
        assert_eq!(admin.delete(&path).await.said(), (404, "Token not found"));
    }
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m44_a_limited_admin_token_gives_and_knows_no_more_than_its_own() {
    let world = World::new().await;
    let admin = Client::admin(&world);
    let wide = admin.post("/v1/tokens", json!({ "name": "wide", "scopes": ["read"] })).await.text("id");
    let limited = Client::with(&world, &[Scope::Admin], only(REPO)).await;
    let more = json!({ "name": "x", "scopes": ["read"], "repositories": [REPO, "octo/other"] });
    assert_eq!(limited.post("/v1/tokens", more).await.status, 403);
    let given = limited.post("/v1/tokens", json!({ "name": "x", "scopes": ["read"] })).await;
    assert_eq!((given.status, &given.body["repositories"]), (201, &json!([REPO])));
    let known = limited.get("/v1/tokens").await.body;
    let names: Vec<&Value> = known.as_array().unwrap().iter().map(|token| &token["name"]).collect();
    assert_eq!(names, ["x", "a script"]);
    let page = limited.get("/v1/tokens?limit=1").await;
    assert!(page.headers["link"].to_str().unwrap().contains("cursor="), "{page:?}");
    assert_eq!(limited.get(&format!("/v1/tokens/{wide}")).await.status, 404);
    assert_eq!(limited.delete(&format!("/v1/tokens/{wide}")).await.status, 404);
    end(world).await;
}
