//! The main job.

use crate::support::world::{ADA, REPO, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_command_becomes_candidates_and_a_rocket_opens_the_pull_request() {
    let world = World::new().await;
    let issue = world.issue();
    let command = world.say(issue, "/bakeoff gpt claude");

    let a = world.candidate(issue, "A").await;
    let b = world.candidate(issue, "B").await;
    assert!(a.body.contains("+    return \"Hello, \" + name"), "{}", a.body);
    world.status_says(issue, "A").await;
    let eyes = world.hub.reactions(REPO, command);
    assert!(eyes.iter().any(|r| r.content == "eyes"), "{eyes:?}");

    world.hub.react(REPO, b.id, ADA, "rocket");
    let pull = world.pull().await;
    assert!(pull.open && pull.draft && pull.base == "main", "{pull:?}");
    assert!(world.file(&pull.head_sha, "greet.py").contains("Hello, "));
    world.status_says(issue, &format!("#{}", pull.number)).await;
    world.end().await;
}
