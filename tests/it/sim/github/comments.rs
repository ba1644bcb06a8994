//! Comments and reactions.

use std::time::Duration;

use serde_json::json;

use super::wire::{get, jwt, request, send};
use super::{REPO, world};

#[tokio::test]
async fn a_comment_of_the_app_is_by_its_bot() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    let path = format!("/repos/{REPO}/issues/1/comments");
    let made = send(&hub, "POST", &path, &token, json!({ "body": "hello <!-- marker -->" })).await;
    assert_eq!(made.status, 201);
    let app = hub.app_id();
    assert_eq!((&made.body["user"]["login"], &made.body["user"]["type"]), (&json!("bakeoff[bot]"), &json!("Bot")));
    assert_eq!(made.body["performed_via_github_app"]["id"], app);
    assert_eq!(made.body["user"]["id"], hub.bot().id);
    let by_ada = hub.comment(REPO, 1, "ada", "hi");
    let seen = get(&hub, &format!("/repos/{REPO}/issues/comments/{by_ada}"), &token).await.body;
    assert!(seen["performed_via_github_app"].is_null() && seen["author_association"] == "COLLABORATOR", "{seen}");

    let url = made.body["url"].as_str().unwrap();
    assert_eq!(send(&hub, "PATCH", url, &token, json!({ "body": "changed" })).await.body["body"], "changed");
    assert_eq!(send(&hub, "DELETE", url, &token, json!({})).await.status, 204);
    assert_eq!(get(&hub, url, &token).await.status, 404);
}

#[tokio::test]
async fn a_body_is_checked() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    let path = format!("/repos/{REPO}/issues/1/comments");
    let fits = send(&hub, "POST", &path, &token, json!({ "body": "é".repeat(65_536) })).await;
    assert_eq!(fits.status, 201);
    let cases = [
        (json!({ "body": "x".repeat(65_537) }), "body is too long (maximum is 65536 characters)"),
        (json!({ "body": " \n" }), "Body cannot be blank"),
        (json!({}), "body missing_field"),
    ];
    for (body, words) in cases {
        let refused = send(&hub, "POST", &path, &token, body).await;
        assert_eq!((refused.status, refused.error().as_str()), (422, words));
    }
    let broken = request(&hub, reqwest::Method::POST, &path, &token).body("{").send().await.unwrap();
    assert_eq!(broken.status(), 400);
}

#[tokio::test]
async fn locked_closed_deleted_transferred() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    let path = format!("/repos/{REPO}/issues/1/comments");
    let post = || send(&hub, "POST", &path, &token, json!({ "body": "x" }));
    hub.close_issue(REPO, 1, "ada");
    assert_eq!(post().await.status, 201, "a closed issue takes comments");
    hub.lock_issue(REPO, 1, "ada");
    assert_eq!(post().await.status, 403);
    hub.unlock_issue(REPO, 1, "ada");
    hub.create_repo("octo/other", &[]);
    hub.transfer_issue(REPO, 1, "ada", "octo/other");
    let moved = get(&hub, &format!("/repos/{REPO}/issues/1"), &token).await;
    assert_eq!(moved.status, 301);
    assert!(moved.header("location").ends_with("/repos/octo/other/issues/1"));
    let second = hub.open_issue(REPO, "ada", "again", "x");
    hub.delete_issue(REPO, second, "ada");
    assert_eq!(get(&hub, &format!("/repos/{REPO}/issues/{second}"), &token).await.status, 410);
}

#[tokio::test]
async fn lists_come_in_pages_with_links() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    let ids: Vec<_> = (0..205).map(|n| hub.comment(REPO, 1, "ada", &format!("number {n}"))).collect();
    let mut next = Some(format!("/repos/{REPO}/issues/1/comments?per_page=500"));
    let (mut seen, mut pages) = (Vec::new(), 0);
    while let Some(path) = next {
        let page = get(&hub, &path, &token).await;
        let on_page: Vec<_> = page.body.as_array().unwrap().iter().map(|c| c["id"].as_i64().unwrap()).collect();
        assert!(on_page.len() <= 100, "never more than 100");
        seen.extend(on_page);
        pages += 1;
        next = page.link("next");
    }
    assert_eq!((seen, pages), (ids.clone(), 3));
    let newest = get(&hub, &format!("/repos/{REPO}/issues/comments?sort=created&direction=desc"), &token).await;
    assert_eq!((newest.body.as_array().unwrap().len(), &newest.body[0]["id"]), (30, &json!(ids[204])));
}

