//! What a round starts with: models, base, paths, forbidden paths, budgets, checks.

use super::{asked, reply_with, with_file, write};
use crate::support::world::{GREET, REPO, World, replace, right};
use bakeoff::sim::github::Change;

#[tokio::test(flavor = "multi_thread")]
async fn models_are_those_of_the_command_word_alone() {
    let world = with_file("models: [gemini, \"local:2\"]\n").await;
    let issue = world.issue();
    world.say(issue, "/bakeoff");
    world.status_says(issue, "3 patches to choose from").await;
    assert_eq!(asked(&world), ["gemini-model", "local-model", "local-model"]);
    world.say(issue, "/bakeoff claude");
    world.status_says(issue, "Round 2").await;
    world.status_says(issue, "1 patch to choose from").await;
    assert_eq!(
        asked(&world),
        ["claude-model", "gemini-model", "local-model", "local-model"],
        "a command that names models has its own"
    );
    write(&world, "models: [gpt5]\n");
    world.say(issue, "/bakeoff");
    let said = world.hub.wait_for("the unknown model", reply_with("gpt5", issue)).await;
    assert!(said.contains(".github/bakeoff.yml"), "{said}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_base_is_the_files_unless_the_command_names_one() {
    let world = World::new().await;
    let old = GREET.replace("Bye", "Goodbye");
    world.hub.push_commit(REPO, "release", &[Change::text("greet.py", &old)]);
    write(&world, "base: release\n");
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "based on `release`").await;
    world.candidate(issue, "A").await;
    world.say(issue, "/bakeoff pick A");
    let pull = world.pull().await;
    assert_eq!(pull.base, "release");
    assert!(world.file(&pull.head_sha, "greet.py").contains("Goodbye"));
    world.status_says(issue, &format!("#{}", pull.number)).await;
    let other = world.issue();
    world.say(other, "/bakeoff gpt base=main");
    world.status_says(other, "based on `main`").await;
    world.candidate(other, "A").await;
    write(&world, "base: gone\n");
    let third = world.issue();
    world.say(third, "/bakeoff gpt");
    world.hub.wait_for("the missing base", reply_with("gone", third)).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_bind_candidates_unless_the_command_names_one() {
    let world = with_file("paths: [docs, src]\n").await;
    let issue = world.issue();
    world.models.script("gpt-model", vec![right(), right(), right()]);
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "no candidate has a patch").await;
    let prompt = world.models.requests()[0].body.to_string();
    assert!(prompt.contains("docs") && prompt.contains("src"), "the model is told: {prompt}");
    world.say(issue, "/bakeoff gpt path=greet.py");
    world.candidate(issue, "A").await;
    write(&world, "paths: docs\n");
    world.say(issue, "/bakeoff claude");
    world.status_says(issue, "Round 3").await;
    world.status_says(issue, "outside").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m27_forbidden_paths_are_added_and_stay_with_the_round() {
    let world = with_file("forbidden_paths: [greet.py]\n").await;
    world.models.script("gpt-model", vec![right(); 6]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "greet.py").await;
    world.status_says(issue, "no candidate has a patch").await;
    for request in world.models.requests() {
        let body = request.body.to_string();
        assert!(!body.contains("return \\\"Bye"), "a forbidden file reached a prompt: {body}");
    }
    // The round keeps what it began with; the next one has what the file says then.
    write(&world, "{}\n");
    let before = world.models.requests().len();
    world.say(issue, "/bakeoff retry A");
    world.hub.wait_for("the second try", |_| (world.models.requests().len() > before).then_some(())).await;
    world.status_says(issue, "no candidate has a patch").await;
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m27_the_built_in_forbidden_paths_cannot_be_lifted() {
    let world = with_file("forbidden_paths: []\n").await;
    world.hub.push_commit(REPO, "main", &[Change::text("conf/app.key", "old = 1\n")]);
    world.models.script("gpt-model", vec![replace("conf/app.key", "old = 1", "old = 2"); 3]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "*.key").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m17_budgets_only_lower() {
    let world = with_file("budgets: {run: 0.4, round: 0.5, day: 40}\n").await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt budget=1");
    world.hub.wait_for("the lower cap", reply_with("$0.50", issue)).await;
    world.say(issue, "/bakeoff status");
    let status = world.hub.wait_for("the status", reply_with("$20.00", issue)).await;
    assert!(!status.contains("$40.00"), "the server's cap is lower: {status}");
    world.say(issue, "/bakeoff gpt claude");
    world.status_says(issue, "of $0.50").await;
    world.candidate(issue, "B").await;
    write(&world, "budgets: {round: 50}\n");
    world.say(issue, "/bakeoff gpt budget=5");
    world.hub.wait_for("the server's cap", reply_with("$3.00", issue)).await;
    write(&world, "budgets: {day: 0.0001}\n");
    world.say(issue, "/bakeoff gpt");
    world.hub.wait_for("the day's cap", reply_with("for the repository is reached", issue)).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_are_known_and_not_run_yet() {
    let world = with_file("checks:\n  test: python3 -m unittest\n").await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt check=test");
    world.hub.wait_for("the check that does not run", reply_with("does not run checks yet", issue)).await;
    world.say(issue, "/bakeoff gpt check=lint");
    world.hub.wait_for("no such check", reply_with("no check of that name", issue)).await;
    assert!(world.models.requests().is_empty());
    world.end().await;
}
