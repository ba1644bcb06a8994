//! Deliveries and jobs as people look at them.

use bakeoff::adapters::store::deliveries;
use bakeoff::adapters::store::jobs::{self, JobStatus};
use bakeoff::adapters::store::page::{Cursor, Page};
use bakeoff::domain::delivery::{Delivery, DeliveryStatus};
use bakeoff::domain::ids::JobId;

use super::rows::{NOW, later};
use crate::support::databases::for_each_database;

const APP: i64 = 42;

fn delivery(guid: &str, ms: i64) -> Delivery {
    Delivery {
        guid: guid.into(),
        event: "issue_comment".into(),
        action: Some("created".into()),
        payload: "{}".into(),
        status: DeliveryStatus::Queued,
        attempts: 0,
        received_at: later(ms),
        handled_at: None,
        error: None,
    }
}

#[tokio::test]
async fn m05_a_delivery_is_known_by_app_and_guid() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let first = delivery("a", 0);
        assert!(deliveries::insert(&mut tx, APP, &first).await.unwrap());
        assert!(!deliveries::insert(&mut tx, APP, &first).await.unwrap());
        assert!(deliveries::insert(&mut tx, APP + 1, &first).await.unwrap(), "two apps share a GUID for one event");
        let full = Delivery {
            action: None,
            status: DeliveryStatus::Ignored,
            attempts: 3,
            handled_at: Some(later(9)),
            error: Some("Too old.".into()),
            ..delivery("b", 1)
        };
        assert!(deliveries::insert(&mut tx, APP, &full).await.unwrap());
        for expected in [first, full] {
            let stored = deliveries::get(&mut tx, APP, &expected.guid).await.unwrap();
            assert_eq!(stored, Some(expected));
        }
        assert_eq!(deliveries::newest_at(&mut tx, APP).await.unwrap(), Some(later(1)));
        assert_eq!(deliveries::newest_at(&mut tx, 1).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn m06_a_delivery_ends_once_and_only_a_failed_one_is_armed_again() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        for guid in ["a", "b"] {
            deliveries::insert(&mut tx, APP, &delivery(guid, 0)).await.unwrap();
        }
        assert_eq!(deliveries::count_attempt(&mut tx, APP, "a").await.unwrap(), Some(1));
        assert_eq!(deliveries::count_attempt(&mut tx, APP, "a").await.unwrap(), Some(2));
        for (guid, status, rearmed) in [("a", DeliveryStatus::Failed, true), ("b", DeliveryStatus::Handled, false)] {
            let ended = deliveries::set_handled(&mut tx, APP, guid, status, Some("Why."), later(1)).await.unwrap();
            let twice = deliveries::set_handled(&mut tx, APP, guid, status, None, later(2)).await.unwrap();
            assert_eq!((ended, twice), (true, false), "{guid}");
            assert_eq!(deliveries::count_attempt(&mut tx, APP, guid).await.unwrap(), None);
            assert_eq!(deliveries::rearm(&mut tx, APP, guid).await.unwrap(), rearmed, "{guid}");
        }
        let armed = deliveries::get(&mut tx, APP, "a").await.unwrap().unwrap();
        assert_eq!(armed, Delivery { attempts: 2, ..delivery("a", 0) });
    })
    .await;
}

#[tokio::test]
async fn deliveries_are_listed_without_payload_and_forgotten_in_two_steps() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        for (n, guid) in ["a", "b", "c"].into_iter().enumerate() {
            deliveries::insert(&mut tx, APP, &delivery(guid, i64::try_from(n).unwrap())).await.unwrap();
        }
        deliveries::set_handled(&mut tx, APP, "a", DeliveryStatus::Handled, None, later(5)).await.unwrap();
        let guids = |list: Vec<Delivery>| list.into_iter().map(|d| d.guid + &d.payload).collect::<Vec<_>>();
        assert_eq!(guids(deliveries::list(&mut tx, APP, None, &Page::ALL).await.unwrap()), ["c", "b", "a"]);
        let queued = Some(DeliveryStatus::Queued);
        assert_eq!(guids(deliveries::list(&mut tx, APP, queued, &Page::first(1)).await.unwrap()), ["c"]);
        let after = Some(Cursor { at: later(2), id: "c".into() });
        assert_eq!(guids(deliveries::list(&mut tx, APP, queued, &Page { limit: 5, after }).await.unwrap()), ["b"]);

        assert_eq!(deliveries::forget_payloads(&mut tx, later(9)).await.unwrap(), 1);
        assert_eq!(deliveries::get(&mut tx, APP, "a").await.unwrap().unwrap().payload, "");
        assert!(!deliveries::insert(&mut tx, APP, &delivery("a", 9)).await.unwrap(), "still known");
        assert_eq!(deliveries::remove_before(&mut tx, later(9)).await.unwrap(), 1);
        assert_eq!(guids(deliveries::list(&mut tx, APP, None, &Page::ALL).await.unwrap()), ["c", "b"]);
    })
    .await;
}

#[tokio::test]
async fn jobs_can_be_looked_at() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let mut ids = Vec::new();
        for (status, at) in [("dead", 1), ("dead", 2), ("queued", 3)] {
            let id = JobId::new();
            sqlx::query(
                "INSERT INTO jobs (id, kind, payload, unique_key, status, priority, lane, run_at, attempts, crashes, \
                 lease_token, beats, cancel_requested, last_error, created_at, updated_at) \
                 VALUES ($1, 'redeliver_failed', '{\"kind\":\"redeliver_failed\"}', 'redeliver', $2, 5, '', $3, 1, 0, \
                 1, 0, 0, 'No.', $4, $5)",
            )
            .bind(id.to_string())
            .bind(status)
            .bind(NOW.0)
            .bind(later(at).0)
            .bind(later(at).0)
            .execute(&mut *tx)
            .await
            .unwrap();
            ids.push(id);
        }
        let row = jobs::get(&mut tx, ids[0]).await.unwrap().unwrap();
        assert_eq!(
            (row.job.kind(), row.status, row.last_error.as_deref()),
            ("redeliver_failed", JobStatus::Dead, Some("No."))
        );
        let listed = |rows: Vec<jobs::JobRow>| rows.into_iter().map(|r| r.id).collect::<Vec<_>>();
        assert_eq!(listed(jobs::list(&mut tx, JobStatus::Dead, &Page::ALL).await.unwrap()), [ids[1], ids[0]]);
        assert_eq!(listed(jobs::by_key(&mut tx, "redeliver").await.unwrap()), [ids[2], ids[1], ids[0]]);
        assert_eq!(jobs::count(&mut tx, JobStatus::Queued).await.unwrap(), 1);
        assert_eq!(jobs::count(&mut tx, JobStatus::Running).await.unwrap(), 0);
    })
    .await;
}
