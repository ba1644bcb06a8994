//! `/bakeoff add`: one more candidate in the round that is there.

use std::time::Duration;

use bakeoff::domain::money::UsdMicros;
use bakeoff::sim::models::Reply;

use super::commands::reply_with;
use crate::support::world::{ADA, REPO, World, right};

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_added_while_the_round_runs_gets_the_next_letter_and_the_same_commit() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![right().delay(Duration::from_millis(700))]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt\nOnly the greeting, please.");
    world.status_says(issue, "0 of 1 candidate").await;
    world.hub.push_commit(REPO, "main", &[bakeoff::sim::github::Change::text("NEWS.md", "news\n")]);
    world.say(issue, "/bakeoff add gemini:2 claude");
    for letter in ["A", "B", "C", "D"] {
        world.candidate(issue, letter).await;
    }
    let status = world.status_says(issue, "4 patches to choose from").await;
    assert!(status.body.contains("Round 1"), "{}", status.body);
    for request in world.models.requests() {
        assert!(request.body.to_string().contains("Only the greeting, please."), "the same texts for all");
        assert!(!request.body.to_string().contains("NEWS.md"), "the same commit for all");
    }
    world.say(issue, "/bakeoff pick D");
    let pull = world.pull().await;
    assert!(world.file(&pull.head_sha, "greet.py").contains("Hello, "));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_added_to_a_choice_renews_its_time() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "1 patch to choose from").await;
    let ends = async || {
        let mut conn = world.store().read().await.unwrap();
        let tasks = bakeoff::adapters::store::tasks::list(&mut conn, None, &bakeoff::adapters::store::page::Page::ALL);
        let task = tasks.await.unwrap().remove(0);
        bakeoff::adapters::store::rounds::newest(&mut conn, task.id).await.unwrap().unwrap().expires_at.unwrap()
    };
    let before = ends().await;
    world.say(issue, "/bakeoff add gemini");
    world.candidate(issue, "B").await;
    world.status_says(issue, "2 patches to choose from").await;
    assert!(ends().await > before);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m05_an_addition_that_is_delivered_twice_adds_once() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    world.hub.double_next_deliveries(1);
    world.say(issue, "/bakeoff add gemini");
    world.status_says(issue, "2 patches to choose from").await;
    let last = world.hub.last_delivery("issue_comment", Some("created")).unwrap();
    world.hub.deliver(last.id).await;
    crate::support::invariants::settle(&world).await;
    assert_eq!(world.models.requests().len(), 2);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_added_is_said_and_costs_nothing() {
    let world = World::with(|settings| settings.max_candidates = 3).await;
    let issue = world.issue();
    world.say(issue, "/bakeoff add gpt");
    world.hub.wait_for("no round", reply_with("no round on this issue", issue)).await;
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "1 patch to choose from").await;
    world.say(issue, "/bakeoff add gpd");
    world.hub.wait_for("unknown model", reply_with("^^^", issue)).await;
    world.say(issue, "/bakeoff add gpt:3");
    world.hub.wait_for("too many", reply_with("asks for 4 candidates", issue)).await;
    world.say(issue, "/bakeoff pick A");
    world.status_says(issue, "is open").await;
    world.say(issue, "/bakeoff add gemini");
    world.hub.wait_for("the choice is made", reply_with("choice is made", issue)).await;
    assert_eq!(world.models.requests().len(), 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m17_additions_at_once_never_go_beyond_the_rounds_budget() {
    let world = World::with(|settings| settings.budget_run = UsdMicros(1_000_000)).await;
    for alias in ["gpt", "gemini"] {
        world.models.script(&format!("{alias}-model"), vec![right().delay(Duration::from_millis(1_200))]);
    }
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt budget=2");
    world.status_says(issue, "Round 1").await;
    world.say(issue, "/bakeoff add gemini\n/bakeoff add claude\n/bakeoff add local");
    world.hub.wait_for("the budget is set aside", reply_with("set aside for candidates at work", issue)).await;
    world.status_says(issue, "to choose from").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_round_takes_no_candidate() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![right().delay(Duration::from_secs(30))]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "Round 1").await;
    world.say(issue, "/bakeoff cancel");
    world.status_says(issue, "· cancelled").await;
    world.say(issue, "/bakeoff add gemini");
    world.hub.wait_for("the reason", reply_with("was cancelled", issue)).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_that_came_to_nothing_takes_another_candidate() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![Reply::status(401)]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "no candidate has a patch").await;
    world.say(issue, "/bakeoff add gemini");
    let b = world.candidate(issue, "B").await;
    world.hub.react(REPO, b.id, ADA, "rocket");
    world.pull().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m11_a_stranger_adds_nothing() {
    let world = World::new().await;
    world.hub.create_user("eve");
    world.hub.set_permission(REPO, "eve", "read");
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    let said = world.hub.comment(REPO, issue, "eve", "/bakeoff add gemini");
    let confused = |hub: &bakeoff::sim::github::Hub| {
        hub.reactions(REPO, said).iter().any(|r| r.content == "confused").then_some(())
    };
    world.hub.wait_for("a 😕", confused).await;
    assert_eq!(world.models.requests().len(), 1);
    world.end().await;
}
