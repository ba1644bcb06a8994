//! Real payloads, then the same with fields removed, added and retyped, then JSON made by dice (M04, M07, F013).

use bakeoff::adapters::store::jobs::{self, JobStatus};
use bakeoff::adapters::store::page::Page;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Map, Value, json};

use crate::support::invariants::settle;
use crate::support::world::World;

const EXAMPLES: &str = include_str!("../../fixtures/webhooks/examples.jsonl");

/// Changed copies of each example.
const CHANGED: usize = 12;

fn examples() -> Vec<(String, Value)> {
    let read = |line: &str| {
        let whole: Value = serde_json::from_str(line).unwrap();
        (whole["event"].as_str().unwrap().to_owned(), whole["payload"].clone())
    };
    EXAMPLES.lines().map(read).collect()
}

/// What INTERFACE and documentation promise for an event and its action.
fn expected(event: &str, action: &str) -> u16 {
    match (event, action) {
        ("ping", _) => 200,
        ("issue_comment", "created" | "edited" | "deleted")
        | ("issues", "opened" | "labeled" | "deleted" | "transferred")
        | ("pull_request", "closed" | "opened" | "reopened")
        | ("installation", "created" | "deleted" | "suspend" | "unsuspend" | "new_permissions_accepted")
        | ("installation_repositories", "added" | "removed")
        | ("github_app_authorization", "revoked") => 202,
        _ => 204,
    }
}

async fn sent(world: &World, event: &str, payload: &Value) -> (u16, String) {
    world.hub.send_raw(&world.hub.raw_delivery(event, payload.to_string())).await.unwrap()
}

/// Every job found its end, and none by a panic.
async fn nothing_panicked(world: &World) {
    settle(world).await;
    let mut conn = world.store().read().await.unwrap();
    let dead = jobs::list(&mut conn, JobStatus::Dead, &Page::ALL).await.unwrap();
    let panicked: Vec<_> =
        dead.iter().filter(|job| job.last_error.as_deref().is_some_and(|e| e.contains("panic"))).collect();
    assert!(panicked.is_empty(), "{panicked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn m07_real_payloads_get_their_answers() {
    let world = World::new().await;
    let all = examples();
    assert!(all.len() >= 30 && all.iter().any(|(event, _)| event == "star"), "{}", all.len());
    for (event, payload) in all {
        let action = payload["action"].as_str().unwrap_or_default();
        let (status, answer) = sent(&world, &event, &payload).await;
        assert_eq!(status, expected(&event, action), "{event} {action}: {answer}");
    }
    nothing_panicked(&world).await;
    world.end().await;
}

/// Any value, a few levels deep.
fn anything(dice: &mut StdRng, depth: usize) -> Value {
    match dice.random_range(0..if depth == 0 { 6 } else { 8 }) {
        0 => Value::Null,
        1 => json!(dice.random::<bool>()),
        2 => json!(dice.random::<i64>()),
        3 => json!(dice.random::<f64>() * 1e300),
        4 => json!("/bakeoff gpt \u{0}\u{202e}\n```"),
        5 => json!(""),
        6 => (0..dice.random_range(0..4)).map(|_| anything(dice, depth - 1)).collect(),
        _ => {
            let names = ["id", "body", "login", "type", "number", "user", "name", "full_name", "owner", "created_at"];
            let field = |dice: &mut StdRng| names[dice.random_range(0..names.len())].to_owned();
            (0..dice.random_range(0..4)).map(|_| (field(dice), anything(dice, depth - 1))).collect::<Map<_, _>>().into()
        }
    }
}

/// Removes, adds or retypes a field somewhere; `action` stays, so that the delivery is still taken.
fn change(value: &mut Value, dice: &mut StdRng) {
    let Some(fields) = value.as_object_mut().filter(|fields| !fields.is_empty()) else {
        *value = anything(dice, 2);
        return;
    };
    let at = dice.random_range(0..fields.len());
    let name = fields.keys().nth(at).unwrap().clone();
    if name == "action" {
        return;
    }
    match dice.random_range(0..6) {
        0 => drop(fields.remove(&name)),
        1 => drop(fields.insert(format!("new_{name}"), anything(dice, 3))),
        2 => drop(fields.insert(name, anything(dice, 3))),
        _ => change(&mut fields[&name], dice),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m07_payloads_with_fields_removed_added_and_retyped_break_nothing() {
    let world = World::new().await;
    let mut dice = StdRng::seed_from_u64(0x0707);
    for (event, payload) in examples() {
        let action = payload["action"].as_str().unwrap_or_default().to_owned();
        for copy in 0..CHANGED {
            let mut changed = payload.clone();
            if copy % 2 == 0 && event == "issue_comment" {
                changed["comment"]["body"] = json!("/bakeoff gpt");
            }
            for _ in 0..=copy {
                change(&mut changed, &mut dice);
            }
            let (status, answer) = sent(&world, &event, &changed).await;
            assert_eq!(status, expected(&event, &action), "{event} {action}: {answer}\n{changed}");
        }
    }
    nothing_panicked(&world).await;
    assert!(world.models.requests().is_empty(), "nobody of this world has commanded anything");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m04_json_made_by_dice_is_answered_and_never_breaks_the_receiver() {
    let world = World::new().await;
    let mut dice = StdRng::seed_from_u64(0x0404);
    let events = [
        "issue_comment",
        "issues",
        "pull_request",
        "installation",
        "installation_repositories",
        "github_app_authorization",
        "x",
    ];
    for nth in 0..300 {
        let event = events[dice.random_range(0..events.len())];
        let mut body = anything(&mut dice, 5);
        if let Some(fields) = body.as_object_mut() {
            let actions = ["created", "opened", "closed", "deleted", "added"];
            fields.insert("action".into(), json!(actions[dice.random_range(0..actions.len())]));
        }
        let object = body.is_object();
        let (status, answer) = sent(&world, event, &body).await;
        let fits = if object { [202, 204].contains(&status) } else { status == 400 };
        assert!(fits, "{nth}: {status} {answer} for {event} {body}");
    }
    for field in ["x", "comment", "sender", "action", "installation", "repository"] {
        let deep = 100_000;
        let body = format!("{{\"action\":\"created\",\"{field}\":{}{}}}", "[".repeat(deep), "]".repeat(deep));
        let (status, answer) = world.hub.send_raw(&world.hub.raw_delivery("issue_comment", body)).await.unwrap();
        assert_eq!(status, 400, "nested {field}: {answer}");
    }
    let twice = world.hub.raw_delivery("star", "{\"action\":\"created\",\"action\":\"created\"}");
    assert!([204, 400].contains(&world.hub.send_raw(&twice).await.unwrap().0));
    nothing_panicked(&world).await;
    world.end().await;
}
