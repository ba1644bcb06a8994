//! Conditional requests and rate limits.

use serde_json::json;

use super::wire::{get, read, request, send};
use super::{REPO, world};

#[tokio::test]
async fn an_unchanged_answer_is_free() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    let path = format!("/repos/{REPO}/issues/1/comments");
    let first = get(&hub, &path, &token).await;
    let etag = first.header("etag").to_owned();
    let again = |token: String| {
        let asked = request(&hub, reqwest::Method::GET, &path, &token).header("if-none-match", &etag);
        async move { read(asked.send().await.unwrap()).await }
    };
    let same = again(token.clone()).await;
    assert_eq!((same.status, &same.body), (304, &json!("")));
    assert_eq!(same.header("x-ratelimit-remaining"), first.header("x-ratelimit-remaining"), "it does not count");
    assert_eq!(again(hub.app_token(REPO)).await.status, 200, "an ETag is bound to its token");
    hub.comment(REPO, 1, "ada", "new");
    assert_eq!(again(token).await.status, 200);
}

#[tokio::test]
async fn the_limit_is_told_and_kept() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    hub.set_rate_limit(2);
    let path = format!("/repos/{REPO}");
    let left = [get(&hub, &path, &token).await, get(&hub, &path, &token).await, get(&hub, &path, &token).await]
        .map(|a| (a.status, a.header("x-ratelimit-remaining").to_owned()));
    assert_eq!(left, [(200, "1".into()), (200, "0".into()), (403, "0".into())]);
    hub.set_clock_offset_ms(3_600_000);
    assert_eq!(get(&hub, &path, &hub.app_token(REPO)).await.status, 200, "the window ends");
}

#[tokio::test]
async fn m52_the_81st_comment_of_a_minute_is_refused() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    let path = format!("/repos/{REPO}/issues/1/comments");
    for n in 1..=80 {
        assert_eq!(send(&hub, "POST", &path, &token, json!({ "body": "x" })).await.status, 201, "comment {n}");
    }
    let refused = send(&hub, "POST", &path, &token, json!({ "body": "x" })).await;
    assert_eq!((refused.status, refused.header("retry-after")), (403, "60"));
    assert!(refused.body["message"].as_str().unwrap().contains("secondary rate limit"));
    hub.enforce_content_limits(false);
    assert_eq!(send(&hub, "POST", &path, &token, json!({ "body": "x" })).await.status, 201);
}

#[tokio::test]
async fn the_date_is_github_s_own() {
    let hub = world().await;
    hub.set_clock_offset_ms(-300_000);
    let answer = get(&hub, &format!("/repos/{REPO}"), "").await;
    let date = chrono::DateTime::parse_from_rfc2822(answer.header("date")).unwrap();
    let apart = chrono::Utc::now().timestamp() - date.timestamp();
    assert!((299..=305).contains(&apart), "{apart} s");
}
