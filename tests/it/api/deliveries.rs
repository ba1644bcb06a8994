//! Deliveries over REST: looked at, and asked for again where that can do no harm (M06, M08).

use bakeoff::adapters::store::deliveries;
use bakeoff::domain::delivery::{Delivery, DeliveryStatus};
use bakeoff::sim::github::{Fault, Hub};
use serde_json::json;

use super::{Client, end};
use crate::support::world::{World, right};

/// A delivery that gave up before it did anything, made from one that came.
async fn failed(world: &World, like: &Delivery, guid: &str, payload: &str) {
    let delivery = Delivery {
        guid: guid.into(),
        payload: payload.into(),
        status: DeliveryStatus::Failed,
        error: Some("GitHub did not answer.".into()),
        ..like.clone()
    };
    let mut tx = world.store().begin().await.unwrap();
    assert!(deliveries::insert(&mut tx, app(world), &delivery).await.unwrap());
    tx.commit().await.unwrap();
}

fn app(world: &World) -> i64 {
    i64::try_from(world.hub.app_id()).unwrap()
}

async fn ended(client: &Client<'_>, guid: &str) -> String {
    let path = format!("/v1/deliveries/{guid}");
    let asking = async {
        loop {
            let status = client.get(&path).await.text("status");
            if status != "queued" {
                return status;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), asking).await.expect("the delivery is not handled")
}

#[tokio::test(flavor = "multi_thread")]
async fn m06_a_delivery_runs_again_only_when_it_failed_before_any_effect() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    let all = client.get("/v1/deliveries").await.body;
    let command = all.as_array().unwrap().iter().rfind(|d| d["event"] == "issue_comment").unwrap();
    let guid = command["delivery_id"].as_str().unwrap().to_owned();
    assert_eq!(ended(&client, &guid).await, "handled");
    let row = deliveries::get(&mut world.store().read().await.unwrap(), app(&world), &guid).await.unwrap().unwrap();
    let shown = client.get(&format!("/v1/deliveries/{guid}")).await.body;
    assert_eq!(
        (&shown["action"], &shown["attempts"], &shown["error"], shown.get("payload")),
        (&json!("created"), &json!(1), &json!(null), None)
    );
    assert!(shown["received_at"].is_string() && shown["handled_at"].is_string(), "{shown}");
    failed(&world, &row, "gave/up 1", &row.payload).await;
    failed(&world, &row, "emptied", "").await;
    let failures = client.get("/v1/deliveries?status=failed&limit=1").await;
    assert_eq!(failures.body.as_array().unwrap().len(), 1);
    assert!(failures.headers["link"].to_str().unwrap().contains("status=failed"), "{failures:?}");
    let again = client.post("/v1/deliveries/gave%2Fup%201/redeliver", json!({})).await;
    assert_eq!((again.status, again.body), (202, json!({ "delivery_id": "gave/up 1", "through": "bakeoff" })));
    assert_eq!(ended(&client, "gave%2Fup%201").await, "handled");
    assert_eq!(world.models.requests().len(), 1, "its command had been carried out under another GUID");
    let refused = async |guid: &str| {
        let answer = client.post(&format!("/v1/deliveries/{guid}/redeliver"), json!({})).await;
        assert_eq!(answer.status, 409, "{answer:?}");
        answer.said().1.to_owned()
    };
    assert!(refused("emptied").await.contains("payload"));
    assert!(refused(&guid).await.contains("handled already"));
    // Given up after it had begun the round.
    let mut tx = world.store().begin().await.unwrap();
    let sql = "UPDATE deliveries SET status = 'failed' WHERE guid = $1";
    sqlx::query(sql).bind(guid.clone()).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    assert!(refused(&guid).await.contains("had an effect"));
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m08_a_delivery_that_never_arrived_is_asked_for_from_github() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![right()]);
    let client = Client::admin(&world);
    let issue = world.issue();
    world.hub.settled().await;
    world.hub.drop_next_deliveries(1);
    world.say(issue, "/bakeoff gpt");
    let lost = world.hub.deliveries().into_iter().rfind(|d| d.event == "issue_comment").unwrap();
    let failed = |hub: &Hub| hub.deliveries().iter().any(|d| d.id == lost.id && d.status != 0).then_some(());
    world.hub.wait_for("the failure", failed).await;
    assert_eq!(client.get(&format!("/v1/deliveries/{}", lost.guid)).await.said(), (404, "Delivery not found"));
    world.hub.fault(Fault::on("GET", "/app/hook/deliveries").times(1).status(422));
    let refused = client.post(&format!("/v1/deliveries/{}/redeliver", lost.guid), json!({})).await;
    assert_eq!(refused.status, 502, "{refused:?}");
    world.hub.clear_faults();
    let again = client.post(&format!("/v1/deliveries/{}/redeliver", lost.guid), json!({})).await;
    assert_eq!((again.status, &again.body["through"]), (202, &json!("github")), "{again:?}");
    world.candidate(issue, "A").await;
    let unknown = client.post("/v1/deliveries/nobody/redeliver", json!({})).await;
    assert_eq!(unknown.said(), (404, "Delivery not found"));
    let wrong = client.get("/v1/deliveries?status=lost").await;
    assert_eq!((wrong.status, &wrong.body["detail"][0]["loc"]), (422, &json!(["query", "status"])));
    end(world).await;
}
