//! kill -9 of the built program at each step of a command's way, then a start on the same data: nothing is lost,
//! nothing happens twice.

use std::time::Duration;

use bakeoff::domain::run::RunStatus;
use bakeoff::sim::github::SeenDelivery;

use super::program::Program;
use crate::support::databases::{TestDb, for_each_database, sqlite};
use crate::support::world::{ADA, REPO, right};

/// The attempts to deliver the command, oldest first.
fn attempts(program: &Program) -> Vec<SeenDelivery> {
    program.hub.deliveries().into_iter().filter(|d| d.event == "issue_comment").collect()
}

/// One candidate, one status comment, one call per model named.
async fn one_round(program: &Program, issue: i64, models: usize) {
    let letters = ["A", "B", "C", "D"];
    for letter in &letters[..models] {
        program.candidate(issue, letter).await;
    }
    program.said(issue, &["kind=status", "to choose from"]).await;
    assert_eq!(program.runs().await.len(), models);
}

#[tokio::test(flavor = "multi_thread")]
async fn f027_before_the_commit_of_a_delivery() {
    let db = sqlite().await;
    let mut program = Program::start(&db, "inbox.before_commit").await;
    let issue = program.asked("/bakeoff gpt");
    program.died();
    program.hub.settled().await;
    let first = attempts(&program).remove(0);
    assert_eq!(first.status, 502, "GitHub saw the failure");
    program.start_again("");
    one_round(&program, issue, 1).await;
    let again = program.redelivered("issue_comment").await;
    assert_eq!((again.status, &again.guid), (202, &first.guid), "{}", again.answer);
    assert_eq!(program.models.requests().len(), 1);
    program.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f028_after_the_commit_of_a_delivery_and_before_its_202() {
    for_each_database(async |db| {
        let mut program = Program::start(db, "").await;
        let issue = program.issue();
        program.hub.settled().await;
        program.kill();
        program.start_again("inbox.after_commit");
        program.hub.comment(REPO, issue, ADA, "/bakeoff gpt");
        program.died();
        program.hub.settled().await;
        assert_eq!(attempts(&program)[0].status, 502, "GitHub saw the failure");
        program.start_again("");
        one_round(&program, issue, 1).await;
        let again = program.redelivered("issue_comment").await;
        assert_eq!((again.status, again.answer.contains("duplicate")), (200, true), "{}", again.answer);
        assert_eq!(program.models.requests().len(), 1);
        program.end().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f029_after_the_claim_and_before_any_effect() {
    let db = sqlite().await;
    let mut program = Program::start(&db, "command_claimed").await;
    let issue = program.asked("/bakeoff gpt");
    program.dies_and_starts_again();
    one_round(&program, issue, 1).await;
    assert_eq!(program.models.requests().len(), 1);
    program.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f031_after_the_status_comment_was_posted_and_before_its_id_was_recorded() {
    let db = sqlite().await;
    let mut program = Program::start(&db, "after_comment_post").await;
    let issue = program.asked("/bakeoff gpt");
    program.died();
    let posted = program.said(issue, &["kind=status"]).await;
    assert!(!program.is_recorded(&posted, "status:").await);
    program.start_again("");
    one_round(&program, issue, 1).await;
    assert!(program.is_recorded(&posted, "status:").await, "it was adopted by its marker");
    assert_eq!(program.hub.bot_comments(REPO, issue).len(), 2, "the status and one candidate");
    program.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f033_during_the_model_call() {
    let db = sqlite().await;
    let mut program = Program::start(&db, "").await;
    program.models.script("gpt-model", vec![right().delay(Duration::from_secs(60)), right()]);
    let issue = program.asked("/bakeoff gpt");
    program.calls_under_way(1).await;
    program.kill();
    program.start_again("");
    one_round(&program, issue, 1).await;
    the_lost_call_was_paid(&program).await;
    program.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f033_a_run_that_is_killed_each_time_is_given_up() {
    let db = sqlite().await;
    let mut program = Program::start(&db, "").await;
    program.models.script("gpt-model", vec![right().delay(Duration::from_secs(60))]);
    let issue = program.asked("/bakeoff gpt");
    for _ in 0..2 {
        program.calls_under_way(1).await;
        program.kill();
        program.start_again("");
    }
    program.said(issue, &["kind=status", "failed: "]).await;
    assert_eq!(program.calls_of("gpt"), 2, "a second attempt at most once");
    program.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f034_after_the_answer_and_before_it_was_stored() {
    let db = sqlite().await;
    let mut program = Program::start(&db, "run_answered").await;
    let issue = program.asked("/bakeoff gpt");
    program.dies_and_starts_again();
    one_round(&program, issue, 1).await;
    the_lost_call_was_paid(&program).await;
    program.end().await;
}

/// Two calls were made, both are in the cost, and the person sees one result.
async fn the_lost_call_was_paid(program: &Program) {
    assert_eq!(program.calls_of("gpt"), 2);
    let runs = program.runs().await;
    let [run] = runs.as_slice() else { panic!("one run: {runs:?}") };
    assert_eq!((run.attempt, run.status), (2, RunStatus::Succeeded));
    // 1,000 tokens in at $1 a million and the answer's own out: what one finished call costs.
    let one = 1_000 + run.result.usage.output_tokens * 5;
    assert!(run.result.cost.0 > one && run.result.cost.0 <= run.budget.0, "the lost call is estimated: {run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn f035_after_two_of_four_runs_were_stored() {
    let db = sqlite().await;
    let mut program = Program::start(&db, "run_stored:2").await;
    for slow in ["gemini-model", "local-model"] {
        program.models.script(slow, vec![right().delay(Duration::from_secs(60)), right()]);
    }
    let issue = program.asked("/bakeoff gpt claude gemini local");
    program.dies_and_starts_again();
    one_round(&program, issue, 4).await;
    let calls = ["gpt", "claude", "gemini", "local"].map(|alias| program.calls_of(alias));
    assert_eq!(calls[..2], [1, 1], "what was stored is not run again");
    assert!(calls[2..].iter().all(|calls| (1..=2).contains(calls)), "{calls:?}");
    program.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f037_between_two_comparison_comments() {
    for_each_database(async |db| {
        let mut program = Program::start(db, "candidate_posted").await;
        let issue = program.asked("/bakeoff gpt claude");
        program.died();
        assert_eq!(
            program.hub.bot_comments(REPO, issue).iter().filter(|c| c.body.contains("kind=candidate")).count(),
            1
        );
        program.start_again("");
        one_round(&program, issue, 2).await;
        assert_eq!(program.hub.bot_comments(REPO, issue).len(), 3, "the status and two candidates");
        program.end().await;
    })
    .await;
}

/// A program that has a candidate to choose and dies at this place of the choice.
async fn dies_while_picking(db: &TestDb, crash_at: &str) -> (Program, i64) {
    let mut program = Program::start(db, crash_at).await;
    let issue = program.asked("/bakeoff gpt");
    let a = program.candidate(issue, "A").await;
    program.hub.react(REPO, a.id, ADA, "rocket");
    program.died();
    (program, issue)
}

/// One pull request on one branch, told once.
async fn one_pull(program: Program, issue: i64) {
    let pull = program.told(issue).await;
    assert!(pull.open && pull.draft, "{pull:?}");
    let base = program.hub.branches(REPO)["main"].clone();
    assert_eq!(program.hub.parents(REPO, &pull.head_sha), [base]);
    assert_eq!(program.hub.branches(REPO).len(), 2, "main and ours");
    assert_eq!(program.hub.pulls(REPO).len(), 1);
    assert_eq!(program.hub.bot_comments(REPO, issue).len(), 2, "the status, which tells it, and the candidate");
    program.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f038_between_the_pick_seen_and_stored() {
    let db = sqlite().await;
    let (mut program, issue) = dies_while_picking(&db, "pick_seen").await;
    program.start_again("");
    one_pull(program, issue).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f039_after_the_commit_was_built_and_before_the_push() {
    let db = sqlite().await;
    let (mut program, issue) = dies_while_picking(&db, "commit_built").await;
    assert_eq!(program.hub.branches(REPO).len(), 1, "nothing was pushed");
    program.start_again("");
    let head = program.told(issue).await.head_sha;
    // Its log is read to the end when it stops.
    program.stop();
    program.start_again("");
    let built = program.logged("commit built", "commit.sha");
    assert_eq!(
        built,
        [head.as_str(), head.as_str()],
        "before the kill and after it: the same commit, which was pushed"
    );
    one_pull(program, issue).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f040_after_the_push_and_before_the_pull_request() {
    let db = sqlite().await;
    let (mut program, issue) = dies_while_picking(&db, "branch_pushed").await;
    let branches = program.hub.branches(REPO);
    let (_, pushed) = branches.iter().find(|(name, _)| name.starts_with("bakeoff/")).expect("our branch");
    assert!(program.hub.pulls(REPO).is_empty());
    program.start_again("");
    assert_eq!(program.told(issue).await.head_sha, *pushed, "the same commit");
    one_pull(program, issue).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f041_after_the_pull_request_was_made_and_before_it_was_recorded() {
    for_each_database(async |db| {
        let (mut program, issue) = dies_while_picking(db, "pull_made").await;
        let made = program.hub.pulls(REPO).remove(0);
        program.start_again("");
        assert_eq!(program.told(issue).await.number, made.number, "it was found by its head");
        one_pull(program, issue).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f042_after_the_pull_request_was_recorded_and_before_it_was_told() {
    let db = sqlite().await;
    let (mut program, issue) = dies_while_picking(&db, "pull_recorded").await;
    program.start_again("");
    one_pull(program, issue).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f126_m56_ten_running_tasks_are_released_by_sigterm_and_resumed_by_the_next_process() {
    let db = sqlite().await;
    let mut program = Program::start(&db, "").await;
    // So many calls a provider is asked at once; two runs wait for their turn.
    let under_way = 8;
    let slow = vec![right().delay(Duration::from_secs(100)); under_way];
    program.models.script("gpt-model", [slow, vec![right()]].concat());
    let issues: Vec<i64> = (0..10).map(|_| program.asked("/bakeoff gpt")).collect();
    program.calls_under_way(under_way).await;
    program.stop();
    program.start_again("");
    for issue in issues {
        one_candidate(&program, issue).await;
    }
    assert!(program.calls_of("gpt") >= under_way + 10, "each began once more");
    program.end().await;
}

async fn one_candidate(program: &Program, issue: i64) {
    program.candidate(issue, "A").await;
    program.said(issue, &["kind=status", "to choose from"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m10_nothing_is_asked_of_github_or_a_model_before_a_delivery_is_answered() {
    let db = sqlite().await;
    let mut program = Program::start(&db, "").await;
    program.hub.settled().await;
    crate::support::invariants::settled(&program.hub, &program.store, Duration::from_secs(60)).await;
    program.stop();
    // A process that only receives: whatever it asks of others, it asks on the receiving path.
    program.start_receiving();
    let before = program.hub.log().len();
    let issues: Vec<i64> = (0..20).map(|_| program.asked("/bakeoff gpt")).collect();
    program.hub.settled().await;
    let taken = attempts(&program).iter().filter(|d| d.status == 202).count();
    assert_eq!(taken, issues.len());
    assert_eq!(program.hub.log().len(), before, "GitHub was asked: {:?}", program.hub.log().last());
    assert!(program.models.requests().is_empty());
    program.stop();
    program.start_again("");
    for issue in issues {
        one_candidate(&program, issue).await;
    }
    program.end().await;
}