#[tokio::test]
async fn since_counts_edits_by_whole_seconds() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    let old = hub.comment(REPO, 1, "ada", "old");
    hub.set_clock_offset_ms(60_000);
    let new = hub.comment(REPO, 1, "ada", "new");
    let now = bakeoff::domain::clock::Timestamp(hub.now().0 / 1000 * 1000 - 5000).to_rfc3339();
    let path = format!("/repos/{REPO}/issues/comments?since={now}");
    let ids = |answer: super::wire::Answer| -> Vec<i64> {
        answer.body.as_array().unwrap().iter().map(|c| c["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids(get(&hub, &path, &token).await), [new]);
    hub.edit_comment(REPO, old, "ada", "edited");
    assert_eq!(ids(get(&hub, &path, &token).await), [old, new]);
}

#[tokio::test]
async fn reactions_are_listed_rolled_up_and_never_told() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    let comment = hub.comment(REPO, 1, "ada", "/bakeoff");
    let told = hub.deliveries().len();
    let path = format!("/repos/{REPO}/issues/comments/{comment}/reactions");
    assert_eq!(send(&hub, "POST", &path, &token, json!({ "content": "eyes" })).await.status, 201);
    let again = send(&hub, "POST", &path, &token, json!({ "content": "eyes" })).await;
    assert_eq!(again.status, 200, "the same reaction again is the same reaction");
    assert_eq!(send(&hub, "POST", &path, &token, json!({ "content": "tada" })).await.status, 422);
    hub.react(REPO, comment, "will", "rocket");
    let list = get(&hub, &format!("{path}?content=rocket"), &token).await;
    assert_eq!((list.body.as_array().unwrap().len(), &list.body[0]["user"]["login"]), (1, &json!("will")));
    let rollup = &get(&hub, &format!("/repos/{REPO}/issues/1/comments"), &token).await.body[0]["reactions"];
    assert_eq!((&rollup["total_count"], &rollup["rocket"], &rollup["eyes"]), (&json!(2), &json!(1), &json!(1)));
    let own = format!("{path}/{}", again.body["id"]);
    assert_eq!(send(&hub, "DELETE", &own, &token, json!({})).await.status, 204);
    hub.unreact(REPO, comment, "will", "rocket");
    assert_eq!(hub.reactions(REPO, comment), []);
    assert_eq!(hub.deliveries().len(), told, "GitHub tells nobody about reactions");
}

#[tokio::test]
async fn f046_lists_may_lag_behind() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    hub.stale_reads(Duration::from_mins(1));
    hub.reaction_delay(Duration::from_mins(2));
    let comment = hub.comment(REPO, 1, "ada", "fresh");
    hub.react(REPO, comment, "ada", "rocket");
    let path = format!("/repos/{REPO}/issues/1/comments");
    assert_eq!(get(&hub, &path, &token).await.body, json!([]));
    assert_eq!(get(&hub, &format!("/repos/{REPO}/issues/comments/{comment}"), &token).await.status, 200);
    hub.set_clock_offset_ms(60_000);
    let listed = get(&hub, &path, &token).await.body;
    assert_eq!((&listed[0]["id"], &listed[0]["reactions"]["rocket"]), (&json!(comment), &json!(0)));
}

#[tokio::test]
async fn comments_are_minimised_by_graphql() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    let comment = hub.comment(REPO, 1, "ada", "old");
    let node = get(&hub, &format!("/repos/{REPO}/issues/comments/{comment}"), &token).await.body["node_id"].clone();
    let query =
        "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) { clientMutationId } }";
    let url = hub.graphql_url();
    let done = send(&hub, "POST", &url, &token, json!({ "query": query, "variables": { "id": node } })).await;
    assert_eq!(done.body["data"]["minimizeComment"]["minimizedComment"]["isMinimized"], true, "{done:?}");
    assert_eq!(hub.comments(REPO, 1)[0].minimized.as_deref(), Some("outdated"));
    let whole = json!({ "query": "mutation($input: MinimizeCommentInput!) { a: minimizeComment(input: $input) { clientMutationId } }",
        "variables": { "input": { "subjectId": "IC_none", "classifier": "OUTDATED" } } });
    let failed = send(&hub, "POST", &url, &token, whole).await;
    assert_eq!((failed.status, &failed.body["errors"][0]["type"]), (200, &json!("NOT_FOUND")), "{failed:?}");
    assert!(failed.body["data"]["a"].is_null());
    assert_eq!(send(&hub, "POST", &url, &jwt(&hub), json!({ "query": query })).await.status, 401);
}
