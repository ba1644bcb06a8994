//! 👍 and 👎 on candidates: read with the look for the 🚀, shown, told to the next round, and picking nothing.

use std::time::Duration;

use bakeoff::adapters::store::page::Page;
use bakeoff::adapters::store::{runs, tasks, votes};
use bakeoff::domain::ids::RunId;
use bakeoff::domain::run::Letter;
use bakeoff::domain::vote::Tally;

use super::talk::candidate_of;
use crate::support::world::{ADA, REPO, World};

const LISTS: &str = "*/issues/comments/*/reactions*";

/// Candidate A of the only task.
async fn candidate_a(world: &World) -> RunId {
    let mut conn = world.store().read().await.unwrap();
    let task = tasks::list(&mut conn, None, &Page::ALL).await.unwrap().remove(0);
    let all = runs::list_task(&mut conn, task.id).await.unwrap();
    all.into_iter().find(|run| run.letter == Letter::at(0)).unwrap().id
}

async fn counted(world: &World, run: RunId, up: i64, down: i64) {
    let look = async {
        while votes::tally(&mut world.store().read().await.unwrap(), run).await.unwrap() != (Tally { up, down }) {
            tokio::task::yield_now().await;
        }
    };
    let done = tokio::time::timeout(Duration::from_mins(1), look).await;
    assert!(done.is_ok(), "the votes never came to ▲{up} ▼{down}");
}

async fn some_more_looks(world: &World) {
    let looks = world.hub.calls("GET", "*/issues/*/comments*").len();
    let looked_on =
        |hub: &bakeoff::sim::github::Hub| (hub.calls("GET", "*/issues/*/comments*").len() > looks + 4).then_some(());
    world.hub.wait_for("some more looks", looked_on).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m15_thumbs_are_votes_and_cost_a_call_only_when_they_change() {
    let world = World::new().await;
    for reader in ["rita", "bob"] {
        world.hub.create_user(reader);
        world.hub.set_permission(REPO, reader, "read");
    }
    world.hub.create_bot("helper[bot]");
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt claude");
    let a = world.candidate(issue, "A").await;
    world.candidate(issue, "B").await;
    let run = candidate_a(&world).await;
    some_more_looks(&world).await;
    assert_eq!(world.hub.calls("GET", LISTS).len(), 0, "nobody reacted: nobody is asked for");
    world.hub.react(REPO, a.id, "helper[bot]", "+1");
    world.hub.react(REPO, a.id, ADA, "+1");
    counted(&world, run, 1, 0).await;
    world.hub.react(REPO, a.id, "rita", "-1");
    counted(&world, run, 1, 1).await;
    world.hub.react(REPO, a.id, "rita", "+1");
    counted(&world, run, 2, 0).await;
    world.hub.unreact(REPO, a.id, ADA, "+1");
    counted(&world, run, 1, 0).await;
    let asked = world.hub.calls("GET", LISTS).len();
    some_more_looks(&world).await;
    assert_eq!(world.hub.calls("GET", LISTS).len(), asked, "the same counts are not asked for again");
    assert!(world.hub.pulls(REPO).is_empty(), "a vote picks nothing");
    world.hub.react(REPO, a.id, "bob", "-1");
    world.hub.react(REPO, a.id, ADA, "rocket");
    world.pull().await;
    counted(&world, run, 1, 1).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_round_hears_what_people_thought_of_the_patches_before() {
    let world = World::new().await;
    world.hub.create_user("rita");
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt claude");
    let a = world.candidate(issue, "A").await;
    world.candidate(issue, "B").await;
    world.status_says(issue, "2 patches").await;
    let run = candidate_a(&world).await;
    world.hub.react(REPO, a.id, ADA, "+1");
    world.hub.react(REPO, a.id, "rita", "-1");
    counted(&world, run, 1, 1).await;
    world.say(issue, "/bakeoff gpt");
    candidate_of(&world, issue, 2, "A").await;
    let asked = world.models.requests().last().unwrap().body.to_string();
    assert!(asked.contains("candidate A of round 1: not chosen; 1 person liked it, 1 did not "), "{asked}");
    assert!(asked.contains("candidate B of round 1: not chosen "), "{asked}");
    world.end().await;
}
