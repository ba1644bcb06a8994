//! Many deliveries at once: doubled, out of order, and with the program killed in the middle.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bakeoff::adapters::store::page::Page;
use bakeoff::adapters::store::{Store, deliveries, rounds, runs, tasks};
use bakeoff::domain::delivery::DeliveryStatus;
use bakeoff::domain::ids::CommentId;
use bakeoff::domain::round::RoundStatus;
use bakeoff::sim::github::FakeGithub;
use futures::StreamExt as _;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

use super::program::Program;
use crate::support::databases::sqlite;
use crate::support::invariants;
use crate::support::world::ADA;

const SENT: usize = 2_000;
const DOUBLED: usize = SENT / 10;
const OWNERS: usize = 8;

/// A storm that is ready to be let loose.
struct Storm {
    /// Numbers of deliveries in the order of their sending, a tenth of them twice.
    order: Vec<i64>,
    /// Comments with a command.
    commands: BTreeSet<i64>,
}

/// Repositories of several owners, issues, one command under each, and talk that commands nothing.
async fn gather(program: &mut Program, issues: usize) -> Storm {
    for owner in 1..OWNERS {
        program.repository(&format!("owner-{owner}/hello"));
    }
    program.hub.settled().await;
    let before = program.hub.deliveries().len();
    program.hub.hold_deliveries(true);
    let mut threads = Vec::new();
    let mut commands = BTreeSet::new();
    for repo in program.repos.clone() {
        for number in 0..issues {
            let issue = program.hub.open_issue(&repo, ADA, &format!("Wrong {number}"), "`greet` says `Helo`.");
            commands.insert(program.hub.comment(&repo, issue, ADA, "/bakeoff gpt"));
            threads.push((repo.clone(), issue));
        }
    }
    let distinct = SENT - DOUBLED;
    for (count, (repo, issue)) in threads.iter().cycle().enumerate() {
        if program.hub.deliveries().len() - before == distinct {
            break;
        }
        program.hub.comment(repo, *issue, ADA, &format!("I see it too ({count})."));
    }
    program.hub.hold_deliveries(false);
    let ids: Vec<i64> = program.hub.deliveries().iter().skip(before).map(|d| d.id).collect();
    let mut chance = StdRng::seed_from_u64(0x5702);
    let mut order = [ids.clone(), ids[..DOUBLED].to_vec()].concat();
    order.shuffle(&mut chance);
    assert_eq!(order.len(), SENT);
    Storm { order, commands }
}

/// Sends everything, about 250 a second, and counts what was answered or failed.
async fn send(hub: FakeGithub, order: Vec<i64>, answered: Arc<AtomicUsize>) {
    let mut pace = tokio::time::interval(Duration::from_millis(4));
    let mut sending = futures::stream::FuturesUnordered::new();
    for id in order {
        pace.tick().await;
        while sending.len() >= 64 {
            sending.next().await;
        }
        let (hub, answered) = (hub.clone(), Arc::clone(&answered));
        sending.push(tokio::spawn(async move {
            hub.deliver(id).await;
            answered.fetch_add(1, Ordering::SeqCst);
        }));
    }
    while sending.next().await.is_some() {}
}

/// GUIDs whose newest attempt failed.
fn failed(hub: &FakeGithub) -> BTreeSet<String> {
    let mut newest = BTreeMap::new();
    for delivery in hub.deliveries() {
        newest.insert(delivery.guid, delivery.status);
    }
    newest.into_iter().filter(|(_, status)| !(200..300).contains(status)).map(|(guid, _)| guid).collect()
}

/// Starts it again until nothing is left that GitHub must send again, as the hourly look would.
async fn recovered(program: &mut Program) {
    for _ in 0..5 {
        program.hub.settled().await;
        invariants::settled(&program.hub, &program.store, Duration::from_secs(120)).await;
        if failed(&program.hub).is_empty() {
            return;
        }
        program.asks_again().await;
    }
    panic!("deliveries stay failed: {:?}", failed(&program.hub));
}

/// Jobs that a kill interrupted and that have not ended since.
async fn met_by_a_kill(store: &Store) -> i64 {
    let mut conn = store.read().await.unwrap();
    let sql = "SELECT COUNT(*) AS met FROM jobs WHERE crashes > 0 AND status IN ('queued', 'running')";
    sqlx::Row::get(&sqlx::query(sql).fetch_one(&mut *conn).await.unwrap(), "met")
}

