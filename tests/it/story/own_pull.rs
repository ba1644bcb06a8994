//! Under the bot's own pull request: another round from its head, whose pick adds one commit.

use bakeoff::sim::github::{Change, Fault, Hub};

use super::commands::reply_with;
use super::talk::{candidate_of, goodbye, moved_from, opened};
use crate::support::world::{ADA, REPO, World, right};

async fn world() -> World {
    let world = World::new().await;
    world.models.script("gpt-model", vec![right(), goodbye()]);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_on_the_pull_request_adds_a_commit_to_it() {
    let world = world().await;
    let (_, pull) = opened(&world).await;
    let pushed = world.hub.push_commit(REPO, &pull.head, &[Change::text("NEWS.md", "by a person\n")]);
    world.say(pull.number, "Part should say Goodbye.");
    world.say(pull.number, "/bakeoff revise say Goodbye in part()\n\nAnd nothing else.");
    let a = candidate_of(&world, pull.number, 2, "A").await;
    assert!(a.body.contains(&format!("adds a commit to pull request #{}", pull.number)), "{}", a.body);
    assert!(a.body.contains("+    return \"Goodbye, \" + name") && !a.body.contains("Hello"), "{}", a.body);
    let asked = world.models.requests().last().unwrap().body.to_string();
    for part in ["Part should say Goodbye.", "gives `Helo, Bo`", "Hello, ", "candidate A of round 1: chosen; its"] {
        assert!(asked.contains(part), "no {part:?} in {asked}");
    }
    world.hub.react(REPO, a.id, ADA, "rocket");
    let now = moved_from(&world, pull.number, &pushed).await;
    assert_eq!(world.hub.parents(REPO, &now.head_sha), [pushed]);
    let file = world.file(&now.head_sha, "greet.py");
    assert!(file.contains("Hello, ") && file.contains("Goodbye, "), "{file}");
    assert_eq!(world.file(&now.head_sha, "NEWS.md"), "by a person\n");
    let message = world.hub.commit_message(REPO, &now.head_sha);
    assert!(message.starts_with("say Goodbye in part()\n\nThe greeting was misspelt"), "{message}");
    let short = &now.head_sha[..7];
    world.status_says(pull.number, &format!("Commit `{short}")).await;
    assert_eq!(world.hub.pulls(REPO).len(), 1, "no second pull request");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn named_models_work_on_the_pull_request_and_the_other_commands_act_on_its_rounds() {
    let world = world().await;
    for alias in ["claude", "gemini"] {
        world.models.script(&format!("{alias}-model"), vec![goodbye()]);
    }
    let (issue, pull) = opened(&world).await;
    world.say(pull.number, "/bakeoff pick A");
    world.hub.wait_for("no round there yet", reply_with("no round on this pull request", pull.number)).await;
    world.say(pull.number, "/bakeoff claude\nSay Goodbye in part().");
    candidate_of(&world, pull.number, 2, "A").await;
    world.status_says(pull.number, "1 patch to choose from").await;
    world.say(pull.number, "/bakeoff add gemini");
    candidate_of(&world, pull.number, 2, "B").await;
    world.say(pull.number, "/bakeoff status");
    world.hub.wait_for("the status", reply_with("Round 2", pull.number)).await;
    world.say(issue, "/bakeoff add gemini");
    world.hub.wait_for("the issue's own round is decided", reply_with("choice is made", issue)).await;
    let status = world.status_says(pull.number, "2 patches").await;
    let line = format!("Add candidate **B** to pull request #{}", pull.number);
    world.hub.tick_checkbox(REPO, status.id, ADA, &line);
    let now = moved_from(&world, pull.number, &pull.head_sha).await;
    assert!(world.file(&now.head_sha, "greet.py").contains("Goodbye, "));
    world.status_says(pull.number, "was added to").await;
    world.say(pull.number, "/bakeoff pick A");
    world.hub.wait_for("who was first", reply_with("chose candidate B first", pull.number)).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f061_a_head_that_moved_elsewhere_is_merged_in_memory() {
    let world = world().await;
    let (_, pull) = opened(&world).await;
    world.say(pull.number, "/bakeoff revise say Goodbye");
    candidate_of(&world, pull.number, 2, "A").await;
    let pushed = world.hub.push_commit(REPO, &pull.head, &[Change::text("NEWS.md", "by a person\n")]);
    world.say(pull.number, "/bakeoff pick A");
    let now = moved_from(&world, pull.number, &pushed).await;
    assert_eq!(world.hub.parents(REPO, &now.head_sha), [pushed]);
    assert!(world.file(&now.head_sha, "greet.py").contains("Goodbye, "));
    assert_eq!(world.file(&now.head_sha, "NEWS.md"), "by a person\n");
    world.status_says(pull.number, "1 commit ahead of the candidate's base, no conflict").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f062_a_head_that_moved_and_conflicts_is_told_and_left_alone() {
    let world = world().await;
    let (_, pull) = opened(&world).await;
    world.say(pull.number, "/bakeoff revise say Goodbye");
    candidate_of(&world, pull.number, 2, "A").await;
    let other = crate::support::world::GREET.replace("Bye, ", "So long, ");
    let pushed = world.hub.push_commit(REPO, &pull.head, &[Change::text("greet.py", &other)]);
    world.say(pull.number, "/bakeoff pick A");
    world.status_says(pull.number, "is stale").await;
    assert_eq!(world.hub.branches(REPO)[&pull.head], pushed);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f064_a_branch_that_was_rewritten_is_never_forced() {
    let world = world().await;
    let (_, pull) = opened(&world).await;
    world.say(pull.number, "/bakeoff revise say Goodbye");
    candidate_of(&world, pull.number, 2, "A").await;
    let main = world.hub.branches(REPO)["main"].clone();
    let kept = world.hub.push_commit(REPO, "other", &[Change::text("NEWS.md", "another way\n")]);
    assert_ne!(kept, main);
    world.hub.force_push(REPO, &pull.head, &kept);
    world.say(pull.number, "/bakeoff pick A");
    world.status_says(pull.number, "was rewritten").await;
    assert_eq!(world.hub.branches(REPO)[&pull.head], kept);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f066_a_push_whose_answer_was_lost_adds_one_commit() {
    let world = world().await;
    let (_, pull) = opened(&world).await;
    world.say(pull.number, "/bakeoff revise say Goodbye");
    let a = candidate_of(&world, pull.number, 2, "A").await;
    world.hub.fault(Fault::on("POST", "*git-receive-pack").times(1).apply_then_fail());
    world.hub.react(REPO, a.id, ADA, "rocket");
    let now = moved_from(&world, pull.number, &pull.head_sha).await;
    world.status_says(pull.number, "was added to").await;
    assert_eq!(world.hub.parents(REPO, &now.head_sha), [pull.head_sha]);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f026_two_picks_at_once_add_one_commit() {
    let world = world().await;
    for alias in ["claude", "gemini"] {
        world.models.script(&format!("{alias}-model"), vec![goodbye()]);
    }
    let (_, pull) = opened(&world).await;
    world.hub.create_user("bob");
    world.hub.set_permission(REPO, "bob", "write");
    world.say(pull.number, "/bakeoff claude gemini");
    let a = candidate_of(&world, pull.number, 2, "A").await;
    candidate_of(&world, pull.number, 2, "B").await;
    world.status_says(pull.number, "2 patches").await;
    world.hub.react(REPO, a.id, ADA, "rocket");
    world.hub.double_next_deliveries(1);
    world.hub.comment(REPO, pull.number, "bob", "/bakeoff pick B");
    moved_from(&world, pull.number, &pull.head_sha).await;
    world.status_says(pull.number, "was added to").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_or_merged_pull_request_and_one_of_others_say_so() {
    let world = world().await;
    let (issue, pull) = opened(&world).await;
    world.hub.push_commit(REPO, "by-hand", &[Change::text("NEWS.md", "news\n")]);
    let other = world.hub.open_pull(REPO, ADA, "by-hand", "News", "Some.");
    for command in ["/bakeoff revise shorter", "/bakeoff status", "/bakeoff"] {
        world.say(other, command);
    }
    let three = |hub: &Hub| {
        let all = hub.bot_comments(REPO, other);
        (all.iter().filter(|c| c.body.contains("use it on an issue")).count() == 3).then_some(())
    };
    world.hub.wait_for("three answers", three).await;
    world.say(other, "/bakeoff help");
    world.hub.wait_for("the help", reply_with("/bakeoff pick B", other)).await;
    world.hub.create_user("eve");
    world.hub.set_permission(REPO, "eve", "read");
    let said = world.hub.comment(REPO, pull.number, "eve", "/bakeoff revise everything");
    let confused = |hub: &Hub| hub.reactions(REPO, said).iter().any(|r| r.content == "confused").then_some(());
    world.hub.wait_for("a 😕", confused).await;
    world.hub.close_pull(REPO, pull.number, ADA);
    world.status_says(issue, "closed").await;
    world.say(pull.number, "/bakeoff revise shorter");
    world.hub.wait_for("it is closed", reply_with("is closed, so nothing was done", pull.number)).await;
    world.hub.push_commit(REPO, &pull.head, &[Change::text("NEWS.md", "while it was closed\n")]);
    world.hub.reopen_pull(REPO, pull.number, ADA);
    world.status_says(issue, "is open").await;
    world.hub.merge_pull(REPO, pull.number, ADA);
    world.status_says(issue, "is merged").await;
    world.say(pull.number, "/bakeoff revise shorter");
    world.hub.wait_for("it is merged", reply_with("is merged", pull.number)).await;
    assert_eq!(world.models.requests().len(), 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_ends_the_pull_requests_own_rounds() {
    let world = world().await;
    let (_, pull) = opened(&world).await;
    world.say(pull.number, "/bakeoff revise say Goodbye");
    candidate_of(&world, pull.number, 2, "A").await;
    world.status_says(pull.number, "1 patch to choose from").await;
    world.hub.merge_pull(REPO, pull.number, ADA);
    world.status_says(pull.number, "· merged").await;
    world.say(pull.number, "/bakeoff pick A");
    world.hub.wait_for("it is merged", reply_with("is merged", pull.number)).await;
    world.end().await;
}
