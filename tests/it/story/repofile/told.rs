//! Which file counts, and what is said of a broken one.

use bakeoff::sim::github::{Change, Fault, Hub};
use serde_json::json;

use super::{FILE, reply_with, with_file, write};
use crate::api::{Client, end};
use crate::support::world::{REPO, World};

fn broken(hub: &Hub) -> usize {
    let issues = hub.issues(REPO);
    let all = issues.iter().flat_map(|issue| hub.bot_comments(REPO, issue.number));
    all.filter(|comment| comment.body.contains("cannot be read")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_file_is_told_once_and_the_defaults_apply() {
    let world = with_file("draft: false\nbudgets:\n  round: lots\n").await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let said = world.hub.wait_for("the error", reply_with("cannot be read", issue)).await;
    for part in ["Line 3, column 10", "`budgets.round`", "US dollars", "  round: lots\n         ^"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    world.candidate(issue, "A").await;
    world.status_says(issue, "was broken").await;
    world.say(issue, "/bakeoff status");
    world.hub.wait_for("the status", reply_with("$20.00", issue)).await;
    let other = world.issue();
    world.say(other, "/bakeoff gpt");
    world.candidate(other, "A").await;
    assert_eq!(world.hub.pulls(REPO).len(), 0);
    world.say(other, "/bakeoff pick A");
    assert!(world.pull().await.draft, "the defaults apply");
    assert_eq!(broken(&world.hub), 1, "one version, one comment");
    write(&world, "draft: nope\n");
    world.say(issue, "/bakeoff status");
    world.hub.wait_for("the next version's error", |hub| (broken(hub) == 2).then_some(())).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f044_the_one_comment_is_adopted_when_its_answer_was_lost() {
    let world = with_file("- nothing\n").await;
    world.hub.fault(Fault::on("POST", "/repos/*/issues/*/comments").times(1).apply_then_fail());
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    assert_eq!(broken(&world.hub), 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_default_branch_counts() {
    let world = World::new().await;
    let text = "draft: false\nmodels: [local]\nforbidden_paths: [greet.py]\n";
    world.hub.push_commit(REPO, "feature", &[Change::text(FILE, text)]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt base=feature");
    world.candidate(issue, "A").await;
    world.say(issue, "/bakeoff pick A");
    let pull = world.pull().await;
    assert!(pull.draft && pull.base == "feature", "{pull:?}");
    world.status_says(issue, &format!("#{}", pull.number)).await;
    // Under another name it is the default branch all the same (F068).
    write(&world, "draft: false\n");
    world.hub.rename_default_branch(REPO, "trunk");
    let other = world.issue();
    world.say(other, "/bakeoff gpt");
    world.candidate(other, "A").await;
    world.say(other, "/bakeoff pick A");
    let second = world.hub.wait_for("the second pull request", |hub| hub.pulls(REPO).into_iter().nth(1)).await;
    assert!(!second.draft && second.base == "trunk", "{second:?}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m12_while_the_file_cannot_be_read_nothing_starts() {
    let world = with_file("commanders: [nobody-here]\n").await;
    world.hub.fault(Fault::on("GET", "/repos/*/contents/*").times(6).status(502));
    let issue = world.issue();
    let comment = world.say(issue, "/bakeoff gpt");
    let judged = |hub: &Hub| hub.reactions(REPO, comment).iter().any(|r| r.content == "confused").then_some(());
    world.hub.wait_for("the file to be read in the end", judged).await;
    assert!(world.models.requests().is_empty(), "a fault is no missing file");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_file_costs_no_request_of_the_limit() {
    let world = with_file("draft: false\n").await;
    let issue = world.issue();
    for count in 1..=3 {
        world.say(issue, "/bakeoff help");
        let read = |hub: &Hub| (hub.bot_comments(REPO, issue).len() == count).then_some(());
        world.hub.wait_for("the help", read).await;
    }
    let statuses: Vec<u16> = world.hub.calls("GET", "*/contents/*").iter().map(|call| call.status).collect();
    assert!(statuses.iter().filter(|status| **status == 304).count() >= 2, "{statuses:?}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_too_large_for_github_to_send_is_broken_too() {
    let world = with_file(&"#".repeat(1_100_000)).await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.hub.wait_for("the size", reply_with("1100000 bytes", issue)).await;
    world.candidate(issue, "A").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_file_is_told_to_who_starts_a_round_over_rest() {
    let world = with_file("models: [\n").await;
    let client = Client::admin(&world);
    let task = client.task().await;
    client.start(&task, &["gpt"]).await;
    let told = client.get(&format!("/v1/tasks/{task}/rounds/1")).await;
    let said = "`.github/bakeoff.yml` was broken when this round began, so the defaults apply.";
    assert_eq!(told.body["warnings"], json!([said]));
    end(world).await;
}
