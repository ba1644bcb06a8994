//! Odd text goes in and comes out; odd rows are errors, never panics.

use bakeoff::adapters::store::{Store, StoreError, deliveries, messages, rounds, runs};
use bakeoff::domain::delivery::{Delivery, DeliveryStatus};
use bakeoff::domain::ids::MessageId;
use bakeoff::domain::message::{Message, Role};
use bakeoff::domain::run::{Run, RunResult};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::rows::{NOW, result, run_of, scene};
use crate::support::databases::for_each_database;

/// What this text becomes at the border.
fn stored(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Texts that have broken databases before, and random ones.
fn odd_texts() -> Vec<String> {
    let fixed =
        ["", "\0", "a\0b\0", "😀👩‍👩‍👧", "\u{202e}\u{feff}\u{10ffff}", "'; DROP TABLE runs; --", "$1 ? %s \\", "\r\n\t"];
    let mut texts: Vec<String> = fixed.map(str::to_owned).into();
    texts.push("ü\0".repeat(50_000));
    let mut runner = TestRunner::deterministic();
    for _ in 0..40 {
        texts.push(any::<String>().new_tree(&mut runner).unwrap().current());
    }
    texts
}

#[tokio::test]
async fn odd_text_survives_in_every_kind_of_column() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, task, round, _) = scene(&mut tx).await;
        for (n, text) in odd_texts().into_iter().enumerate() {
            let message = Message {
                id: MessageId::new(),
                task_id: task.id,
                role: Role::User,
                content: text.clone(),
                created_at: NOW,
            };
            messages::insert(&mut tx, &message).await.unwrap();
            let mut odd = result();
            odd.summary = Some(text.clone());
            odd.warnings = vec![text.clone()];
            odd.files_changed[0].patch.clone_from(&text);
            let run = Run { instruction: text.clone(), result: odd, ..run_of(&round, n + 1) };
            runs::insert(&mut tx, &run).await.unwrap();
            let back = runs::get(&mut tx, run.id).await.unwrap().unwrap();
            let expected = RunResult { summary: Some(stored(&text)), ..run.result.clone() };
            assert_eq!((&back.instruction, &back.result), (&stored(&text), &expected), "lists keep even NUL");
            let said = messages::list(&mut tx, task.id).await.unwrap();
            assert_eq!(said.last().unwrap().content, stored(&text));
        }
    })
    .await;
}

#[tokio::test]
async fn a_guid_is_any_string_of_128_characters() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        for guid in odd_texts().into_iter().map(|t| t.chars().take(128).collect::<String>()) {
            let delivery = Delivery {
                guid: guid.clone(),
                event: "ping".into(),
                action: None,
                payload: guid.clone(),
                status: DeliveryStatus::Queued,
                attempts: 0,
                received_at: NOW,
                handled_at: None,
                error: None,
            };
            let fresh = deliveries::get(&mut tx, 1, &guid).await.unwrap().is_none();
            assert_eq!(deliveries::insert(&mut tx, 1, &delivery).await.unwrap(), fresh, "{guid:?}");
            assert_eq!(deliveries::get(&mut tx, 1, &guid).await.unwrap().unwrap().payload, stored(&guid));
        }
    })
    .await;
}

#[tokio::test]
async fn an_unknown_word_is_an_error_that_names_its_column() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, _, round, run) = scene(&mut tx).await;
        tx.commit().await.unwrap();
        for (sql, column) in [
            ("UPDATE runs SET status = 'paused'", "status"),
            ("UPDATE runs SET status = 'queued', provider = 'acme'", "provider"),
            ("UPDATE runs SET provider = 'openai', warnings = 'not json'", "warnings"),
            ("UPDATE runs SET warnings = '[]', letter = -1", "letter"),
            ("UPDATE runs SET letter = 0, cancel_requested = 2", "cancel_requested"),
            ("UPDATE runs SET cancel_requested = 0, base_commit = 'main'", "base_commit"),
        ] {
            spoil(&db.store, sql).await;
            let error = runs::get(&mut db.store.read().await.unwrap(), run.id).await.unwrap_err();
            assert!(matches!(error, StoreError::Unreadable { column: c } if c == column), "{sql}: {error:?}");
        }
        spoil(&db.store, "UPDATE rounds SET status = 'lost'").await;
        let error = rounds::get(&mut db.store.read().await.unwrap(), round.id).await.unwrap_err();
        assert!(error.to_string().contains("status") && !error.is_temporary(), "{error}");
    })
    .await;
}

async fn spoil(store: &Store, sql: &'static str) {
    let mut tx = store.begin().await.unwrap();
    sqlx::query(sql).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}
