//! The graceful stop (M56).

use std::time::Duration;

use bakeoff::adapters::queue::{Outcome, QueueSettings};
use tokio::sync::watch;

use super::harness::{Worker, done, job, quick, rows};
use crate::support::databases;

#[tokio::test(flavor = "multi_thread")]
async fn m56_running_jobs_may_finish_and_no_new_one_starts() {
    databases::for_each_database(async |database| {
        let (open, gate) = watch::channel(false);
        let mut worker = Worker::start(database, quick(), move |_| {
            let mut gate = gate.clone();
            Box::pin(async move {
                gate.wait_for(|open| *open).await.unwrap();
                Outcome::Done
            })
        })
        .await;
        worker.add(&[job()]).await;
        worker.next().await.started();
        worker.stop.cancel();
        worker.add(&[job()]).await;
        open.send_replace(true);
        let store = worker.store.clone();
        assert!(worker.stopped().await.is_empty());
        assert_eq!(rows(&store).await, ["queued 0 0"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f126_what_does_not_finish_is_released_and_resumed_without_counting() {
    databases::for_each_database(async |database| {
        let settings = QueueSettings { grace: Duration::from_millis(50), ..quick() };
        let mut worker = Worker::start(database, settings, |_| Box::pin(std::future::pending())).await;
        let jobs: Vec<_> = (0..10).map(|_| job()).collect();
        worker.add(&jobs).await;
        for _ in &jobs {
            worker.next().await.started();
        }
        let store = worker.store.clone();
        assert!(worker.stopped().await.is_empty());
        assert_eq!(rows(&store).await, ["queued 0 0"; 10]);

        let mut next = Worker::start(database, quick(), done).await;
        for _ in &jobs {
            assert_eq!(next.next().await.started().attempt, 1);
        }
    })
    .await;
}
