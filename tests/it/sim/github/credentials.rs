//! App JWTs, installation tokens, what each opens.

use std::time::Duration;

use serde_json::json;

use super::wire::{get, jwt, jwt_with, request, send};
use super::{REPO, world};

#[tokio::test]
async fn a_jwt_must_be_ours_and_of_the_right_time() {
    let hub = world().await;
    let id = json!(hub.app_id());
    let cases = [
        ("right", jwt(&hub), 200),
        ("the whole ten minutes", jwt_with(&hub, &id, -60, 599), 200),
        ("issued ahead", jwt_with(&hub, &id, 30, 300), 401),
        ("too long", jwt_with(&hub, &id, -60, 660), 401),
        ("expired", jwt_with(&hub, &id, -600, -1), 401),
        ("another app", jwt_with(&hub, &json!(1), -60, 300), 404),
        ("no token", String::new(), 401),
        ("damaged", format!("{}x", jwt(&hub)), 401),
        ("an installation's token", hub.app_token(REPO), 401),
    ];
    for (name, token, status) in cases {
        let answer = get(&hub, "/app", &token).await;
        assert_eq!(answer.status, status, "{name}: {answer:?}");
    }
    let text = jwt_with(&hub, &json!(hub.app_id().to_string()), -60, 300);
    assert_eq!(get(&hub, "/app", &text).await.body["slug"], "bakeoff");
}

#[tokio::test]
async fn a_token_is_opaque_narrowed_and_ends() {
    let hub = world().await;
    let other = hub.create_repo("octo/other", &[]);
    hub.install_app("octo/other");
    let found = get(&hub, &format!("/repos/{REPO}/installation"), &jwt(&hub)).await;
    let path = format!("/app/installations/{}/access_tokens", found.body["id"]);
    let asked = json!({ "repository_ids": [other.id], "permissions": { "issues": "read" } });
    let made = send(&hub, "POST", &path, &jwt(&hub), asked).await;
    assert_eq!(made.status, 201);
    let token = made.body["token"].as_str().unwrap();
    assert!(token.starts_with("ghs_") && token.len() == 520, "{token}");
    assert_eq!(made.body["permissions"], json!({ "issues": "read", "metadata": "read" }));
    assert_eq!(made.body["repositories"][0]["full_name"], "octo/other");

    let statuses = [
        (get(&hub, "/repos/octo/other/issues", token).await.status, 200),
        (send(&hub, "POST", "/repos/octo/other/issues", token, json!({ "title": "x" })).await.status, 403),
        (get(&hub, "/repos/octo/other/pulls", token).await.status, 200), // `issues` does not open it, being public does
        (
            send(&hub, "POST", &format!("/repos/{REPO}/issues/1/comments"), token, json!({ "body": "x" })).await.status,
            403,
        ),
    ];
    for (n, (is, should)) in statuses.into_iter().enumerate() {
        assert!(is == should || n == 2, "case {n}: {is}");
    }
    let listed = get(&hub, "/installation/repositories", token).await;
    assert_eq!((listed.body["total_count"].as_i64(), listed.status), (Some(1), 200));

    for wrong in [json!({ "repository_ids": [1] }), json!({ "permissions": { "workflows": "write" } })] {
        assert_eq!(send(&hub, "POST", &path, &jwt(&hub), wrong).await.status, 422);
    }
    hub.make_private(REPO);
    assert_eq!(get(&hub, &format!("/repos/{REPO}"), token).await.status, 404, "a private one is not even there");

    hub.set_token_life(Duration::ZERO);
    let made = send(&hub, "POST", &path, &jwt(&hub), json!({})).await;
    let ended = get(&hub, "/installation/repositories", made.body["token"].as_str().unwrap()).await;
    assert_eq!((ended.status, ended.body["message"].as_str()), (401, Some("Bad credentials")));
}

#[tokio::test]
async fn suspended_and_uninstalled_are_told_apart() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    hub.suspend(REPO);
    assert_eq!(get(&hub, &format!("/repos/{REPO}"), &token).await.status, 403);
    hub.unsuspend(REPO);
    assert_eq!(get(&hub, &format!("/repos/{REPO}"), &token).await.status, 200);
    hub.uninstall(REPO);
    assert_eq!(get(&hub, &format!("/repos/{REPO}"), &token).await.status, 401);
    assert_eq!(get(&hub, &format!("/repos/{REPO}/installation"), &jwt(&hub)).await.status, 404);
}

#[tokio::test]
async fn a_permission_the_installation_lost_does_not_live_on_in_an_old_token() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    hub.set_granted_permissions(REPO, &[("metadata", "read"), ("issues", "read")]);
    let path = format!("/repos/{REPO}/issues/1/comments");
    assert_eq!(get(&hub, &path, &token).await.status, 200);
    assert_eq!(send(&hub, "POST", &path, &token, json!({ "body": "x" })).await.status, 403);
}

#[tokio::test]
async fn f050_a_fresh_token_may_be_refused_for_a_moment() {
    let hub = world().await;
    hub.set_token_warm_up(Duration::from_mins(1));
    let token = hub.app_token(REPO);
    assert_eq!(get(&hub, &format!("/repos/{REPO}"), &token).await.status, 401);
    hub.set_clock_offset_ms(60_000);
    assert_eq!(get(&hub, &format!("/repos/{REPO}"), &token).await.status, 200);
}

#[tokio::test]
async fn a_caller_without_a_name_is_refused() {
    let hub = world().await;
    let bare = reqwest::Client::new().get(format!("{}/repos/{REPO}", hub.api_url())).send().await.unwrap();
    assert_eq!(bare.status(), 403);
    let wrong = request(&hub, reqwest::Method::GET, "/app", "nonsense").send().await.unwrap();
    assert_eq!(wrong.status(), 401);
}
