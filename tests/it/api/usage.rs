//! What was spent, over REST.

use bakeoff::domain::token::Scope;
use serde_json::{Value, json};

use super::{Client, end, only};
use crate::support::world::{REPO, World, right};

fn told(parts: &Value) -> Vec<(String, i64, f64)> {
    let read = |part: &Value| {
        (part["name"].as_str().unwrap().to_owned(), part["calls"].as_i64().unwrap(), part["cost_usd"].as_f64().unwrap())
    };
    parts.as_array().unwrap().iter().map(read).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn spending_is_told_by_what_was_asked_for() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![right().usage(1_000, 100, 0)]);
    world.models.script("claude-model", vec![right().usage(2_000, 100, 1_000)]);
    let client = Client::admin(&world);
    let task = client.task().await;
    for run in client.start(&task, &["gpt", "claude"]).await {
        client.ended(&run).await;
    }
    // One dollar a million in, five out, a tenth cached.
    let models = client.get("/v1/usage?group_by=model").await.body;
    let expected = [("claude-model".to_owned(), 1, 0.0016), ("gpt-model".to_owned(), 1, 0.0015)];
    assert_eq!(told(&models["parts"]), expected);
    let total = json!({
        "runs": 2, "calls": 2, "input_tokens": 3_000, "output_tokens": 200, "cached_input_tokens": 1_000,
        "cache_write_tokens": 0, "cost_usd": 0.0031,
    });
    assert_eq!(models["total"], total);
    let today = world.services.now().to_rfc3339();
    let (day, month) = (&today[..10], &today[..7]);
    let days = client.get("/v1/usage").await.body;
    assert_eq!(told(&days["parts"]), [(day.to_owned(), 2, 0.0031)]);
    let months = client.get("/v1/usage?group_by=month").await.body;
    assert_eq!(told(&months["parts"]), [(month.to_owned(), 2, 0.0031)]);
    let repos = client.get("/v1/usage?group_by=repository").await.body;
    assert_eq!(told(&repos["parts"]), [(REPO.to_owned(), 2, 0.0031)]);
    let people = client.get("/v1/usage?group_by=person").await.body;
    assert_eq!(told(&people["parts"]), [("admin".to_owned(), 2, 0.0031)]);
    let before = client.get(&format!("/v1/usage?to={day}")).await.body;
    assert_eq!((told(&before["parts"]), &before["total"]["calls"]), (vec![], &json!(0)));
    let since = client.get(&format!("/v1/usage?from={day}T00:00:00Z")).await.body;
    assert_eq!(since["total"], total);
    let budget = &days["budgets"][0];
    assert_eq!((&budget["whose"], &budget["cap_usd"]), (&json!("bakeoff installation"), &json!(100.0)));
    assert_eq!((&budget["spent_usd"], &budget["left_usd"]), (&json!(0.0031), &json!(99.9969)));
    for (query, field) in [("group_by=planet", "group_by"), ("from=yesterday", "from"), ("to=2026-13-01", "to")] {
        let answer = client.get(&format!("/v1/usage?{query}")).await;
        assert_eq!((answer.status, &answer.body["detail"][0]["loc"]), (422, &json!(["query", field])), "{query}");
    }
    end(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m44_a_limited_token_sees_the_spending_of_its_repositories() {
    let world = World::new().await;
    let repo = Client::admin(&world).repo().await;
    let path = format!("/v1/usage?group_by=repository&repo_id={repo}");
    let mine = Client::with(&world, &[Scope::Read], only(REPO)).await;
    assert_eq!(mine.get("/v1/usage").await.status, 403);
    let seen = mine.get(&path).await;
    assert_eq!(seen.status, 200);
    let whose: Vec<&Value> = seen.body["budgets"].as_array().unwrap().iter().map(|budget| &budget["whose"]).collect();
    assert_eq!(whose, ["repository"], "what others spend is not told");
    let other = Client::with(&world, &[Scope::Read], only("octo/other")).await;
    assert_eq!(other.get(&path).await.said(), (404, "Repository not found"));
    end(world).await;
}
