//! Git, push and pull request: moved bases, taken branches, closed and merged pull requests.

use crate::support::world::{ADA, GREET, REPO, World};
use bakeoff::sim::github::{Change, Hub};

#[tokio::test(flavor = "multi_thread")]
async fn f061_the_base_moved_without_a_conflict() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    let base = world.hub.branches(REPO)["main"].clone();
    world.hub.push_commit(REPO, "main", &[Change::text("NEWS.md", "news\n")]);
    world.hub.push_commit(REPO, "main", &[Change::text("NEWS.md", "more news\n")]);
    world.say(issue, "/bakeoff pick A");
    let pull = world.pull().await;
    assert_eq!(world.hub.parents(REPO, &pull.head_sha), [base], "on the pinned base, as it was shown");
    world.status_says(issue, "moved 2 commits").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f062_the_base_moved_and_conflicts() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    let other = GREET.replace("Helo, ", "Good day, ");
    world.hub.push_commit(REPO, "main", &[Change::text("greet.py", &other)]);
    world.say(issue, "/bakeoff pick A");
    world.status_says(issue, "greet.py").await;
    assert!(world.hub.pulls(REPO).is_empty());
    assert_eq!(world.hub.branches(REPO).len(), 1, "nothing was pushed");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f065_a_protected_branch_pattern_is_told() {
    let world = World::new().await;
    world.hub.protect_branch(REPO, "bakeoff/*");
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    world.say(issue, "/bakeoff pick A");
    world.status_says(issue, "refused the branch").await;
    assert!(world.hub.pulls(REPO).is_empty());
    world.end().await;
}

fn open_pulls(count: usize) -> impl Fn(&Hub) -> Option<()> {
    move |hub| (hub.pulls(REPO).iter().filter(|p| p.open).count() == count).then_some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn f067_one_open_pull_request_at_a_time_and_a_new_one_after_it_was_closed() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt claude");
    world.candidate(issue, "A").await;
    world.candidate(issue, "B").await;
    world.say(issue, "/bakeoff pick A");
    let first = world.pull().await;
    world.status_says(issue, &format!("#{}", first.number)).await;
    world.say(issue, "/bakeoff pick B");
    world.bot_says(issue, "kind=reply").await;
    assert_eq!(world.hub.pulls(REPO).len(), 1);
    world.hub.close_pull(REPO, first.number, ADA);
    world.status_says(issue, "closed").await;
    world.say(issue, "/bakeoff pick A");
    world.hub.wait_for("a second pull request", |hub| (hub.pulls(REPO).len() == 2).then_some(())).await;
    world.hub.wait_for("one open", open_pulls(1)).await;
    let second = world.hub.pulls(REPO).into_iter().find(|p| p.open).unwrap();
    world.status_says(issue, &format!("#{}", second.number)).await;
    world.hub.merge_pull(REPO, second.number, ADA);
    world.status_says(issue, "merged").await;
    world.say(issue, "/bakeoff pick B");
    let merged = |hub: &Hub| hub.bot_comments(REPO, issue).into_iter().find(|c| c.body.contains("is merged"));
    world.hub.wait_for("the refusal after the merge", merged).await;
    assert_eq!(world.hub.pulls(REPO).len(), 2);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f067_a_rocket_that_has_had_its_pull_request_does_not_open_another() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt claude");
    let a = world.candidate(issue, "A").await;
    let b = world.candidate(issue, "B").await;
    world.hub.react(REPO, a.id, ADA, "rocket");
    let first = world.pull().await;
    world.status_says(issue, &format!("#{}", first.number)).await;
    world.hub.close_pull(REPO, first.number, ADA);
    let closed = world.status_says(issue, "was closed").await;
    assert!(closed.body.contains("- [ ] "), "the choice is open again");
    // Another candidate's rocket is judged after the old one was seen again.
    world.hub.react(REPO, b.id, ADA, "rocket");
    world.hub.wait_for("a second pull request", |hub| (hub.pulls(REPO).len() == 2).then_some(())).await;
    let second = world.hub.pulls(REPO).into_iter().find(|p| p.open).unwrap();
    assert!(second.title.contains("candidate B"), "{}", second.title);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f065_a_rocket_is_not_tried_again_after_its_branch_was_refused() {
    let world = World::new().await;
    world.hub.protect_branch(REPO, "bakeoff/*");
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let a = world.candidate(issue, "A").await;
    world.hub.react(REPO, a.id, ADA, "rocket");
    world.status_says(issue, "refused the branch").await;
    // Two more commands: enough looks at the reactions for a second try to show.
    world.say(issue, "/bakeoff models");
    world.bot_says(issue, "Models that can be named").await;
    world.say(issue, "/bakeoff help");
    world.bot_says(issue, "What can be asked").await;
    let status = world.status_says(issue, "refused the branch").await;
    assert_eq!(status.body.matches("refused the branch").count(), 1, "{}", status.body);
    world.end().await;
}
