//! M53, I4: a command whose work crashed the program twice, or failed five times, is given up and told once.

use bakeoff::adapters::store::Store;
use bakeoff::adapters::store::deliveries;
use bakeoff::adapters::store::page::Page;
use bakeoff::domain::delivery::{Delivery, DeliveryStatus};
use bakeoff::sim::github::{FakeGithub, Fault, Hub};

use super::program::Program;
use crate::support::databases::for_each_database;
use crate::support::invariants;
use crate::support::world::{ADA, REPO, World};

async fn failed(hub: &FakeGithub, store: &Store) -> Vec<Delivery> {
    let app = i64::try_from(hub.app_id()).unwrap();
    let mut conn = store.read().await.unwrap();
    deliveries::list(&mut conn, app, Some(DeliveryStatus::Failed), &Page::ALL).await.unwrap()
}

fn replies(hub: &Hub, issue: i64) -> Vec<String> {
    let all = hub.bot_comments(REPO, issue).into_iter().map(|comment| comment.body);
    all.filter(|body| body.contains("kind=reply")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn m53_a_command_that_crashed_the_program_twice_is_told_once_and_works_when_it_is_sent_again() {
    for_each_database(async |db| {
        let mut program = Program::start(db, "command_claimed").await;
        let issue = program.issue();
        program.hub.settled().await;
        invariants::settled(&program.hub, &program.store, std::time::Duration::from_secs(60)).await;
        program.hub.comment(REPO, issue, ADA, "/bakeoff gpt\n/bakeoff status");
        program.died();
        program.start_again("command_claimed");
        program.died();
        // Killed once more while it tells, after the words are there: they are found again, not said again.
        program.start_again("after_comment_post");
        program.died();
        program.start_again("");
        let said = program.said(issue, &["kind=reply", "stopped twice while it worked on this command"]).await;
        assert!(said.body.contains("send it again as a new comment"), "{said:?}");
        program.hub.comment(REPO, issue, ADA, "/bakeoff gpt");
        program.candidate(issue, "A").await;
        invariants::settled(&program.hub, &program.store, std::time::Duration::from_secs(60)).await;
        let said = replies(&program.hub, issue);
        assert_eq!(said.len(), 1, "once, and the second command of it is void as well: {said:#?}");
        let rows = failed(&program.hub, &program.store).await;
        let [row] = rows.as_slice() else { panic!("one failed delivery: {rows:?}") };
        assert!(row.error.as_deref().is_some_and(|error| error.contains("crashed twice")), "{row:?}");
        assert_eq!(program.runs().await.len(), 1);
        program.end().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m53_a_command_that_failed_five_times_is_told_once() {
    let world = World::new().await;
    world.hub.fault(Fault::on("GET", "/repos/*/commits/*").always().status(500));
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.bot_says(issue, "failed on our side again and again").await;
    world.hub.clear_faults();
    invariants::settle(&world).await;
    assert_eq!(failed(&world.hub, world.store()).await.len(), 1);
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    assert_eq!(replies(&world.hub, issue).len(), 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m53_what_cannot_be_told_ends_in_the_row_of_the_delivery() {
    let world = World::new().await;
    world.hub.fault(Fault::on("GET", "/repos/*/commits/*").always().status(500));
    world.hub.fault(Fault::on("POST", "/repos/*/issues/*/comments").always().status(410));
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let settled = async || {
        let store = world.store();
        let mut rows = failed(&world.hub, store).await;
        while rows.is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            rows = failed(&world.hub, store).await;
        }
        invariants::settle(&world).await;
        rows
    };
    let rows = tokio::time::timeout(std::time::Duration::from_secs(30), settled()).await.expect("a failed delivery");
    assert!(rows.iter().all(|row| row.error.is_some() && row.handled_at.is_some()), "{rows:?}");
    assert!(world.hub.bot_comments(REPO, issue).is_empty());
    world.hub.clear_faults();
    world.end().await;
}
