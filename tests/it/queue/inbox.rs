//! Deliveries come in durable, once, or not at all.

use std::time::Duration;

use bakeoff::adapters::queue::{Accepted, Inbox, InboxError, InboxSettings, NewDelivery, Outcome};
use bakeoff::adapters::store::{Backend, Store, StoreOptions};
use bakeoff::domain::ids::InstallationId;
use bakeoff::domain::job::Job;
use sqlx::Row;

use super::harness::{Worker, done, now, quick, rows, rows_become};
use crate::support::databases::{self, TestDb};

fn delivery(guid: &str) -> NewDelivery {
    NewDelivery {
        app_id: 1,
        guid: guid.into(),
        event: "issue_comment".into(),
        action: Some("created".into()),
        payload: "{\"a\":1}".into(),
        received_at: now(),
        installation_id: Some(InstallationId(5)),
        too_old: false,
    }
}

async fn open(database: &TestDb) -> (Store, Inbox) {
    let store = database.second().await;
    (store.clone(), Inbox::start(store, InboxSettings::default()))
}

/// `guid status payload` of every delivery.
async fn stored(store: &Store) -> Vec<String> {
    let mut conn = store.read().await.unwrap();
    let rows = sqlx::query("SELECT guid, status, payload FROM deliveries ORDER BY guid, app_id");
    let line = |row: &sqlx::any::AnyRow| [0, 1, 2].map(|column: usize| row.get::<String, _>(column)).join(" ");
    rows.fetch_all(&mut *conn).await.unwrap().iter().map(line).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn f001_the_second_of_two_is_a_duplicate() {
    databases::for_each_database(async |database| {
        let (store, inbox) = open(database).await;
        assert_eq!(inbox.accept(delivery("a")).await, Ok(Accepted::Queued));
        assert_eq!(inbox.accept(delivery("a")).await, Ok(Accepted::Duplicate));
        let other_app = NewDelivery { app_id: 2, ..delivery("a") };
        assert_eq!(inbox.accept(other_app).await, Ok(Accepted::Queued));
        assert_eq!(stored(&store).await, ["a queued {\"a\":1}"; 2]);
        assert_eq!(rows(&store).await, ["queued 0 0"; 2]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f002_of_fifty_at_once_one_is_queued() {
    databases::for_each_database(async |database| {
        let (store, inbox) = open(database).await;
        let same = (0..50).map(|_| inbox.accept(delivery("same")));
        let other = (0..100).map(|n| inbox.accept(delivery(&format!("other-{n}"))));
        let (same, other) = tokio::join!(futures::future::join_all(same), futures::future::join_all(other));
        let queued = |answers: &[Result<Accepted, InboxError>]| {
            answers.iter().filter(|answer| **answer == Ok(Accepted::Queued)).count()
        };
        assert_eq!((queued(&same), queued(&other)), (1, 100));
        assert_eq!(same.iter().filter(|answer| **answer == Ok(Accepted::Duplicate)).count(), 49);
        assert_eq!((stored(&store).await.len(), rows(&store).await.len()), (101, 101));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_delivery_wakes_its_worker() {
    databases::for_each_database(async |database| {
        let mut worker = Worker::start(database, quick(), done).await;
        let inbox = Inbox::start(worker.store.clone(), InboxSettings::default());
        inbox.accept(delivery("a\0b")).await.unwrap();
        let job = worker.next().await.started().job;
        assert_eq!(job, Job::HandleDelivery { app_id: 1, guid: "a\u{fffd}b".into() });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m06_too_old_is_stored_and_not_run() {
    databases::for_each_database(async |database| {
        let (store, inbox) = open(database).await;
        let old = NewDelivery { too_old: true, ..delivery("old") };
        assert_eq!(inbox.accept(old.clone()).await, Ok(Accepted::TooOld));
        assert_eq!(inbox.accept(old).await, Ok(Accepted::Duplicate));
        assert_eq!(stored(&store).await, ["old ignored {\"a\":1}"]);
        assert!(rows(&store).await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m06_a_redelivery_runs_again_only_what_died_before_any_effect() {
    databases::for_each_database(async |database| {
        let dead =
            |_| -> futures::future::BoxFuture<'static, Outcome> { Box::pin(async { Outcome::Dead("no".into()) }) };
        let worker = Worker::start(database, quick(), dead).await;
        let inbox = Inbox::start(worker.store.clone(), InboxSettings::default());
        for round in 1..=2 {
            assert_eq!(inbox.accept(delivery("a")).await, Ok(Accepted::Queued));
            rows_become(&worker.store, &["dead 1 0"].repeat(round)).await;
            assert_eq!(stored(&worker.store).await, ["a failed {\"a\":1}"]);
        }
        let mut tx = worker.store.begin().await.unwrap();
        let acted = "INSERT INTO commands (comment_id, ordinal, guid, at) VALUES (1, 0, 'a', 0)";
        sqlx::query(acted).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(inbox.accept(delivery("a")).await, Ok(Accepted::Duplicate));
        for status in ["queued", "handled", "ignored"] {
            let mut tx = worker.store.begin().await.unwrap();
            sqlx::query("UPDATE deliveries SET status = $1").bind(status).execute(&mut *tx).await.unwrap();
            sqlx::query("DELETE FROM commands").execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(inbox.accept(delivery("a")).await, Ok(Accepted::Duplicate), "{status}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f115_a_locked_database_refuses_and_keeps_nothing() {
    databases::for_each_database(async |database| {
        let options = StoreOptions {
            busy_timeout: Duration::from_millis(50),
            acquire_timeout: Duration::from_millis(100),
            ..StoreOptions::default()
        };
        let blocker = database.second().await;
        let store = Store::connect(&database.url, options).await.unwrap();
        let inbox = Inbox::start(store.clone(), InboxSettings::default());
        let mut held = blocker.begin().await.unwrap();
        if database.store.backend() == Backend::Postgres {
            sqlx::query("LOCK TABLE deliveries").execute(&mut *held).await.unwrap();
        }
        let answers = futures::future::join_all((0..5).map(|n| inbox.accept(delivery(&n.to_string())))).await;
        assert_eq!(answers, [Err(InboxError::Unavailable); 5]);
        held.rollback().await.unwrap();
        assert!(stored(&store).await.is_empty() && rows(&store).await.is_empty());
        assert_eq!(inbox.accept(delivery("a")).await, Ok(Accepted::Queued));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_inbox_refuses_at_once() {
    databases::for_each_database(async |database| {
        let (store, _) = open(database).await;
        let settings =
            InboxSettings { waiting: 2, batch: 1, deadline: Duration::from_millis(500), ..InboxSettings::default() };
        let inbox = Inbox::start(store.clone(), settings);
        let mut held = store.begin().await.unwrap();
        if database.store.backend() == Backend::Postgres {
            sqlx::query("LOCK TABLE deliveries").execute(&mut *held).await.unwrap();
        }
        let answers = futures::future::join_all((0..20).map(|n| inbox.accept(delivery(&n.to_string())))).await;
        assert!(answers.iter().all(|answer| *answer == Err(InboxError::Unavailable)), "{answers:?}");
        held.rollback().await.unwrap();
        while inbox.accept(delivery("after")).await == Err(InboxError::Unavailable) {
            tokio::task::yield_now().await;
        }
        assert!(rows(&store).await.len() <= 2, "what nobody waits for is not written");
    })
    .await;
}