/// Every delivery that was sent has one row, and each row its end.
async fn nothing_is_lost(program: &Program) {
    let mut conn = program.store.read().await.unwrap();
    let app = i64::try_from(program.hub.app_id()).unwrap();
    let rows = deliveries::list(&mut conn, app, None, &Page::ALL).await.unwrap();
    let stored: BTreeSet<String> = rows.iter().map(|row| row.guid.clone()).collect();
    let sent: BTreeSet<String> = program.hub.deliveries().into_iter().map(|d| d.guid).collect();
    assert_eq!(stored.len(), rows.len(), "a delivery has two rows");
    assert!(sent == stored, "lost: {:?}", sent.difference(&stored).collect::<Vec<_>>());
    let unhandled: Vec<_> = rows
        .iter()
        .filter(|row| !matches!(row.status, DeliveryStatus::Handled | DeliveryStatus::Ignored))
        .map(|row| (&row.guid, row.status, &row.error))
        .collect();
    assert!(unhandled.is_empty(), "{unhandled:?}");
}

/// Every command has one round, every task one.
async fn each_command_ran_once(store: &Store, commands: &BTreeSet<i64>) {
    let mut conn = store.read().await.unwrap();
    let mut seen = BTreeSet::new();
    for task in tasks::list(&mut conn, None, &Page::ALL).await.unwrap() {
        let all = rounds::list(&mut conn, task.id).await.unwrap();
        assert_eq!(all.len(), 1, "one command, one round: {all:?}");
        let runs = runs::list_round(&mut conn, all[0].id).await.unwrap();
        // Three kills may meet one run three times; it is then given up and told, never lost.
        let interrupted = |e: &str| e.contains("interrupted too often") || e.contains("crashed twice");
        let given_up = runs.iter().all(|run| run.result.error.as_deref().is_some_and(interrupted));
        let ended = all[0].status == RoundStatus::Choosing || all[0].status == RoundStatus::Failed && given_up;
        assert!(ended, "{:?} {runs:?}", all[0]);
        seen.extend(all[0].origin.comment_id.map(|CommentId(id)| id));
    }
    assert_eq!(seen, *commands);
}

#[tokio::test(flavor = "multi_thread")]
async fn m05_m08_a_storm_with_three_kills_loses_and_doubles_nothing() {
    let db = sqlite().await;
    let mut program = Program::start(&db, "").await;
    let storm = gather(&mut program, 5).await;
    let answered = Arc::new(AtomicUsize::new(0));
    let sending = tokio::spawn(send(program.hub.clone(), storm.order, Arc::clone(&answered)));
    for kill_at in [SENT / 4, SENT / 2, SENT * 3 / 4] {
        while answered.load(Ordering::SeqCst) < kill_at {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // What was met by two kills is given up and told (M53), so each kill finds other work under way.
        for _ in 0..2_000 {
            if met_by_a_kill(&program.store).await == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        program.kill();
        program.start_again("");
    }
    sending.await.unwrap();
    assert!(
        !failed(&program.hub).is_empty() || program.hub.deliveries().iter().any(|d| d.redelivery),
        "kills were felt"
    );
    recovered(&mut program).await;
    nothing_is_lost(&program).await;
    each_command_ran_once(&program.store, &storm.commands).await;
    program.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f014_a_burst_is_taken_or_recorded_as_failed_and_recovered() {
    let db = sqlite().await;
    let mut program = Program::start(&db, "").await;
    let storm = gather(&mut program, 1).await;
    let hub = program.hub.clone();
    let sent = futures::stream::iter(storm.order).map(|id| {
        let hub = hub.clone();
        async move { hub.deliver(id).await }
    });
    let statuses: Vec<u16> = sent.buffer_unordered(200).collect().await;
    let mut counts = BTreeMap::new();
    statuses.iter().for_each(|status| *counts.entry(*status).or_insert(0) += 1);
    assert!(counts.keys().all(|status| [200, 202, 503, 504].contains(status)), "{counts:?}");
    recovered(&mut program).await;
    nothing_is_lost(&program).await;
    each_command_ran_once(&program.store, &storm.commands).await;
    program.end().await;
}
