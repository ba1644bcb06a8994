//! How candidates are shown and chosen: the pick reaction, one comment for all.

use super::{with_file, write};
use crate::support::world::{ADA, REPO};
use bakeoff::adapters::store::page::Page;
use bakeoff::adapters::store::{rounds, tasks};
use bakeoff::domain::job::Job;
use bakeoff::sim::github::Hub;

fn button(hub: &Hub, comment: i64) -> Vec<String> {
    let bot = hub.bot().login;
    hub.reactions(REPO, comment).into_iter().filter(|r| r.user == bot).map(|r| r.content).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pick_reaction_is_button_and_choice() {
    let world = with_file("pick_reaction: hooray\n").await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let a = world.candidate(issue, "A").await;
    assert!(a.body.contains("🎉 on this comment") && !a.body.contains("🚀"), "{}", a.body);
    world.hub.wait_for("the button", |hub| (button(hub, a.id) == ["hooray"]).then_some(())).await;
    // A round keeps its button, whatever the file says later.
    write(&world, "pick_reaction: heart\n");
    world.hub.react(REPO, a.id, ADA, "rocket");
    world.hub.react(REPO, a.id, ADA, "heart");
    let looks = world.hub.calls("GET", "*/issues/*/comments*").len();
    let looked_on = |hub: &Hub| (hub.calls("GET", "*/issues/*/comments*").len() > looks + 4).then_some(());
    world.hub.wait_for("some more looks", looked_on).await;
    assert!(world.hub.pulls(REPO).is_empty());
    world.hub.react(REPO, a.id, ADA, "hooray");
    world.pull().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_comment_holds_all_candidates_and_a_tick_picks() {
    let world = with_file("comments: one\n").await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt claude");
    let status = world.status_says(issue, "2 patches to choose from").await;
    assert_eq!(world.hub.bot_comments(REPO, issue).len(), 1, "one comment");
    for part in ["Candidate A", "Candidate B", "+    return \"Hello, \" + name", "SHA-256 `"] {
        assert!(status.body.contains(part), "{part}: {}", status.body);
    }
    assert!(!status.body.contains("🚀"), "no reaction picks here: {}", status.body);
    let line = status.body.lines().filter(|line| line.starts_with("- [ ] ")).nth(1).unwrap().to_owned();
    world.hub.tick_checkbox(REPO, status.id, ADA, &line);
    let pull = world.pull().await;
    world.status_says(issue, &format!("#{}", pull.number)).await;
    assert_eq!(world.hub.bot_comments(REPO, issue).len(), 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_in_one_comment_expires_too() {
    let world = with_file("comments: one\n").await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "- [ ] ").await;
    let mut tx = world.store().begin().await.unwrap();
    let task = tasks::list(&mut tx, None, &Page::first(1)).await.unwrap().remove(0);
    let round = rounds::newest(&mut tx, task.id).await.unwrap().unwrap();
    rounds::set_expires(&mut tx, round.id, Some(round.created_at), world.services.now()).await.unwrap();
    let job = Job::Publish { round_id: round.id };
    world.services.enqueue(&mut tx, job).await.unwrap();
    tx.commit().await.unwrap();
    world.status_says(issue, "the choice is over").await;
    world.say(issue, "/bakeoff status");
    world.status_says(issue, "1 patch to choose from").await;
    world.end().await;
}
