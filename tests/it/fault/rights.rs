//! Commands and rights: strangers, edits, deletions, loops, two picks at once.

use crate::support::world::{ADA, REPO, World, patient, right};
use bakeoff::domain::money::UsdMicros;
use bakeoff::sim::github::{Fault, Hub};
use std::time::Duration;

fn reacted(comment: i64, content: &'static str) -> impl Fn(&Hub) -> Option<()> {
    move |hub| hub.reactions(REPO, comment).iter().any(|r| r.content == content).then_some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn f015_a_stranger_gets_a_confused_face_and_no_words() {
    let world = World::new().await;
    world.hub.create_user("eve");
    let issue = world.issue();
    let command = world.hub.comment(REPO, issue, "eve", "/bakeoff gpt");
    world.hub.wait_for("the confused face", reacted(command, "confused")).await;
    world.hub.settled().await;
    assert!(world.hub.bot_comments(REPO, issue).is_empty());
    assert!(world.models.requests().is_empty());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m11_only_write_and_admin_command_whatever_the_role_is_called() {
    let world = World::new().await;
    let issue = world.issue();
    for (role, may) in [("read", false), ("triage", false), ("write", true), ("maintain", true), ("admin", true)] {
        let login = format!("the-{role}");
        world.hub.create_user(&login);
        world.hub.set_permission(REPO, &login, role);
        let command = world.hub.comment(REPO, issue, &login, "/bakeoff models");
        let face = if may { "eyes" } else { "confused" };
        world.hub.wait_for(&format!("{face} for {role}"), reacted(command, face)).await;
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m12_an_unknown_right_is_never_a_yes() {
    let world = World::new().await;
    world.hub.fault(Fault::on("GET", "/repos/*/collaborators/*/permission").always().status(502));
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.bot_says(issue, "kind=reply").await;
    assert!(world.models.requests().is_empty());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f019_an_edited_command_is_void() {
    let world = World::new().await;
    let issue = world.issue();
    world.hub.hold_deliveries(true);
    let command = world.say(issue, "/bakeoff gpt");
    let created = world.hub.last_delivery("issue_comment", Some("created")).unwrap();
    world.hub.edit_comment(REPO, command, ADA, "/bakeoff claude");
    world.hub.hold_deliveries(false);
    assert_eq!(world.hub.deliver(created.id).await, 202);
    world.bot_says(issue, "edited").await;
    assert!(world.models.requests().is_empty());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f019_an_edit_after_the_start_changes_nothing() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![right().delay(Duration::from_millis(500))]);
    let issue = world.issue();
    let command = world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "Round 1").await;
    world.hub.edit_comment(REPO, command, ADA, "/bakeoff claude");
    world.candidate(issue, "A").await;
    assert_eq!(world.models.requests().len(), 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f021_a_deleted_command_cancels_its_round() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![right().delay(Duration::from_secs(30))]);
    let issue = world.issue();
    let command = world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "Round 1").await;
    world.hub.delete_comment(REPO, command, ADA);
    world.status_says(issue, "cancelled").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f022_quotes_code_html_comments_and_bots_command_nothing() {
    let world = World::new().await;
    world.hub.create_bot("evil[bot]");
    let issue = world.issue();
    let texts = [
        "> /bakeoff gpt",
        "```\n/bakeoff gpt\n```",
        "<!--\n/bakeoff gpt\n-->",
        "see `/bakeoff gpt`",
        "    /bakeoff gpt",
    ];
    for text in texts {
        world.say(issue, text);
    }
    world.hub.comment(REPO, issue, "evil[bot]", "/bakeoff gpt");
    world.hub.settled().await;
    crate::support::invariants::settle(&world).await;
    assert!(world.hub.bot_comments(REPO, issue).is_empty() && world.models.requests().is_empty());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f023_our_own_comment_with_the_command_word_starts_nothing() {
    let world = World::new().await;
    let issue = world.issue();
    // The help names the command word at the start of lines.
    world.say(issue, "/bakeoff help");
    world.bot_says(issue, "/bakeoff pick").await;
    world.hub.settled().await;
    crate::support::invariants::settle(&world).await;
    assert_eq!(world.hub.bot_comments(REPO, issue).len(), 1);
    assert!(world.models.requests().is_empty());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f025_rockets_of_readers_and_bots_pick_nothing() {
    let world = World::new().await;
    world.hub.create_user("reader");
    world.hub.set_permission(REPO, "reader", "read");
    world.hub.create_bot("helper[bot]");
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let a = world.candidate(issue, "A").await;
    world.hub.react(REPO, a.id, "reader", "rocket");
    world.hub.react(REPO, a.id, "helper[bot]", "rocket");
    let asked = |hub: &Hub| (!hub.calls("GET", "*/collaborators/reader/permission").is_empty()).then_some(());
    world.hub.wait_for("the reader's right to be asked for", asked).await;
    assert!(world.hub.pulls(REPO).is_empty());
    world.say(issue, "/bakeoff pick A");
    world.pull().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m15_a_rocket_taken_away_within_the_grace_counts_for_nothing() {
    let world = World::with(|settings| settings.pace.pick_grace = Duration::from_millis(600)).await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let a = world.candidate(issue, "A").await;
    world.hub.react(REPO, a.id, ADA, "rocket");
    let seen = |hub: &Hub| (!hub.calls("GET", "*/issues/comments/*/reactions*").is_empty()).then_some(());
    world.hub.wait_for("the rocket to be seen", seen).await;
    world.hub.unreact(REPO, a.id, ADA, "rocket");
    let looks = world.hub.calls("GET", "*/issues/*/comments*").len();
    let looked_on = |hub: &Hub| (hub.calls("GET", "*/issues/*/comments*").len() > looks + 4).then_some(());
    world.hub.wait_for("some more looks", looked_on).await;
    assert!(world.hub.pulls(REPO).is_empty());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f025_a_writers_rocket_in_place_of_a_readers_is_not_overlooked() {
    let world = World::new().await;
    world.hub.create_user("rita");
    world.hub.set_permission(REPO, "rita", "read");
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let a = world.candidate(issue, "A").await;
    world.hub.react(REPO, a.id, "rita", "rocket");
    let asked = |hub: &Hub| (!hub.calls("GET", "*/collaborators/rita/permission").is_empty()).then_some(());
    world.hub.wait_for("the reader's right to be asked", asked).await;
    // The number of rockets stays the same, the person does not.
    world.hub.unreact(REPO, a.id, "rita", "rocket");
    world.hub.react(REPO, a.id, ADA, "rocket");
    world.pull().await;
    assert_eq!(world.hub.calls("GET", "*/collaborators/rita/permission").len(), 1, "weighed once");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f026_of_two_picks_at_once_one_wins() {
    let world = World::new().await;
    world.hub.create_user("bob");
    world.hub.set_permission(REPO, "bob", "write");
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt claude");
    world.candidate(issue, "A").await;
    world.candidate(issue, "B").await;
    world.say(issue, "/bakeoff pick A");
    world.hub.comment(REPO, issue, "bob", "/bakeoff pick B");
    world.pull().await;
    world.bot_says(issue, "kind=reply").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f024_a_hundred_commands_in_a_row_are_one_round_and_one_refusal() {
    let world = World::with(patient).await;
    world.models.script("gpt-model", vec![right().delay(Duration::from_secs(120))]);
    let issue = world.issue();
    let commands: Vec<i64> = (0..100).map(|_| world.say(issue, "/bakeoff gpt")).collect();
    for command in commands {
        world.hub.wait_for("the command to be seen", reacted(command, "eyes")).await;
    }
    world.bot_says(issue, "kind=reply").await;
    world.hub.settled().await;
    world.say(issue, "/bakeoff cancel");
    crate::support::invariants::settle(&world).await;
    assert_eq!(world.models.requests().len(), 1, "nothing was spent beyond the first");
    let said = world.hub.bot_comments(REPO, issue);
    assert_eq!(said.iter().filter(|c| c.body.contains("kind=reply")).count(), 1, "{said:?}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m17_parallel_commands_never_exceed_a_cap_by_one() {
    // Five rounds of at most $1 fit into the day.
    let world = World::with(|settings| {
        patient(settings);
        settings.budget_repo_day = UsdMicros(5_000_000);
    })
    .await;
    world.models.script("gpt-model", vec![right().delay(Duration::from_secs(120))]);
    let issues: Vec<i64> = (0..15).map(|_| world.issue()).collect();
    world.hub.settled().await;
    let commands: Vec<i64> = issues.iter().map(|issue| world.say(*issue, "/bakeoff gpt")).collect();
    for command in commands {
        world.hub.wait_for("the command to be seen", reacted(command, "eyes")).await;
    }
    let refused = |hub: &Hub| {
        let said = issues.iter().flat_map(|issue| hub.bot_comments(REPO, *issue));
        (said.filter(|c| c.body.contains("$5.00 a day")).count() == 10).then_some(())
    };
    world.hub.wait_for("ten refusals", refused).await;
    world.hub.wait_for("five calls", |_| (world.models.running() == 5).then_some(())).await;
    assert_eq!(world.models.most_running(), 5);
    for issue in &issues {
        world.say(*issue, "/bakeoff cancel");
    }
    world.end().await;
}

/// Somebody who may write floods a thread while a round runs there: the bot falls silent at its cap, and the round is
/// still told to its end.
#[tokio::test(flavor = "multi_thread")]
async fn m17_comments_in_a_thread_end_at_their_cap_and_the_round_is_told_to_its_end() {
    let world = World::with(|settings| {
        patient(settings);
        settings.counts.comments_thread = 6;
    })
    .await;
    world.models.script("gpt-model", vec![right().delay(Duration::from_secs(3)), right()]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "Round 1").await;
    let commands: Vec<i64> = (0..40).map(|_| world.say(issue, "/bakeoff models")).collect();
    for command in commands {
        world.hub.wait_for("the command to be seen", reacted(command, "eyes")).await;
    }
    world.bot_says(issue, "no room left within the 6 comments").await;
    world.candidate(issue, "A").await;
    world.status_says(issue, "- [ ] ").await;
    // Another round would need two more.
    world.say(issue, "/bakeoff gpt");
    world.hub.settled().await;
    world.say(issue, "/bakeoff pick A");
    let number = world.pull().await.number;
    world.status_says(issue, &format!("#{number}")).await;
    crate::support::invariants::settle(&world).await;
    let said: Vec<String> =
        world.hub.bot_comments(REPO, issue).into_iter().map(|c| c.body.chars().take(120).collect()).collect();
    assert_eq!(said.len(), 6, "status, candidate, three replies and the last word: {said:#?}");
    assert_eq!(world.models.requests().len(), 1, "no second round began");
    // Elsewhere it goes on.
    let other = world.issue();
    world.say(other, "/bakeoff status");
    world.bot_says(other, "| comments of mine here | 0 | | 6 | 6 |").await;
    world.end().await;
}
