//! Faults happen as ordered, and only then.

use std::time::Duration;

use bakeoff::sim::github::{FakeGithub, Fault};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::wire::{get, request, send};
use super::{REPO, world};

const COMMENTS: &str = "/repos/octo/hello/issues/1/comments";

async fn post(hub: &FakeGithub) -> Result<u16, reqwest::Error> {
    let token = hub.app_token(REPO);
    let asked = request(hub, reqwest::Method::POST, COMMENTS, &token).json(&json!({ "body": "x" }));
    let answer = asked.send().await?;
    let status = answer.status().as_u16();
    answer.bytes().await.map(|_| status)
}

#[tokio::test]
async fn f044_an_error_may_come_before_or_after_the_deed() {
    let hub = world().await;
    let cases = [
        (Fault::on("POST", COMMENTS).status(500), Some(500), 0),
        (Fault::on("POST", COMMENTS).apply_then_fail(), Some(502), 1),
        (Fault::on("POST", COMMENTS).cut(40), None, 2),
        (Fault::on("POST", COMMENTS).apply_then_reset(), None, 3),
        (Fault::on("POST", COMMENTS).reset_connection(), None, 3),
        (Fault::on("POST", COMMENTS).html_200(), Some(200), 3),
        (Fault::on("GET", "*").status(500), Some(201), 4),
    ];
    for (fault, status, there) in cases {
        let what = format!("{fault:?}");
        hub.fault(fault);
        assert_eq!(post(&hub).await.ok(), status, "{what}");
        assert_eq!(hub.comments(REPO, 1).len(), there, "{what}");
    }
    hub.clear_faults();
    assert_eq!(post(&hub).await.ok(), Some(201));
    let statuses: Vec<_> = hub.calls("POST", COMMENTS).iter().map(|c| c.status).collect();
    assert_eq!(statuses, [500, 502, 201, 0, 0, 200, 201, 201], "the log says what was sent");
}

#[tokio::test]
async fn f047_f048_limits_come_with_their_headers() {
    let hub = world().await;
    let token = hub.app_token(REPO);
    hub.fault(Fault::on("POST", "*comments").secondary_limit(Some(60)));
    let refused = send(&hub, "POST", COMMENTS, &token, json!({ "body": "x" })).await;
    assert_eq!((refused.status, refused.header("retry-after")), (403, "60"));
    hub.fault(Fault::on("*", "*").primary_limit(1_900_000_000));
    let refused = get(&hub, COMMENTS, &token).await;
    let told = (refused.header("x-ratelimit-remaining"), refused.header("x-ratelimit-reset"));
    assert_eq!((refused.status, told), (403, ("0", "1900000000")));
}

#[tokio::test]
async fn a_call_can_be_held_at_the_gate() {
    let hub = world().await;
    let gate = CancellationToken::new();
    hub.fault(Fault::on("POST", COMMENTS).until(&gate).delay(Duration::from_millis(1)));
    let held = tokio::spawn({
        let hub = hub.clone();
        async move { post(&hub).await.ok() }
    });
    assert_eq!(get(&hub, COMMENTS, "").await.body, json!([]), "others pass meanwhile");
    gate.cancel();
    assert_eq!(held.await.unwrap(), Some(201));
}
