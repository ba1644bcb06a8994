//! The pull request: draft, labels, reviewers, co-authors.

use super::{with_file, write};
use crate::support::world::{ADA, REPO, World};
use bakeoff::sim::github::{Fault, Hub};

async fn picked(world: &World) -> i64 {
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    world.say(issue, "/bakeoff pick A");
    issue
}

fn labelled(labels: &'static [&'static str]) -> impl Fn(&Hub) -> Option<()> {
    move |hub| hub.pulls(REPO).first().is_some_and(|pull| pull.labels == labels).then_some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn draft_labels_and_reviewers_are_the_files_when_it_is_opened() {
    let world = World::new().await;
    for login in ["bob", "mia"] {
        world.hub.create_user(login);
        world.hub.set_permission(REPO, login, "read");
    }
    world.hub.create_user("stranger");
    world.hub.make_private(REPO);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    write(&world, "draft: false\nlabels: [bot, \"needs review\"]\nreviewers: [bob, stranger, mia, octo/core]\n");
    world.say(issue, "/bakeoff pick A");
    let pull = world.pull().await;
    assert!(!pull.draft);
    world.hub.wait_for("the labels", labelled(&["bot", "needs review"])).await;
    let status = world.status_says(issue, "`octo/core`").await;
    assert!(status.body.contains("`stranger`") && !status.body.contains("`bob`"), "{}", status.body);
    assert_eq!(world.hub.pulls(REPO)[0].reviewers, ["bob", "mia"], "one refused name keeps nobody off");
    assert!(status.body.contains(&format!("Pull request #{}", pull.number)), "{}", status.body);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_survive_faults_and_are_put_on_once() {
    let world = with_file("labels: [bot]\nreviewers: ada\n").await;
    world.hub.fault(Fault::on("POST", "/repos/*/issues/*/labels").times(1).apply_then_fail());
    world.hub.fault(Fault::on("POST", "/repos/*/requested_reviewers").times(1).status(502));
    let issue = picked(&world).await;
    let pull = world.pull().await;
    world.hub.wait_for("the label", labelled(&["bot"])).await;
    let asked = |hub: &Hub| (hub.pulls(REPO)[0].reviewers == [ADA]).then_some(());
    world.hub.wait_for("the reviewer", asked).await;
    let status = world.status_says(issue, &format!("#{}", pull.number)).await;
    assert!(!status.body.contains("GitHub did not"), "{}", status.body);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn co_authors_stand_in_the_commit() {
    let world = with_file("co_author: true\n").await;
    let bob = world.hub.create_user("bob").id;
    let ada = world.hub.create_user(ADA).id;
    world.hub.set_permission(REPO, "bob", "write");
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    // The commit is the same at every try: what the round began with counts.
    write(&world, "co_author: none\n");
    world.hub.comment(REPO, issue, "bob", "/bakeoff pick A");
    let pull = world.pull().await;
    let message = world.hub.commit_message(REPO, &pull.head_sha);
    let trailers: Vec<&str> = message.lines().filter(|line| line.starts_with("Co-authored-by: ")).collect();
    let expected = [
        format!("Co-authored-by: ada <{ada}+ada@users.noreply.github.com>"),
        format!("Co-authored-by: bob <{bob}+bob@users.noreply.github.com>"),
    ];
    assert_eq!(trailers, expected, "{message}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_is_named_once_and_nobody_by_default() {
    for (file, count) in [("co_author: both\n", 1), ("co_author: picker\n", 1), ("draft: true\n", 0)] {
        let world = with_file(file).await;
        picked(&world).await;
        let pull = world.pull().await;
        assert!(pull.draft);
        let message = world.hub.commit_message(REPO, &pull.head_sha);
        assert_eq!(message.matches("Co-authored-by: ada <").count(), count, "{file}: {message}");
        world.end().await;
    }
}
