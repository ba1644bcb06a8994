//! GitHub's answers: applied although they failed, late, limited, renamed.

use crate::support::world::{ADA, REPO, World};
use bakeoff::sim::github::{Fault, Hub};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn f044_a_comment_that_was_made_although_the_answer_failed_is_adopted() {
    let world = World::new().await;
    world.hub.fault(Fault::on("POST", "/repos/*/issues/*/comments").times(2).apply_then_fail());
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let a = world.candidate(issue, "A").await;
    world.hub.react(REPO, a.id, ADA, "rocket");
    world.pull().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f045_a_pull_request_that_was_made_although_the_answer_failed_is_adopted() {
    let world = World::new().await;
    world.hub.fault(Fault::on("POST", "/repos/*/pulls").times(1).apply_then_fail());
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    world.say(issue, "/bakeoff pick A");
    let pull = world.pull().await;
    world.status_says(issue, &format!("#{}", pull.number)).await;
    assert_eq!(world.hub.pulls(REPO).len(), 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f046_a_comment_that_lists_show_late_is_not_posted_twice() {
    let world = World::with(|settings| settings.pace.adopt_wait = Duration::from_millis(1_500)).await;
    world.hub.stale_reads(Duration::from_millis(700));
    world.hub.fault(Fault::on("POST", "/repos/*/issues/*/comments").times(1).apply_then_fail());
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f047_a_secondary_limit_pauses_and_nothing_fails() {
    let world = World::new().await;
    world.hub.fault(Fault::on("POST", "/repos/*/issues/*/comments").times(1).secondary_limit(Some(1)));
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f056_connection_resets_are_not_seen_by_anyone() {
    let world = World::new().await;
    world.hub.fault(Fault::on("GET", "*").every(5).always().reset_connection());
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    world.say(issue, "/bakeoff pick A");
    world.pull().await;
    world.hub.clear_faults();
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f059_a_locked_issue_still_gets_its_round_in_the_tables() {
    let world = World::new().await;
    let issue = world.issue();
    world.hub.hold_deliveries(true);
    world.say(issue, "/bakeoff gpt");
    let created = world.hub.last_delivery("issue_comment", Some("created")).unwrap();
    world.hub.lock_issue(REPO, issue, ADA);
    world.hub.hold_deliveries(false);
    assert_eq!(world.hub.deliver(created.id).await, 202);
    let asked = |hub: &Hub| (!hub.calls("GET", "*/collaborators/ada/permission").is_empty()).then_some(());
    world.hub.wait_for("the command to be handled", asked).await;
    crate::support::invariants::settle(&world).await;
    world.end().await;
}
