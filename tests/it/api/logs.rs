//! Logs of runs: asked for again, and followed over a reconnect, a restart and the lines of another process.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use bakeoff::adapters::store::run_logs;
use bakeoff::domain::token::Scope;
use bakeoff::entry::api::{ApiState, router};
use futures::StreamExt as _;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::{Client, end, only};
use crate::support::world::{ADMIN, MODEL_KEY, REPO, World, patient, right};

/// What a stream said, event by event: its id, its name (`message` without one), its data.
type Said = Vec<(String, String, Value)>;

fn read(text: &str) -> Said {
    let field = |event: &str, name: &str| {
        let found = event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.map(str::to_owned)
    };
    let events = text.split("\n\n").filter(|event| event.contains("data"));
    let told = |event: &str| {
        let data = serde_json::from_str(&field(event, "data").unwrap()).unwrap();
        (field(event, "id").unwrap_or_default(), field(event, "event").unwrap_or("message".into()), data)
    };
    events.map(told).collect()
}

/// Follows a stream until `done`, or until the program ends it.
async fn follow(request: reqwest::RequestBuilder, done: impl Fn(&Said) -> bool) -> Said {
    heard(opened(request).await, done).await
}

async fn opened(request: reqwest::RequestBuilder) -> reqwest::Response {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response
}

async fn heard(response: reqwest::Response, done: impl Fn(&Said) -> bool) -> Said {
    let (mut body, mut text) = (response.bytes_stream(), String::new());
    let reading = async {
        while let Some(Ok(piece)) = body.next().await {
            text.push_str(std::str::from_utf8(&piece).unwrap());
            if text.ends_with("\n\n") && done(&read(&text)) {
                break;
            }
        }
        read(&text)
    };
    tokio::time::timeout(Duration::from_secs(30), reading).await.expect("the stream goes on and says nothing new")
}

fn never(_: &Said) -> bool {
    false
}

fn contents(said: &Said) -> Vec<String> {
    let lines = said.iter().filter(|(_, name, _)| name == "message");
    lines.map(|(_, _, data)| data["content"].as_str().unwrap().to_owned()).collect()
}

