//! The audit trail over REST: filters, pieces, the check that names what was tampered with, a copy that stands alone (M19).

use bakeoff::domain::clock::Timestamp;
use bakeoff::domain::sha256::Sha256Hex;
use bakeoff::domain::token::Scope;
use serde_json::{Value, json};

use super::{Client, end, only};
use crate::support::world::{REPO, World};

fn seqs(body: &Value) -> Vec<i64> {
    body.as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()).collect()
}

/// A world in which some things were done.
async fn busy() -> World {
    let world = World::new().await;
    let client = Client::admin(&world);
    client.task().await;
    let task = client.task().await;
    let run = client.start(&task, &["gpt"]).await.remove(0);
    client.ended(&run).await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn m19_the_trail_is_read_with_filters_and_in_pieces() {
    let world = busy().await;
    let client = Client::admin(&world);
    let all = client.get("/v1/audit").await.body;
    let whole = seqs(&all);
    assert_eq!(whole, (1..=i64::try_from(whole.len()).unwrap()).rev().collect::<Vec<_>>(), "newest first, no gaps");
    let created = all.as_array().unwrap().iter().find(|entry| entry["action"] == "task.create").unwrap();
    for field in ["at", "actor", "subject", "details", "hash", "previous_hash"] {
        assert!(!created[field].is_null(), "{field} in {created}");
    }
    let (actor, subject) = (created["actor"].as_str().unwrap(), created["subject"].as_str().unwrap());
    let at = created["at"].as_str().unwrap();
    for (query, kept) in [
        ("action=task.create".to_owned(), true),
        ("action=task".to_owned(), true),
        ("action=tas".to_owned(), false),
        (format!("actor={actor}"), true),
        (format!("subject={subject}&actor={actor}"), true),
        (format!("from={at}"), true),
        (format!("to={at}"), false),
        ("actor=nobody%00".to_owned(), false),
    ] {
        let found = client.get(&format!("/v1/audit?{query}")).await.body;
        assert_eq!(found.as_array().unwrap().contains(created), kept, "{query}");
    }
    let (mut pieces, mut path) = (Vec::new(), "/v1/audit?limit=2".to_owned());
    loop {
        let piece = client.get(&path).await;
        assert!(seqs(&piece.body).len() <= 2);
        pieces.extend(seqs(&piece.body));
        let Some(link) = piece.headers.get("link") else { break };
        path = link.to_str().unwrap().split(['<', '>']).nth(1).unwrap().to_owned();
    }
    assert_eq!(pieces, whole);
    for (query, field) in [("from=x", "from"), ("to=x", "to"), ("limit=0", "limit"), ("cursor=1.x", "cursor")] {
        let answer = client.get(&format!("/v1/audit?{query}")).await;
        assert_eq!((answer.status, &answer.body["detail"][0]["loc"]), (422, &json!(["query", field])), "{query}");
    }
    end(world).await;
}

/// Reads a copy as somebody without the program would, and follows its hashes.
fn checked(copy: &str) -> usize {
    let mut previous = String::new();
    for line in copy.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let at = Timestamp::parse_rfc3339(entry["at"].as_str().unwrap()).unwrap().0;
        let details = entry["details"].to_string();
        let covered = json!([
            entry["seq"],
            at,
            entry["actor"],
            entry["action"],
            entry["subject"],
            details,
            entry["previous_hash"]
        ]);
        assert_eq!(entry["previous_hash"].as_str().unwrap(), previous);
        assert_eq!(entry["hash"].as_str().unwrap(), Sha256Hex::of(covered.to_string()).as_str(), "{line}");
        previous = entry["hash"].as_str().unwrap().to_owned();
    }
    copy.lines().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn m19_a_copy_can_be_checked_alone_and_tampering_is_named() {
    let world = busy().await;
    let client = Client::admin(&world);
    let copy = client.request("GET", "/v1/audit/export").send().await.unwrap();
    assert_eq!(copy.headers()["content-type"], "application/x-ndjson");
    let copy = copy.text().await.unwrap();
    let entries = checked(&copy);
    assert!(entries >= 3, "{copy}");
    let rest = client.request("GET", "/v1/audit/export?after=2").send().await.unwrap().text().await.unwrap();
    assert_eq!(rest.lines().count(), entries - 2);
    assert_eq!(client.get("/v1/audit/export?after=-1").await.status, 422);
    let found = client.get("/v1/audit/verify").await.body;
    assert_eq!(found, json!({ "intact": true, "entries": entries, "broken_at": null }));
    let tampered = async |sql: &'static str| {
        let mut tx = world.store().begin().await.unwrap();
        assert_eq!(sqlx::query(sql).execute(&mut *tx).await.unwrap().rows_affected(), 1);
        tx.commit().await.unwrap();
        client.get("/v1/audit/verify").await.body
    };
    let found = tampered("UPDATE audit SET actor = actor || '!' WHERE seq = 2").await;
    assert_eq!(found, json!({ "intact": false, "entries": 1, "broken_at": 2 }));
    let mended = tampered("UPDATE audit SET actor = substr(actor, 1, length(actor) - 1) WHERE seq = 2").await;
    assert_eq!(mended["intact"], json!(true));
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m44_the_trail_is_nothing_for_readers_or_limited_tokens() {
    let world = World::new().await;
    let reader = Client::with(&world, &[Scope::Read], |_| {}).await;
    let limited = Client::with(&world, &[Scope::Admin], only(REPO)).await;
    for path in ["/v1/audit", "/v1/audit/verify", "/v1/audit/export", "/v1/deliveries", "/v1/deliveries/x"] {
        assert_eq!(reader.get(path).await.status, 403, "{path}");
        assert_eq!(limited.get(path).await.status, 403, "{path}");
    }
    assert_eq!(limited.post("/v1/deliveries/x/redeliver", json!({})).await.status, 403);
    end(world).await;
}
