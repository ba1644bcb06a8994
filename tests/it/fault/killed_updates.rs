//! kill -9 of the built program at each step of adding a commit to its own pull request: one commit, one head, told
//! once.

use bakeoff::sim::github::SeenPull;

use super::program::Program;
use crate::story::talk::goodbye;
use crate::support::databases::{TestDb, sqlite};
use crate::support::world::{ADA, REPO, right};

/// A program that dies at this place while it adds a commit to its open pull request, as that was before.
async fn dies_while_adding(db: &TestDb, crash_at: &str) -> (Program, SeenPull) {
    let mut program = Program::start(db, "").await;
    program.models.script("gpt-model", vec![right(), goodbye()]);
    let issue = program.asked("/bakeoff gpt");
    let first = program.candidate(issue, "A").await;
    program.hub.react(REPO, first.id, ADA, "rocket");
    let pull = program.told(issue).await;
    program.hub.comment(REPO, pull.number, ADA, "/bakeoff revise say Goodbye");
    let second = program.candidate(pull.number, "A").await;
    program.said(pull.number, &["kind=status", "to choose from"]).await;
    program.stop();
    program.start_again(crash_at);
    program.hub.react(REPO, second.id, ADA, "rocket");
    program.died();
    (program, pull)
}

fn head_of(program: &Program, pull: &SeenPull) -> String {
    program.hub.branches(REPO)[&pull.head].clone()
}

/// One commit on the head that was there, told once.
async fn one_commit(program: Program, pull: SeenPull) {
    let said = program.said(pull.number, &["kind=status", "was added to"]).await;
    assert_eq!(said.body.matches("was added to").count(), 1, "{}", said.body);
    let head = head_of(&program, &pull);
    assert_eq!(program.hub.parents(REPO, &head), [pull.head_sha.as_str()], "one commit, on what was there");
    let seen = program.hub.pulls(REPO);
    assert_eq!((seen.len(), &seen[0].head_sha), (1, &head));
    assert_eq!(program.hub.branches(REPO).len(), 2, "main and ours");
    assert_eq!(program.hub.bot_comments(REPO, pull.number).len(), 2, "the status, which tells it, and the candidate");
    program.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f039_after_a_further_commit_was_built_and_before_its_push() {
    let db = sqlite().await;
    let (mut program, pull) = dies_while_adding(&db, "update_built").await;
    assert_eq!(head_of(&program, &pull), pull.head_sha, "nothing was pushed");
    program.start_again("");
    one_commit(program, pull).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f040_after_a_further_commit_was_pushed_and_before_it_was_recorded() {
    let db = sqlite().await;
    let (mut program, pull) = dies_while_adding(&db, "update_pushed").await;
    let pushed = head_of(&program, &pull);
    assert_ne!(pushed, pull.head_sha);
    program.start_again("");
    program.said(pull.number, &["kind=status", "was added to"]).await;
    assert_eq!(head_of(&program, &pull), pushed, "the same commit");
    one_commit(program, pull).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f042_after_a_further_commit_was_recorded_and_before_it_was_told() {
    let db = sqlite().await;
    let (mut program, pull) = dies_while_adding(&db, "update_recorded").await;
    let recorded = head_of(&program, &pull);
    program.start_again("");
    program.said(pull.number, &["kind=status", "was added to"]).await;
    assert_eq!(head_of(&program, &pull), recorded);
    one_commit(program, pull).await;
}
