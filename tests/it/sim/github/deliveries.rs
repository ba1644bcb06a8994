//! Webhooks: signed, recorded, never repeated by themselves.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::wire::{get, jwt, send};
use super::{REPO, world};
use bakeoff::sim::github::FakeGithub;

/// A receiver that keeps everything and answers as told.
#[derive(Clone, Default)]
struct Receiver {
    got: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    failing: Arc<Mutex<bool>>,
}

impl Receiver {
    async fn listen(hub: &FakeGithub) -> Self {
        let receiver = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        hub.set_webhook_url(&format!("http://{}/webhooks/github", listener.local_addr().unwrap()));
        let app = Router::new().route("/webhooks/github", post(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        receiver
    }

    fn last(&self) -> (HeaderMap, Value) {
        let got = self.got.lock().unwrap();
        let (headers, body) = got.last().unwrap();
        (headers.clone(), serde_json::from_slice(body).unwrap())
    }
}

async fn take(State(own): State<Receiver>, headers: HeaderMap, body: Bytes) -> (StatusCode, &'static str) {
    own.got.lock().unwrap().push((headers, body));
    let failing = *own.failing.lock().unwrap();
    if failing { (StatusCode::SERVICE_UNAVAILABLE, "busy") } else { (StatusCode::ACCEPTED, "queued") }
}

#[tokio::test]
async fn a_delivery_is_signed_and_whole() {
    let hub = world().await;
    let receiver = Receiver::listen(&hub).await;
    hub.settled().await;
    let comment = hub.comment(REPO, 1, "ada", "/bakeoff");
    hub.settled().await;
    let (headers, body) = receiver.last();
    let raw = receiver.got.lock().unwrap().last().unwrap().1.clone();
    let mut mac = Hmac::<Sha256>::new_from_slice(hub.webhook_secret().as_bytes()).unwrap();
    mac.update(&raw);
    let signed = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    assert_eq!(headers["x-hub-signature-256"], signed);
    assert_eq!(
        (&headers["x-github-event"], &headers["content-type"]),
        (&"issue_comment".parse().unwrap(), &"application/json".parse().unwrap())
    );
    assert!(uuid::Uuid::parse_str(headers["x-github-delivery"].to_str().unwrap()).is_ok());
    assert_eq!((&body["action"], &body["comment"]["id"]), (&json!("created"), &json!(comment)));
    assert_eq!((&body["sender"]["type"], &body["repository"]["full_name"]), (&json!("User"), &json!(REPO)));
    assert!(
        body["installation"]["id"].is_i64() && body["organization"]["login"] == "octo" && body["issue"]["number"] == 1
    );

    hub.tick_checkbox(REPO, hub.comment(REPO, 1, "ada", "- [ ] A\r\n- [ ] B"), "will", "B");
    hub.settled().await;
    let got = receiver.got.lock().unwrap().clone();
    let edits: Vec<Value> = got.iter().map(|(_, b)| serde_json::from_slice(b).unwrap()).collect();
    let edited = edits.iter().find(|b| b["action"] == "edited").unwrap();
    assert_eq!(edited["changes"]["body"]["from"], "- [ ] A\r\n- [ ] B");
    assert_eq!(edited["comment"]["body"], "- [ ] A\r\n- [x] B");
}

#[tokio::test]
async fn m08_a_failed_delivery_stays_failed_until_it_is_asked_for() {
    let hub = world().await;
    let receiver = Receiver::listen(&hub).await;
    hub.settled().await;
    *receiver.failing.lock().unwrap() = true;
    hub.comment(REPO, 1, "ada", "/bakeoff");
    hub.settled().await;
    *receiver.failing.lock().unwrap() = false;
    let listed = get(&hub, "/app/hook/deliveries?status=failure&per_page=1", &jwt(&hub)).await;
    let failed = listed.body[0].clone();
    assert_eq!((&failed["status_code"], &failed["event"]), (&json!(503), &json!("issue_comment")));
    assert!(listed.link("next").unwrap().contains("cursor=v1%5F"), "the world's own deliveries failed before");
    let path = format!("/app/hook/deliveries/{}/attempts", failed["id"]);
    assert_eq!(send(&hub, "POST", &path, &jwt(&hub), json!({})).await.status, 202);
    hub.settled().await;
    let again = hub.deliveries().pop().unwrap();
    assert!(again.redelivery && again.status == 202 && again.answer == "queued");
    assert_eq!(json!(again.guid), failed["guid"], "a redelivery keeps its GUID");
    let shown = get(&hub, &format!("/app/hook/deliveries/{}", again.id), &jwt(&hub)).await.body;
    assert_eq!(shown["request"]["headers"]["X-GitHub-Delivery"], failed["guid"]);
}

#[tokio::test]
async fn deliveries_are_dropped_lost_doubled_and_held_as_ordered() {
    let hub = world().await;
    let receiver = Receiver::listen(&hub).await;
    hub.settled().await;
    hub.drop_deliveries(0.25);
    for n in 0..8 {
        hub.comment(REPO, 1, "ada", &format!("{n}"));
    }
    hub.settled().await;
    assert_eq!(receiver.got.lock().unwrap().len(), 6, "a quarter of eight failed");
    hub.drop_deliveries(0.0);
    hub.lose_next_deliveries(1);
    hub.comment(REPO, 1, "ada", "lost");
    hub.settled().await;
    let listed = get(&hub, "/app/hook/deliveries?per_page=100", &jwt(&hub)).await.body;
    let lost = hub.deliveries().pop().unwrap();
    assert!(!listed.as_array().unwrap().iter().any(|d| d["id"] == lost.id), "a lost one is not even listed");
    hub.double_next_deliveries(1);
    let before = receiver.got.lock().unwrap().len();
    hub.comment(REPO, 1, "ada", "twice");
    hub.wait_for("both copies", |_| (receiver.got.lock().unwrap().len() == before + 2).then_some(())).await;
    hub.hold_deliveries(true);
    hub.edit_comment(REPO, hub.comment(REPO, 1, "ada", "first"), "ada", "second");
    let edited = hub.last_delivery("issue_comment", Some("edited")).unwrap();
    assert_eq!(hub.deliver(edited.id).await, 202);
    assert_eq!(receiver.last().1["action"], "edited", "the edit overtook the comment");
    assert_eq!(hub.deliver_as(edited.id, "other-hook").await, Some(202));
    assert_eq!(receiver.last().0["x-github-delivery"], "other-hook");
}

#[tokio::test]
async fn every_kind_of_event_is_told_with_its_objects() {
    let hub = world().await;
    hub.label(REPO, 1, "ada", "bakeoff");
    hub.edit_issue(REPO, 1, "ada", "New title", "Please mend it.");
    hub.close_issue(REPO, 1, "ada");
    hub.suspend(REPO);
    hub.comment(REPO, 1, "ada", "nobody hears this");
    hub.unsuspend(REPO);
    hub.create_repo("octo/other", &[]);
    hub.install_app("octo/other");
    hub.remove_from_installation("octo/other");
    hub.open_labeled_issue(REPO, "ada", "Both", "/bakeoff", &["bakeoff"]);
    let told: Vec<_> =
        hub.deliveries().iter().map(|d| format!("{}.{}", d.event, d.action.as_deref().unwrap_or(""))).collect();
    assert_eq!(
        told,
        [
            "installation.created",
            "issues.opened",
            "issues.labeled",
            "issues.edited",
            "issues.closed",
            "installation.suspend",
            "installation.unsuspend",
            "installation_repositories.added",
            "installation_repositories.removed",
            "issues.opened",
            "issues.labeled"
        ]
    );
    let label = hub.last_delivery("issues", Some("labeled")).unwrap();
    assert_eq!(hub.delivery_body(label.id).unwrap()["label"]["name"], "bakeoff");
    let edit = hub.delivery_body(hub.last_delivery("issues", Some("edited")).unwrap().id).unwrap();
    assert_eq!(edit["changes"], json!({ "title": { "from": "It is broken" } }));
}

#[tokio::test]
async fn a_raw_delivery_is_right_until_something_is_made_wrong() {
    let hub = world().await;
    let receiver = Receiver::listen(&hub).await;
    let raw = hub.raw_delivery("ping", "{}").guid("abc");
    assert_eq!(hub.send_raw(&raw).await.unwrap(), (202, "queued".into()));
    let (headers, _) = receiver.last();
    assert_eq!(headers["x-github-delivery"], "abc");
    let right = headers["x-hub-signature-256"].clone();
    hub.send_raw(&raw.clone().signed_with("wrong")).await.unwrap();
    assert_ne!(receiver.last().0["x-hub-signature-256"], right);
    hub.send_raw(&raw.without("x-hub-signature-256").header("content-type", "text/plain")).await.unwrap();
    let (headers, _) = receiver.last();
    assert!(!headers.contains_key("x-hub-signature-256") && headers["content-type"] == "text/plain");
}
