//! Runs: all or none, refused before anything is written, stopped at once.

use std::time::Duration;

use bakeoff::domain::money::UsdMicros;
use bakeoff::sim::github::Fault;
use serde_json::json;

use super::{Client, end};
use crate::support::world::{World, right};

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_made_together_or_not_at_all() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let task = client.task().await;
    let gpt = client.model("gpt").await;
    let unpriced = json!({ "provider": "openai", "model_name": "nobody-knows-me", "api_key": "k" });
    let unpriced = client.post("/v1/models", unpriced).await.text("id");
    let path = format!("/v1/tasks/{task}/runs");
    let many = vec![gpt.clone(); 257];
    for (body, status, detail) in [
        (json!({ "instruction": "x", "model_ids": [] }), 400, "model_ids cannot be empty"),
        (json!({ "instruction": "x", "model_ids": [gpt, "nonsense"] }), 400, "Model not found: nonsense"),
        (json!({ "instruction": "x", "model_ids": [gpt], "base_ref": "nowhere" }), 400, "Ref not found: nowhere"),
        (json!({ "instruction": "x", "model_ids": [gpt], "base_ref": "../x" }), 400, "Ref not found: ../x"),
        (json!({ "instruction": "x", "model_ids": [gpt], "checks": ["unit"] }), 400, "Check not found: unit"),
        (json!({ "instruction": "x", "model_ids": [gpt], "message_id": "m" }), 400, "Message not found: m"),
        (json!({ "instruction": "", "model_ids": [gpt] }), 422, ""),
        (json!({ "instruction": "x".repeat(100_001), "model_ids": [gpt] }), 422, ""),
        (json!({ "instruction": "x", "model_ids": gpt }), 422, ""),
        (json!({ "instruction": "x", "model_ids": many }), 422, ""),
        (json!({ "instruction": "x", "model_ids": [gpt], "path": "../up" }), 422, ""),
    ] {
        assert_eq!(client.post(&path, body).await.said(), (status, detail));
    }
    let dear = json!({ "instruction": "x", "model_ids": [gpt], "budget_usd": 1000 });
    assert_eq!(client.post(&path, dear).await.status, 402);
    let unknown = json!({ "instruction": "x", "model_ids": [gpt, unpriced] });
    assert_eq!(client.post(&path, unknown).await.status, 402);
    assert_eq!(client.get(&path).await.body, json!([]), "nothing was left behind");
    let elsewhere = client.post("/v1/tasks/nonsense/runs", json!({})).await;
    assert_eq!(elsewhere.said(), (404, "Task not found"));
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m17_a_daily_limit_answers_402() {
    let world = World::with(|settings| settings.budget_day = UsdMicros(1)).await;
    let client = Client::admin(&world);
    let task = client.task().await;
    let body = json!({ "instruction": "x", "model_ids": [client.model("gpt").await] });
    let answer = client.post(&format!("/v1/tasks/{task}/runs"), body).await;
    assert_eq!(answer.status, 402, "{answer:?}");
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m17_a_task_takes_so_many_runs_and_then_answers_402() {
    let world = World::with(|settings| {
        (settings.counts.runs_task, settings.workers, settings.pace.run_deadline) = (257, 8, Duration::from_mins(2));
    })
    .await;
    let client = Client::admin(&world);
    let task = client.task().await;
    let ids = client.start(&task, &vec!["gpt"; 256]).await;
    assert_eq!(ids.len(), 256, "as many as one call may ask for");
    let path = format!("/v1/tasks/{task}/runs");
    let wish = |runs: usize, model: &str| json!({ "instruction": "x", "model_ids": vec![model; runs] });
    let gpt = client.model("gpt").await;
    let refused = client.post(&path, wish(2, &gpt)).await;
    assert_eq!(refused.said(), (402, "The limit of 257 runs for the task does not hold this: go on in another task."));
    assert_eq!(client.post(&path, wish(1, &gpt)).await.status, 201, "one still fits");
    assert_eq!(client.post(&path, wish(1, &gpt)).await.status, 402);
    for id in &ids {
        client.post(&format!("/v1/runs/{id}/cancel"), json!({})).await;
    }
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_canceled_once() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![right().delay(Duration::from_secs(20))]);
    let client = Client::admin(&world);
    let task = client.task().await;
    let run = client.start(&task, &["gpt"]).await.remove(0);
    let cancel = format!("/v1/runs/{run}/cancel");
    assert_eq!(client.post(&cancel, json!({})).await.status, 204);
    assert_eq!(client.get(&format!("/v1/runs/{run}")).await.text("status"), "canceled");
    assert_eq!(client.post(&cancel, json!({})).await.status, 409);
    assert_eq!(client.post("/v1/runs/nonsense/cancel", json!({})).await.said(), (404, "Run not found"));
    let wish = json!({ "selected_run_id": run });
    let refused = client.post(&format!("/v1/tasks/{task}/prs"), wish).await;
    assert_eq!(refused.said(), (400, "Run has no patch to apply"));
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rounds_of_one_task_stand_beside_each_other() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let task = client.task().await;
    let mut first = client.start(&task, &["gpt"]).await;
    let second = client.start(&task, &["claude"]).await;
    first.extend(second);
    for (id, round) in first.iter().zip([1, 2]) {
        let run = client.ended(id).await;
        assert_eq!((&run["status"], &run["round"]), (&json!("succeeded"), &json!(round)), "{run}");
    }
    let listed = client.get(&format!("/v1/tasks/{task}/runs")).await.body;
    assert_eq!(listed[0]["id"].as_str(), Some(first[1].as_str()), "newest first");
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_github_is_silent_nothing_is_made_known_or_started() {
    let world = World::new().await;
    let client = Client::admin(&world);
    let task = client.task().await;
    let models = json!([client.model("gpt").await]);
    let url = format!("{}/octo/elsewhere", world.hub.url().trim_end_matches('/'));
    world.hub.create_repo("octo/elsewhere", &[("greet.py", 0o100_644, b"x\n")]);
    world.hub.fault(Fault::on("*", "/*").always().status(502));
    for (path, body) in [
        ("/v1/repos/clone".to_owned(), json!({ "repo_url": url })),
        ("/v1/repos/select".to_owned(), json!({ "owner": "octo", "repo": "elsewhere" })),
        (format!("/v1/tasks/{task}/runs"), json!({ "instruction": "x", "model_ids": models, "base_ref": "main" })),
    ] {
        let answer = client.post(&path, body).await;
        assert_eq!(answer.status, 502, "{path}: {answer:?}");
    }
    world.hub.clear_faults();
    assert_eq!(client.get(&format!("/v1/tasks/{task}/runs")).await.body, json!([]));
    end(world).await;
}
