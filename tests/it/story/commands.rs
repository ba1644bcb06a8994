//! What people say, and what they hear.

use crate::support::world::{ADA, REPO, World, right};
use bakeoff::sim::github::Hub;
use bakeoff::sim::models::Reply;

pub fn reply_with(text: &'static str, issue: i64) -> impl Fn(&Hub) -> Option<String> {
    move |hub| {
        let all = hub.bot_comments(REPO, issue).into_iter();
        all.map(|c| c.body).find(|body| body.contains("kind=reply") && body.contains(text))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn help_models_and_status_answer_with_one_reply_each() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff help");
    world.hub.wait_for("the help", reply_with("/bakeoff pick B", issue)).await;
    world.say(issue, "/bakeoff models");
    let models = world.hub.wait_for("the models", reply_with("gemini", issue)).await;
    assert!(models.contains("claude the model"), "{models}");
    world.say(issue, "/bakeoff status");
    world.hub.wait_for("the status", reply_with("$20.00", issue)).await;
    assert_eq!(world.models.requests().len(), 0, "no model was asked");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_cannot_be_read_shows_the_wrong_word_and_what_was_meant() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt clade");
    let said = world.hub.wait_for("the reply", reply_with("clade", issue)).await;
    assert!(said.contains("^^^^^") && said.contains("claude"), "{said}");
    world.say(issue, "/bakeoff gpt check=test");
    world.hub.wait_for("no such check", reply_with("no check of that name", issue)).await;
    world.say(issue, "/bakeoff gpt budget=50");
    world.hub.wait_for("above the cap", reply_with("$3.00", issue)).await;
    world.say(issue, "/bakeoff gpt base=no-such-branch");
    world.hub.wait_for("no such ref", reply_with("no-such-branch", issue)).await;
    assert_eq!(world.models.requests().len(), 0, "no model was asked");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_round_waits_for_the_first_and_then_takes_its_place() {
    let world = World::new().await;
    let slow = right().delay(std::time::Duration::from_millis(800));
    world.models.script("gpt-model", vec![slow, right()]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "Round 1").await;
    world.say(issue, "/bakeoff claude");
    world.hub.wait_for("the refusal", reply_with("ound 1", issue)).await;
    world.candidate(issue, "A").await;
    world.status_says(issue, "- [ ] ").await;
    world.say(issue, "/bakeoff claude");
    world.status_says(issue, "Round 2").await;
    world
        .hub
        .wait_for("the first round's comments are folded away", |hub| {
            let first: Vec<_> = hub.bot_comments(REPO, issue).into_iter().filter(|c| c.minimized.is_some()).collect();
            (first.len() >= 2).then_some(())
        })
        .await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pick_by_command_cancels_who_is_still_at_work() {
    let world = World::new().await;
    world.models.script("claude-model", vec![right().delay(std::time::Duration::from_secs(30))]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt claude");
    world.candidate(issue, "A").await;
    world.say(issue, "/bakeoff pick a");
    let pull = world.pull().await;
    assert!(world.file(&pull.head_sha, "greet.py").contains("Hello, "));
    world.status_says(issue, "cancelled").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticked_checkbox_picks() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let status = world.status_says(issue, "- [ ] ").await;
    let line = status.body.lines().find(|line| line.starts_with("- [ ] ")).unwrap().to_owned();
    world.hub.tick_checkbox(REPO, status.id, ADA, &line);
    let pull = world.pull().await;
    world.status_says(issue, &format!("#{}", pull.number)).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_candidate_is_tried_again_on_retry() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![Reply::status(401), right()]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "rejected the API key").await;
    world.say(issue, "/bakeoff retry");
    world.candidate(issue, "A").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_label_starts_the_default_round_once() {
    let world = World::new().await;
    let issue = world.issue();
    world.hub.label(REPO, issue, ADA, "bakeoff");
    world.candidate(issue, "A").await;
    world.candidate(issue, "B").await;
    assert_eq!(world.models.requests().len(), 2, "the two default models");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_in_the_opening_text_runs() {
    let world = World::new().await;
    let body = "It says Helo.\n\n/bakeoff gemini\nOnly the greeting, please.";
    let issue = world.hub.open_issue(REPO, ADA, "The greeting is wrong", body);
    world.candidate(issue, "A").await;
    let asked = world.models.requests()[0].body.to_string();
    assert!(asked.contains("Only the greeting, please."), "{asked}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_stops_the_round_at_once() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![right().delay(std::time::Duration::from_secs(30))]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "Round 1").await;
    world.say(issue, "/bakeoff cancel");
    world.status_says(issue, "cancelled").await;
    assert!(world.hub.pulls(REPO).is_empty());
    world.end().await;
}
