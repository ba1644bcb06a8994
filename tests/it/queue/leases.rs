//! Leases: killed, paused and doubled workers.

use std::time::Duration;

use bakeoff::adapters::queue::{JobContext, Outcome, Pool, QueueSettings};
use bakeoff::adapters::store::Store;
use futures::future::BoxFuture;
use tokio::sync::watch;

use super::harness::{Worker, done, job, quick, rows, rows_become, standing};
use crate::support::databases;

fn short_lease() -> QueueSettings {
    QueueSettings { lease: Duration::from_millis(600), ..quick() }
}

/// Busy with one job it does not claim the same job again when that is taken from it.
fn one_worker() -> QueueSettings {
    QueueSettings { quick: Pool { workers: 1, per_installation: 1 }, ..short_lease() }
}

fn forever(_: JobContext) -> BoxFuture<'static, Outcome> {
    Box::pin(std::future::pending())
}

async fn still_mine(store: &Store, context: &JobContext) -> bool {
    let mut tx = store.begin().await.unwrap();
    let mine = context.still_mine(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    mine
}

#[tokio::test(flavor = "multi_thread")]
async fn f029_the_job_of_a_killed_worker_runs_again() {
    databases::for_each_database(async |database| {
        let mut killed = Worker::start(database, short_lease(), forever).await;
        killed.add(&[job()]).await;
        killed.next().await.started();
        killed.task.abort();
        let mut other = Worker::start(database, short_lease(), done).await;
        assert_eq!(other.next().await.started().attempt, 2);
        rows_become(&other.store, &[]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m54_a_paused_worker_cannot_finish_what_was_taken_from_it() {
    databases::for_each_database(async |database| {
        let (open, gate) = watch::channel(false);
        let wait = move |_| -> BoxFuture<'static, Outcome> {
            let mut gate = gate.clone();
            Box::pin(async move {
                gate.wait_for(|open| *open).await.unwrap();
                Outcome::Done
            })
        };
        // Its heartbeat stands still, as that of a frozen process does.
        let frozen = QueueSettings { lease: Duration::from_hours(1), ..one_worker() };
        let mut first = Worker::start(database, frozen, wait).await;
        first.add(&[job()]).await;
        let stolen = first.next().await.started();
        assert!(still_mine(&first.store, &stolen).await);

        let mut second = Worker::start(database, short_lease(), forever).await;
        let taken = second.next().await.started();
        assert!(taken.token > stolen.token && taken.job_id == stolen.job_id);
        open.send_replace(true);
        first.stop.cancel();
        first.task.await.unwrap();

        assert!(!still_mine(&second.store, &stolen).await);
        assert!(still_mine(&second.store, &taken).await);
        assert_eq!(rows(&second.store).await, ["running 2 1"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_living_worker_keeps_its_job_and_learns_when_it_lost_it() {
    databases::for_each_database(async |database| {
        let mut holder = Worker::start(database, one_worker(), forever).await;
        holder.add(&[job()]).await;
        let context = holder.next().await.started();
        let mut observer = Worker::start(database, short_lease(), done).await;
        assert!(tokio::time::timeout(Duration::from_millis(1_500), observer.seen.recv()).await.is_err());
        assert!(!context.canceled.is_cancelled());

        let mut tx = observer.store.begin().await.unwrap();
        sqlx::query("UPDATE jobs SET status = 'queued', worker = NULL").execute(&mut *tx).await.unwrap();
        tx.wake_queue();
        tx.commit().await.unwrap();
        observer.next().await.started();
        context.canceled.cancelled().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m53_what_crashed_the_process_twice_is_parked_and_told() {
    databases::for_each_database(async |database| {
        let stop_at_once = || QueueSettings { grace: Duration::ZERO, ..quick() };
        let mut worker = Worker::start(database, stop_at_once(), forever).await;
        worker.add(&[job()]).await;
        for crash in 1..=2 {
            worker.next().await.started();
            worker.task.abort();
            assert!(worker.task.await.unwrap_err().is_cancelled());
            assert_eq!(worker.queue.take_back_all().await.unwrap(), 1);
            assert_eq!(rows(&worker.store).await, [format!("queued {crash} {crash}")]);
            worker = Worker::start(database, stop_at_once(), forever).await;
        }
        assert_eq!(worker.next().await.gave_up(), "the process crashed twice while it did this");
        rows_become(&worker.store, &["dead 3 2"]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f043_two_kills_only_postpone_what_looks_after_something() {
    databases::for_each_database(async |database| {
        let mut worker = Worker::start(database, quick(), forever).await;
        worker.add(&[standing()]).await;
        // The third time it is set aside for the longest pause, the fourth time it runs.
        for _ in 1..=3 {
            worker.next().await.started();
            worker.task.abort();
            assert!(worker.task.await.unwrap_err().is_cancelled());
            assert_eq!(worker.queue.take_back_all().await.unwrap(), 1);
            worker = Worker::start(database, quick(), forever).await;
        }
        rows_become(&worker.store, &["running 2 1"]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_the_work_and_double_nothing() {
    databases::for_each_database(async |database| {
        let mut one = Worker::start(database, quick(), done).await;
        let mut two = Worker::start(database, quick(), done).await;
        let jobs: Vec<_> = (0..300).map(|_| job()).collect();
        for chunk in jobs.chunks(10) {
            one.add(chunk).await;
        }
        let mut keys = Vec::new();
        for _ in &jobs {
            let seen = tokio::select! { seen = one.next() => seen, seen = two.next() => seen };
            keys.push(seen.started().job.unique_key());
        }
        rows_become(&one.store, &[]).await;
        keys.sort();
        let mut expected: Vec<_> = jobs.iter().map(|new| new.job.unique_key()).collect();
        expected.sort();
        assert_eq!(keys, expected);
        assert!(one.stopped().await.is_empty() && two.stopped().await.is_empty());
    })
    .await;
}
