//! Who comes when: priority, fairness, limits.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;

use bakeoff::adapters::queue::{JobContext, Outcome, Pool, QueueSettings};
use bakeoff::domain::ids::{InstallationId, ModelId, PickId};
use bakeoff::domain::job::{Job, NewJob};
use futures::future::BoxFuture;
use tokio::sync::watch;

use super::harness::{Worker, done, job, job_of, quick, rows_become, run};
use crate::support::databases;

fn workers(workers: usize, per_installation: usize) -> QueueSettings {
    let pool = Pool { workers, per_installation };
    QueueSettings { quick: pool, long: pool, ..quick() }
}

#[tokio::test(flavor = "multi_thread")]
async fn urgent_jobs_first_then_the_longest_waiting() {
    databases::for_each_database(async |database| {
        let mut worker = Worker::start(database, workers(1, 1), done).await;
        let at = job().run_at;
        let (first, second) = (NewJob { run_at: at.minus(std::time::Duration::from_secs(9)), ..job() }, job());
        let urgent = NewJob { job: Job::OpenPull { pick_id: PickId::new() }, ..job() };
        let expected = [&urgent, &first, &second].map(|new| new.job.clone());
        worker.add(&[second, first, urgent]).await;
        let mut order = Vec::new();
        for _ in 0..3 {
            order.push(worker.next().await.started().job);
        }
        assert_eq!(order, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m18_a_noisy_neighbour_does_not_make_the_others_wait() {
    databases::for_each_database(async |database| {
        let mut worker = Worker::start(database, workers(4, 3), done).await;
        let noise = (0..300).map(|_| job_of(1));
        let others: Vec<_> = (0..10).map(|_| job_of(2)).collect();
        let keys: Vec<_> = others.iter().map(|new| new.job.unique_key()).collect();
        worker.add(&noise.chain(others).collect::<Vec<_>>()).await;
        let mut order = Vec::new();
        for _ in 0..310 {
            order.push(worker.next().await.started().job.unique_key());
        }
        let last = order.iter().rposition(|key| keys.contains(key)).unwrap();
        assert!(last < 45, "the last of ten started after {last} others");
    })
    .await;
}

/// Counts how many run at once, by model and by installation; each lasts until 6 are there or all have started.
#[derive(Default)]
struct Gauge {
    now: Mutex<HashMap<&'static str, usize>>,
    most: Mutex<HashMap<&'static str, usize>>,
}

impl Gauge {
    fn enter(&self, name: &'static str) {
        let mut now = self.now.lock().unwrap();
        let count = now.entry(name).or_default();
        *count += 1;
        let mut most = self.most.lock().unwrap();
        let highest = most.entry(name).or_default();
        *highest = (*highest).max(*count);
    }

    fn leave(&self, name: &'static str) {
        *self.now.lock().unwrap().get_mut(name).unwrap() -= 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m18_limits_per_model_and_installation_hold() {
    databases::for_each_database(async |database| {
        let gauge = Arc::new(Gauge::default());
        let (model, installation) = (ModelId::new(), InstallationId(7));
        let of_model = (0..20).map(|_| NewJob { model_id: Some(model), ..run() });
        let of_installation = (0..20).map(|_| NewJob { installation_id: Some(installation), ..run() });
        let jobs: Vec<_> = of_model.chain(of_installation).collect();
        let models: Vec<_> = jobs.iter().take(20).map(|new| new.job.clone()).collect();
        let shared = Arc::clone(&gauge);
        let script = move |context: JobContext| -> BoxFuture<'static, Outcome> {
            let name = if models.contains(&context.job) { "model" } else { "installation" };
            let gauge = Arc::clone(&shared);
            Box::pin(async move {
                gauge.enter(name);
                tokio::task::yield_now().await;
                gauge.leave(name);
                Outcome::Done
            })
        };
        let worker = Worker::start(database, QueueSettings { per_model: 2, ..workers(16, 3) }, script).await;
        worker.add(&jobs).await;
        rows_become(&worker.store, &[]).await;
        let most = gauge.most.lock().unwrap().clone();
        assert!(most["model"] <= 2 && most["installation"] <= 3, "{most:?}");
        assert_eq!(worker.stopped().await.len(), 40);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn quick_jobs_never_wait_for_long_ones() {
    databases::for_each_database(async |database| {
        let (open, gate) = watch::channel(false);
        let mut worker = Worker::start(database, workers(2, 2), move |context| {
            let mut gate = gate.clone();
            Box::pin(async move {
                if context.job.takes_long() {
                    gate.wait_for(|open| *open).await.unwrap();
                }
                Outcome::Done
            })
        })
        .await;
        worker.add(&[run(), run(), run()]).await;
        for _ in 0..2 {
            assert!(worker.next().await.started().job.takes_long());
        }
        worker.add(&[job()]).await;
        assert!(!worker.next().await.started().job.takes_long());
        open.send_replace(true);
        assert!(worker.next().await.started().job.takes_long());
    })
    .await;
}
