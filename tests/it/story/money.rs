//! Money as the thread tells it.

use std::time::Duration;

use bakeoff::domain::money::UsdMicros;
use serde_json::json;

use crate::api::Client;
use crate::support::world::{World, patient, right};

/// Two runs of 900,000 tokens at a dollar a million, of a dollar each.
#[tokio::test(flavor = "multi_thread")]
async fn most_of_a_budget_is_told_once() {
    let world = World::with(|settings| settings.budget_repo_day = UsdMicros(2_200_000)).await;
    let most = right().usage(900_000, 0, 0);
    world.models.script("gpt-model", vec![most.clone()]);
    world.models.script("claude-model", vec![most]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt claude budget=2");
    let said = world.status_says(issue, "Most of this round's budget is spent").await;
    assert_eq!(said.body.matches("Most of").count(), 2, "{}", said.body);
    assert!(said.body.contains("Most of what this repository may spend today is spent"), "{}", said.body);
    let client = Client::admin(&world);
    let warnings = client.get("/v1/usage").await.body["warnings"].clone();
    let whose: Vec<&str> = warnings.as_array().unwrap().iter().filter_map(|w| w["whose"].as_str()).collect();
    assert_eq!((whose.len(), whose.contains(&"round"), whose.contains(&"repository")), (2, true, true), "{whose:?}");
    world.say(issue, "/bakeoff status");
    world.bot_says(issue, "| this repository today | $1.80 | $0.00 | $2.20 | $0.40 |").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m17_a_person_has_a_cap_of_their_own_when_there_is_one() {
    let world = World::with(|settings| settings.budget_user_day = Some(UsdMicros(500_000))).await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.bot_says(issue, "for the person who asked is reached").await;
    world.say(issue, "/bakeoff gpt budget=0.5");
    world.candidate(issue, "A").await;
    world.say(issue, "/bakeoff status");
    world.bot_says(issue, "| you today | $").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_candidate_at_work_may_spend_is_not_told_as_left() {
    let world = World::with(|settings| {
        patient(settings);
        settings.budget_repo_day = UsdMicros(2_000_000);
    })
    .await;
    world.models.script("gpt-model", vec![right().delay(Duration::from_mins(1))]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt budget=0.5");
    world.status_says(issue, "at work").await;
    world.say(issue, "/bakeoff status");
    // A call that has begun is booked as spent; together it is what the candidate may spend.
    let said = world.bot_says(issue, "| this repository today |").await.body;
    let row = said.lines().find(|line| line.starts_with("| this repository today |")).unwrap();
    assert!(row.ends_with("| $2.00 | $1.50 |") && !row.contains("| $0.00 | $0.00 |"), "{row}");
    world.say(issue, "/bakeoff cancel");
    world.status_says(issue, "cancelled").await;
    world.end().await;
}

/// No disk has more free than there is of it.
#[tokio::test(flavor = "multi_thread")]
async fn m55_on_a_disk_that_is_nearly_full_nothing_starts_and_the_thread_is_told() {
    let world = World::with(|settings| settings.disk_free_percent = 101).await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.bot_says(issue, "so nothing new starts until its owner makes room").await;
    let client = Client::admin(&world);
    let repo = client.get("/v1/tasks").await.body[0]["repo_id"].clone();
    let task = client.post("/v1/tasks", json!({ "repo_id": repo })).await.body["id"].as_str().unwrap().to_owned();
    let wish = json!({ "instruction": "Greet rightly.", "model_ids": [client.model("gpt").await] });
    let refused = client.post(&format!("/v1/tasks/{task}/runs"), wish).await;
    assert_eq!(refused.status, 503, "{:?}", refused.body);
    assert!(client.get(&format!("/v1/tasks/{task}/runs")).await.body.as_array().unwrap().is_empty());
    world.end().await;
}
