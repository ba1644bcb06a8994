//! What becomes of a job: once, again, later, never.

use std::time::Duration;

use bakeoff::adapters::queue::{Outcome, QueueAdapter, QueueSettings};
use bakeoff::domain::job::NewJob;
use tokio::sync::watch;

use super::harness::{PATIENCE, Seen, Worker, done, job, now, quick, rows, rows_become, standing};
use crate::support::databases;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_after_the_commit_and_only_then() {
    databases::for_each_database(async |database| {
        let mut worker = Worker::start(database, quick(), done).await;
        let (undone, kept) = (job(), job());
        let mut tx = worker.store.begin().await.unwrap();
        worker.queue.enqueue(&mut tx, undone).await.unwrap();
        tx.rollback().await.unwrap();
        worker.add(std::slice::from_ref(&kept)).await;
        let context = worker.next().await.started();
        assert_eq!((context.job, context.attempt, context.last_attempt), (kept.job, 1, false));
        rows_become(&worker.store, &[]).await;
        assert!(worker.stopped().await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_key_only_moves_forward() {
    databases::for_each_database(async |database| {
        let mut worker = Worker::start(database, quick(), done).await;
        let later = |minutes| NewJob { run_at: now().plus(Duration::from_mins(minutes)), ..job() };
        let first = later(60);
        worker.add(std::slice::from_ref(&first)).await;
        worker.add(&[NewJob { run_at: later(90).run_at, ..first.clone() }]).await;
        assert_eq!(rows(&worker.store).await, ["queued 0 0"]);
        worker.add(&[NewJob { run_at: now(), ..first.clone() }]).await;
        assert_eq!(worker.next().await.started().job, first.job);
        rows_become(&worker.store, &[]).await;
        assert!(worker.stopped().await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_added_while_it_runs_makes_exactly_one_more_run() {
    databases::for_each_database(async |database| {
        let (open, gate) = watch::channel(false);
        let mut worker = Worker::start(database, quick(), move |context| {
            let mut gate = gate.clone();
            Box::pin(async move {
                gate.wait_for(|open| *open).await.unwrap();
                if context.attempt == 1 { Outcome::Done } else { Outcome::Dead("a second attempt".into()) }
            })
        })
        .await;
        let new = job();
        worker.add(std::slice::from_ref(&new)).await;
        worker.next().await.started();
        for _ in 0..3 {
            worker.add(&[NewJob { run_at: now(), ..new.clone() }]).await;
        }
        open.send_replace(true);
        assert_eq!(worker.next().await.started().attempt, 1);
        rows_become(&worker.store, &[]).await;
        assert!(worker.stopped().await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m53_five_attempts_then_dead_and_the_last_one_knows() {
    databases::for_each_database(async |database| {
        let retry = |_| -> futures::future::BoxFuture<'static, Outcome> {
            Box::pin(async { Outcome::Retry("GitHub is down".into()) })
        };
        let mut worker = Worker::start(database, quick(), retry).await;
        worker.add(&[job()]).await;
        for attempt in 1..=5 {
            let context = worker.next().await.started();
            assert_eq!((context.attempt, context.last_attempt), (attempt, attempt == 5));
        }
        rows_become(&worker.store, &["dead 5 0"]).await;
        assert!(worker.stopped().await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f060_what_looks_after_something_is_postponed_and_never_given_up() {
    databases::for_each_database(async |database| {
        let mut worker = Worker::start(database, quick(), |context| {
            let over = context.attempt == 9;
            Box::pin(async move { if over { Outcome::Done } else { Outcome::Retry("GitHub is down".into()) } })
        })
        .await;
        worker.add(&[standing()]).await;
        for attempt in 1..=9 {
            assert_eq!(worker.next().await.started().attempt, attempt);
        }
        rows_become(&worker.store, &[]).await;
        assert!(worker.stopped().await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_demand_for_a_failing_job_gives_it_all_attempts_again() {
    databases::for_each_database(async |database| {
        let settings = QueueSettings { first_pause: Duration::from_hours(1), ..quick() };
        let settings = QueueSettings { longest_pause: settings.first_pause, ..settings };
        let retry = |_| -> futures::future::BoxFuture<'static, Outcome> {
            Box::pin(async { Outcome::Retry("GitHub is down".into()) })
        };
        let mut worker = Worker::start(database, settings, retry).await;
        let new = job();
        for _ in 0..7 {
            worker.add(&[NewJob { run_at: now(), ..new.clone() }]).await;
            assert_eq!(worker.next().await.started().attempt, 1);
            rows_become(&worker.store, &["queued 1 0"]).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn again_is_no_attempt() {
    databases::for_each_database(async |database| {
        let mut worker = Worker::start(database, quick(), |_| Box::pin(async { Outcome::Again(now()) })).await;
        worker.add(&[job()]).await;
        for _ in 0..12 {
            assert_eq!(worker.next().await.started().attempt, 1);
        }
        worker.stop.cancel();
        tokio::time::timeout(PATIENCE, worker.task).await.unwrap().unwrap();
        assert_eq!(rows(&worker.store).await, ["queued 0 0"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m53_a_panic_harms_nobody_and_counts_as_an_attempt() {
    databases::for_each_database(async |database| {
        let victim = job();
        let poison = victim.job.clone();
        let mut worker = Worker::start(database, quick(), move |context| {
            assert!(context.job != poison, "a bug");
            Box::pin(async { Outcome::Done })
        })
        .await;
        worker.add(&[victim.clone(), job()]).await;
        let mut starts = 0;
        let reason = loop {
            match worker.next().await {
                Seen::Started(_) => starts += 1,
                Seen::GaveUp(_, reason) => break reason,
            }
        };
        assert_eq!((starts, reason.as_str()), (6, "the job panicked"));
        rows_become(&worker.store, &["dead 5 0"]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_a_newer_version_waits_for_its_version() {
    databases::for_each_database(async |database| {
        let worker = Worker::start(database, quick(), done).await;
        let mut tx = worker.store.begin().await.unwrap();
        worker.queue.enqueue(&mut tx, job()).await.unwrap();
        sqlx::query("UPDATE jobs SET payload = '{\"kind\":\"paint\"}'").execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        rows_become(&worker.store, &["dead 5 0"]).await;
        assert!(worker.stopped().await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_reaches_waiting_and_running_jobs_at_once() {
    databases::for_each_database(async |database| {
        let mut worker = Worker::start(database, quick(), |context| {
            Box::pin(async move {
                context.canceled.cancelled().await;
                Outcome::Done
            })
        })
        .await;
        let (running, waiting) = (job(), NewJob { run_at: now().plus(Duration::from_hours(1)), ..job() });
        worker.add(&[running.clone(), waiting.clone()]).await;
        worker.next().await.started();
        for new in [&running, &waiting] {
            let mut tx = worker.store.begin().await.unwrap();
            assert!(worker.queue.cancel(&mut tx, &new.job).await.unwrap());
            assert!(!worker.queue.cancel(&mut tx, &job().job).await.unwrap());
            tx.commit().await.unwrap();
        }
        rows_become(&worker.store, &[]).await;
        let late = worker.stopped().await.remove(0).started();
        assert!(late.job == waiting.job && late.canceled.is_cancelled());
    })
    .await;
}
