//! Deliveries: doubled, forged, out of order, malformed, lost; and the answers of the receiver, in their order.

use crate::support::world::{ADA, REPO, World};
use bakeoff::sim::github::Hub;
use serde_json::json;

fn delivery_of(world: &World, event: &str) -> i64 {
    world.hub.deliveries().into_iter().rev().find(|d| d.event == event).unwrap().id
}

fn answered(id: i64) -> impl Fn(&Hub) -> Option<()> {
    move |hub| hub.deliveries().iter().any(|d| d.id == id && d.status != 0).then_some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn f001_the_same_delivery_twice_is_one_job() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    let id = delivery_of(&world, "issue_comment");
    let command = world.hub.deliveries().into_iter().find(|d| d.event == "issue_comment").unwrap();
    world.hub.redeliver(command.id).unwrap();
    let guid = command.guid.clone();
    let again = |hub: &Hub| hub.deliveries().into_iter().find(|d| d.redelivery && d.guid == guid && d.status != 0);
    let again = world.hub.wait_for("the redelivery", again).await;
    assert_eq!((again.status, again.guid.as_str()), (200, command.guid.as_str()), "{} {id}", again.answer);
    assert!(again.answer.contains("duplicate"), "{}", again.answer);
    assert_eq!(world.models.requests().len(), 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f002_the_same_delivery_fifty_times_in_parallel_is_one_job() {
    let world = World::new().await;
    let issue = world.issue();
    world.hub.hold_deliveries(true);
    world.say(issue, "/bakeoff gpt");
    let id = delivery_of(&world, "issue_comment");
    let sent = futures::future::join_all((0..50).map(|_| world.hub.deliver(id))).await;
    world.hub.hold_deliveries(false);
    assert_eq!(sent.iter().filter(|status| **status == 202).count(), 1, "{sent:?}");
    assert!(sent.iter().all(|status| [200, 202].contains(status)), "{sent:?}");
    world.candidate(issue, "A").await;
    assert_eq!(world.models.requests().len(), 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f003_two_hooks_bring_one_comment_under_two_guids() {
    let world = World::new().await;
    world.hub.double_next_deliveries(1);
    let issue = world.issue();
    world.hub.double_next_deliveries(1);
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    world.hub.settled().await;
    crate::support::invariants::settle(&world).await;
    assert_eq!(world.models.requests().len(), 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f004_edited_before_created_arrives_runs_nothing() {
    let world = World::new().await;
    let issue = world.issue();
    world.hub.hold_deliveries(true);
    let command = world.say(issue, "/bakeoff gpt");
    let created = delivery_of(&world, "issue_comment");
    world.hub.edit_comment(REPO, command, ADA, "/bakeoff claude");
    let edited = delivery_of(&world, "issue_comment");
    assert_eq!(world.hub.deliver(edited).await, 202);
    assert_eq!(world.hub.deliver(created).await, 202);
    world.hub.hold_deliveries(false);
    world.bot_says(issue, "edited").await;
    assert!(world.models.requests().is_empty());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f005_deleted_before_created_arrives_runs_nothing_and_says_nothing() {
    let world = World::new().await;
    let issue = world.issue();
    world.hub.hold_deliveries(true);
    let command = world.say(issue, "/bakeoff gpt");
    let created = delivery_of(&world, "issue_comment");
    world.hub.delete_comment(REPO, command, ADA);
    let deleted = delivery_of(&world, "issue_comment");
    assert_eq!(world.hub.deliver(deleted).await, 202);
    assert_eq!(world.hub.deliver(created).await, 202);
    world.hub.hold_deliveries(false);
    crate::support::invariants::settle(&world).await;
    assert!(world.models.requests().is_empty() && world.hub.bot_comments(REPO, issue).is_empty());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m08_a_failed_delivery_is_asked_for_again() {
    let mut world = World::new().await;
    let issue = world.issue();
    world.hub.drop_next_deliveries(1);
    world.say(issue, "/bakeoff gpt");
    let id = delivery_of(&world, "issue_comment");
    world.hub.wait_for("the failure", answered(id)).await;
    // It is looked for at every start.
    world.restart().await;
    world.candidate(issue, "A").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f008_f013_the_receivers_answers_in_their_order() {
    let world = World::new().await;
    let url = format!("{}/webhooks/github", world.base);
    let body = json!({ "action": "starred", "zen": "Keep it logically awesome." }).to_string();
    let signed = |event: &str, body: &str| world.hub.raw_delivery(event, body.to_owned());
    let rows = [
        ("a ping", signed("ping", &body), 200, "pong"),
        ("an unused event", signed("star", &body), 204, ""),
        ("an unused action", signed("issues", &body), 204, ""),
        ("no signature", signed("ping", &body).without("x-hub-signature-256"), 401, "signature"),
        ("another secret", signed("ping", &body).signed_with("guess"), 401, "signature"),
        ("no JSON", signed("issues", "{\"action\":"), 400, "JSON"),
        ("no object", signed("issues", "[1]"), 400, "JSON"),
        ("no delivery header", signed("ping", &body).without("x-github-delivery"), 400, "header"),
        ("a long delivery header", signed("ping", &body).guid(&"g".repeat(129)), 400, "header"),
        ("no event header", signed("ping", &body).without("x-github-event"), 400, "header"),
        ("a form", signed("ping", &body).header("content-type", "application/x-www-form-urlencoded"), 415, "json"),
        ("a compressed body", signed("ping", &body).header("content-encoding", "gzip"), 415, "ompressed"),
    ];
    for (what, delivery, status, text) in rows {
        let (got, answer) = world.hub.send_raw(&delivery).await.unwrap();
        assert_eq!(got, status, "{what}: {answer}");
        assert!(answer.contains(text), "{what}: {answer}");
    }
    let huge = world.http.post(&url).header("content-type", "application/json").body(vec![b' '; 26 * 1024 * 1024]);
    assert_eq!(huge.send().await.map_or(413, |r| r.status().as_u16()), 413, "F011");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f010_an_old_payload_is_stored_and_not_run() {
    let world = World::new().await;
    let issue = world.issue();
    world.hub.hold_deliveries(true);
    world.say(issue, "/bakeoff gpt");
    let mut payload = world.hub.delivery_body(delivery_of(&world, "issue_comment")).unwrap();
    payload["comment"]["created_at"] = json!("2020-01-01T00:00:00Z");
    payload["comment"]["updated_at"] = json!("2020-01-01T00:00:00Z");
    let old = world.hub.raw_delivery("issue_comment", payload.to_string());
    let (status, answer) = world.hub.send_raw(&old).await.unwrap();
    assert_eq!(status, 202, "{answer}");
    crate::support::invariants::settle(&world).await;
    assert!(world.models.requests().is_empty() && world.hub.bot_comments(REPO, issue).is_empty());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f010_an_old_label_is_stored_and_starts_nothing() {
    let world = World::new().await;
    let issue = world.issue();
    world.hub.hold_deliveries(true);
    world.hub.label(REPO, issue, ADA, "bakeoff");
    let mut payload = world.hub.delivery_body(delivery_of(&world, "issues")).unwrap();
    assert_eq!(payload["action"], "labeled");
    payload["issue"]["updated_at"] = json!("2020-01-01T00:00:00Z");
    let (status, answer) = world.hub.send_raw(&world.hub.raw_delivery("issues", payload.to_string())).await.unwrap();
    assert_eq!(status, 202, "{answer}");
    crate::support::invariants::settle(&world).await;
    assert!(world.models.requests().is_empty() && world.hub.bot_comments(REPO, issue).is_empty());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_that_lacks_fields_or_has_odd_ones_breaks_nothing() {
    let world = World::new().await;
    let bodies = [
        json!({ "action": "created" }),
        json!({ "action": "created", "installation": { "id": "x" }, "comment": [], "issue": 7, "sender": null }),
        json!({ "action": "created", "installation": { "id": 1 }, "repository": { "id": 1, "full_name": "../x" } }),
    ];
    for body in bodies {
        let (status, answer) =
            world.hub.send_raw(&world.hub.raw_delivery("issue_comment", body.to_string())).await.unwrap();
        assert_eq!(status, 202, "{answer}");
    }
    world.end().await;
}