async fn finished(client: &Client<'_>) -> String {
    let task = client.task().await;
    let run = client.start(&task, &["gpt"]).await.remove(0);
    client.ended(&run).await;
    run
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_tells_the_work_and_can_be_asked_for_from_a_line() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let run = finished(&client).await;
    let path = format!("/v1/runs/{run}/logs");
    let whole = client.get(&path).await.body;
    assert_eq!((&whole["is_complete"], &whole["run_status"]), (&json!(true), &json!("succeeded")), "{whole}");
    let lines = whole["logs"].as_array().unwrap();
    assert_eq!(whole["total_lines"], json!(lines.len()));
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(line["line_number"], json!(number));
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
    }
    let said = whole.to_string();
    for told in ["started: gpt-model on ", "shown: ", "asking: ", "answered: ", "$", "succeeded: 1 file, +1 −1"] {
        assert!(said.contains(told), "no {told:?} in {whole:#}");
    }
    assert!(!said.contains(MODEL_KEY));
    let rest = client.get(&format!("{path}?from_line=2")).await.body;
    assert_eq!(rest["logs"].as_array().unwrap()[..], lines[2..]);
    assert_eq!(client.get(&format!("{path}?from_line={}", i64::MAX)).await.body["logs"], json!([]));
    for wrong in ["-1", "x", "99999999999999999999"] {
        let answer = client.get(&format!("{path}?from_line={wrong}")).await;
        assert_eq!((answer.status, &answer.body["detail"][0]["loc"]), (422, &json!(["query", "from_line"])), "{wrong}");
    }
    for wrong in ["nonsense", "0190a8a0-0000-7000-8000-000000000000"] {
        for tail in ["logs", "logs/stream"] {
            assert_eq!(client.get(&format!("/v1/runs/{wrong}/{tail}")).await.said(), (404, "Run not found"));
        }
    }
    let stranger = Client::with(&world, &[Scope::Read], only("octo/other")).await;
    assert_eq!(stranger.get(&path).await.status, 404);
    assert_eq!(stranger.get(&format!("{path}/stream")).await.status, 404);
    let friend = Client::with(&world, &[Scope::Read], only(REPO)).await;
    assert_eq!(friend.get(&path).await.status, 200);
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_and_a_canceled_run_say_so_at_the_end() {
    let world = World::with(patient).await;
    let client = Client::admin(&world);
    world.models.script("gpt-model", vec![bakeoff::sim::models::Reply::text("I cannot."); 3]);
    world.models.script("claude-model", vec![right().delay(Duration::from_secs(60))]);
    let task = client.task().await;
    let runs = client.start(&task, &["gpt", "claude"]).await;
    client.ended(&runs[0]).await;
    assert_eq!(client.post(&format!("/v1/runs/{}/cancel", runs[1]), json!({})).await.status, 204);
    for (run, last) in runs.iter().zip(["failed: ", "canceled"]) {
        let log = client.get(&format!("/v1/runs/{run}/logs")).await.body;
        let line = log["logs"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned();
        assert!(line.starts_with(last), "{line}");
    }
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_a_finished_run_is_its_log_and_goes_on_after_the_last_line_seen() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let run = finished(&client).await;
    let path = format!("/v1/runs/{run}/logs/stream");
    let log = client.get(&format!("/v1/runs/{run}/logs")).await.body;
    let lines = log["logs"].as_array().unwrap();
    let whole = follow(client.request("GET", &path), never).await;
    let (last, before) = whole.split_last().unwrap();
    assert_eq!((last.1.as_str(), &last.2), ("complete", &json!({ "run_status": "succeeded" })));
    assert_eq!(before.iter().map(|(_, _, data)| data.clone()).collect::<Vec<_>>(), *lines);
    assert_eq!(before[1].0, "1", "the id is the line's number");
    let resumed = client.request("GET", &path).header("Last-Event-ID", "1");
    assert_eq!(contents(&follow(resumed, never).await), contents(&whole)[2..]);
    let begun = client.request("GET", &format!("{path}?from_line=3"));
    assert_eq!(contents(&follow(begun, never).await), contents(&whole)[3..]);
    let nonsense = client.request("GET", &path).header("Last-Event-ID", "x");
    assert_eq!(follow(nonsense, never).await, whole);
    let wrong = client.get(&format!("{path}?from_line=x")).await;
    assert_eq!(wrong.status, 422);
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_survives_a_restart_without_losing_or_repeating_a_line() {
    let mut world = World::with(patient).await;
    world.models.script("gpt-model", vec![right().delay(Duration::from_secs(60)), right()]);
    let client = Client::admin(&world);
    let task = client.task().await;
    let run = client.start(&task, &["gpt"]).await.remove(0);
    let path = format!("/v1/runs/{run}/logs/stream");
    let asked = |said: &Said| contents(said).iter().any(|line| line.starts_with("asking: "));
    // Live: the run is still at work while its lines arrive.
    let first = follow(client.request("GET", &path), asked).await;
    let open = tokio::spawn(heard(opened(client.request("GET", &path)).await, never));
    world.restart().await;
    let cut = open.await.unwrap();
    assert!(cut.iter().all(|(_, name, _)| name == "message"), "an end that is none: {cut:?}");
    let client = Client::admin(&world);
    let last = first.last().unwrap().0.clone();
    let rest = follow(client.request("GET", &path).header("Last-Event-ID", &last), never).await;
    assert_eq!(rest.last().unwrap().1, "complete");
    let log = client.get(&format!("/v1/runs/{run}/logs")).await.body;
    let told: Vec<Value> = log["logs"].as_array().unwrap().iter().map(|line| line["content"].clone()).collect();
    assert_eq!(json!([contents(&first), contents(&rest)].concat()), json!(told));
    assert!(contents(&rest).iter().any(|line| line.starts_with("started again")), "{rest:?}");
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_another_process_arrives_too() {
    let world = World::with(patient).await;
    world.models.script("gpt-model", vec![right().delay(Duration::from_secs(60))]);
    let client = Client::admin(&world);
    let task = client.task().await;
    let run = client.start(&task, &["gpt"]).await.remove(0);
    let request = client.request("GET", &format!("/v1/runs/{run}/logs/stream"));
    let seen = tokio::spawn(follow(request, |said| contents(said).contains(&"from elsewhere".to_owned())));
    let other = world.second_store().await;
    let mut tx = other.begin().await.unwrap();
    run_logs::append(&mut tx, run.parse().unwrap(), "from elsewhere", world.services.now()).await.unwrap();
    tx.commit().await.unwrap();
    seen.await.unwrap();
    assert_eq!(client.post(&format!("/v1/runs/{run}/cancel"), json!({})).await.status, 204);
    other.close().await;
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn open_streams_are_bounded_and_end_with_the_program() {
    let world = World::with(patient).await;
    world.models.script("gpt-model", vec![right().delay(Duration::from_secs(60))]);
    let client = Client::admin(&world);
    let task = client.task().await;
    let run = client.start(&task, &["gpt"]).await.remove(0);
    let stop = CancellationToken::new();
    let state = ApiState::new(world.services.clone(), Some(&SecretString::from(ADMIN)), stop.clone());
    let api = router(state.with_streams(1), &[]);
    let ask = async || {
        let request = Request::get(format!("/v1/runs/{run}/logs/stream"));
        let request = request.header("authorization", format!("Bearer {ADMIN}")).body(Body::empty()).unwrap();
        api.clone().oneshot(request).await.unwrap()
    };
    let first = ask().await;
    assert_eq!(first.status(), 200);
    let refused = ask().await;
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (503, "5"));
    drop(first);
    let next = ask().await;
    assert_eq!(next.status(), 200, "a place is given back with its stream");
    stop.cancel();
    let whole = axum::body::to_bytes(next.into_body(), 1 << 20);
    tokio::time::timeout(Duration::from_secs(10), whole).await.expect("the stream did not end").unwrap();
    assert_eq!(client.post(&format!("/v1/runs/{run}/cancel"), json!({})).await.status, 204);
    end(world).await;
}
