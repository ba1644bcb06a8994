//! What providers do wrong, as the thread tells it.

use crate::support::world::{World, replace, right};
use bakeoff::sim::models::{Fault, Reply, ReplyStop};
use std::time::Duration;

async fn told(replies: Vec<Reply>, sentence: &str) {
    let world = World::new().await;
    world.models.script("gpt-model", replies);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, sentence).await;
    assert!(world.hub.pulls(crate::support::world::REPO).is_empty());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f084_an_overloaded_provider_is_asked_again_and_then_given_up() {
    told(vec![Reply::status(529)], "overloaded").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f084_an_overload_that_passes_leaves_no_trace() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![Reply::status(503), Reply::status(529), right()]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f085_a_rejected_key_is_told_without_the_key() {
    told(vec![Reply::status(401)], "rejected the API key").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f092_garbage_is_no_usable_answer() {
    told(vec![Reply::fault(Fault::Empty)], "cannot be used").await;
    told(vec![Reply::text("I would rather talk about the weather.")], "no edit").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f092_a_refusal_is_told() {
    told(vec![right().stop(ReplyStop::Refusal)], "declined").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f093_an_answer_at_the_length_limit_is_not_used() {
    told(vec![right().stop(ReplyStop::Length)], "cut off").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f095_a_patch_with_a_secret_is_refused() {
    let token = format!("ghp_{}", "a1B2c3D4e5".repeat(4).get(..36).unwrap_or_default());
    let leak = replace("greet.py", "    return \"Helo, \" + name", &format!("    return \"{token}\" + name"));
    told(vec![leak], "looks like a secret").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f096_when_all_fail_one_summary_says_so() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![Reply::status(401)]);
    world.models.script("claude-model", vec![Reply::text("No idea.")]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt claude");
    world.status_says(issue, "no edit").await;
    let said = world.status_says(issue, "rejected the API key").await;
    assert!(!said.body.contains("- [ ]"), "nothing can be ticked: {}", said.body);
    assert_eq!(world.hub.bot_comments(crate::support::world::REPO, issue).len(), 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f097_one_that_hangs_holds_nobody() {
    let world = World::new().await;
    world.models.script("gemini-model", vec![Reply::fault(Fault::SilenceAfterHeaders)]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gemini gpt claude");
    world.candidate(issue, "B").await;
    world.candidate(issue, "C").await;
    world.status_says(issue, "did not begin to answer").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_answer_is_mended_in_the_repair_round() {
    let world = World::new().await;
    let wrong = replace("greet.py", "    return \"Hallo, \" + name", "    return \"Hello, \" + name");
    world.models.script("gpt-model", vec![wrong, right()]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    let requests = world.models.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[1].body.to_string().contains("could not be used"));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_budget_refuses_before_anything_is_spent() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![right().delay(Duration::from_millis(1))]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt budget=0.0005");
    world.status_says(issue, "budget leaves").await;
    assert!(world.models.requests().is_empty());
    world.end().await;
}
