//! Calls as they are booked and paid, and their sums.

use bakeoff::adapters::store::budget_warnings::{self, Warning};
use bakeoff::adapters::store::charges::{self, Booking};
use bakeoff::adapters::store::spending::{Group, Span, sums};
use bakeoff::adapters::store::{Conn, runs};
use bakeoff::domain::clock::Timestamp;
use bakeoff::domain::ids::{RepoId, RunId};
use bakeoff::domain::model::Provider;
use bakeoff::domain::money::{Usage, UsdMicros};

use super::rows::{NOW, later, run, scene};
use crate::support::databases::for_each_database;

const DAY: i64 = 24 * 3_600 * 1_000;

fn booking(model_name: &str, most: i64) -> Booking<'_> {
    Booking { provider: Provider::OpenAi, model_name, input_tokens: 1_000, most: UsdMicros(most) }
}

fn used(input_tokens: i64) -> Usage {
    Usage { input_tokens, output_tokens: 10, cached_input_tokens: 5, cache_write_tokens: 3 }
}

async fn cost(conn: &mut Conn, id: RunId) -> i64 {
    runs::get(conn, id).await.unwrap().unwrap().result.cost.0
}

/// The worst is booked before the call, the truth after it; after a crash the worst stands as the estimate.
#[tokio::test]
async fn f033_a_call_is_booked_with_the_most_it_may_cost() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (.., run) = scene(&mut tx).await;
        let first = runs::start(&mut tx, run.id, NOW).await.unwrap().unwrap();
        let turn = charges::book(&mut tx, run.id, first, &booking("m", 500), NOW).await.unwrap().unwrap();
        assert_eq!((turn, cost(&mut tx, run.id).await), (1, 500));
        assert!(charges::settle(&mut tx, run.id, (first, turn), used(100), UsdMicros(120)).await.unwrap());
        assert_eq!(cost(&mut tx, run.id).await, 120);
        assert!(!charges::settle(&mut tx, run.id, (first, turn), used(1), UsdMicros(1)).await.unwrap(), "only once");
        // The process dies in the second call; another attempt takes over.
        let lost = charges::book(&mut tx, run.id, first, &booking("m", 700), NOW).await.unwrap().unwrap();
        let second = runs::start(&mut tx, run.id, NOW).await.unwrap().unwrap();
        assert!(!charges::settle(&mut tx, run.id, (first, lost), used(9), UsdMicros(9)).await.unwrap());
        assert_eq!(charges::book(&mut tx, run.id, first, &booking("m", 700), NOW).await.unwrap(), None);
        assert_eq!(cost(&mut tx, run.id).await, 820);
        let turn = charges::book(&mut tx, run.id, second, &booking("m", 50), NOW).await.unwrap().unwrap();
        assert!(charges::settle(&mut tx, run.id, (second, turn), used(100), UsdMicros(60)).await.unwrap());
        assert_eq!((turn, cost(&mut tx, run.id).await), (3, 880));
        let all = Span { from: NOW, to: later(1), repo: None };
        let told = sums(&mut tx, Group::Nothing, all).await.unwrap();
        // The lost call counts with what it was planned to send.
        assert_eq!((told[0].runs, told[0].calls, told[0].cost.0, told[0].usage.input_tokens), (1, 3, 880, 1_200));
    })
    .await;
}

#[tokio::test]
async fn spending_is_told_by_day_repository_person_and_model() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (repo, _, round, first) = scene(&mut tx).await;
        let other = run(&mut tx, &round, 1).await;
        for (id, model, at, paid) in
            [(first.id, "a", 0, 10), (first.id, "a", DAY, 20), (other.id, "b", DAY, 40), (other.id, "b", 2 * DAY, 80)]
        {
            let attempt = match runs::get(&mut tx, id).await.unwrap().unwrap().attempt {
                0 => runs::start(&mut tx, id, NOW).await.unwrap().unwrap(),
                known => known,
            };
            let turn = charges::book(&mut tx, id, attempt, &booking(model, 100), later(at)).await.unwrap().unwrap();
            charges::settle(&mut tx, id, (attempt, turn), used(100), UsdMicros(paid)).await.unwrap();
        }
        let told = async |tx: &mut Conn, group: Group, span: Span| -> Vec<(String, i64, i64, i64)> {
            let all = sums(tx, group, span).await.unwrap();
            all.into_iter().map(|sum| (sum.name.unwrap_or(sum.key), sum.runs, sum.calls, sum.cost.0)).collect()
        };
        let all = Span { from: Timestamp(0), to: Timestamp(i64::MAX), repo: None };
        let day = |n: i64| (NOW.0 / DAY + n).to_string();
        assert_eq!(told(&mut tx, Group::Day, all).await, [(day(0), 1, 1, 10), (day(1), 2, 2, 60), (day(2), 1, 1, 80)]);
        assert_eq!(told(&mut tx, Group::Model, all).await, [("a".into(), 1, 2, 30), ("b".into(), 1, 2, 120)]);
        assert_eq!(told(&mut tx, Group::Repository, all).await, [("octo/hello".to_owned(), 2, 4, 150)]);
        let login = round.origin.requester.as_ref().unwrap().login.clone();
        assert_eq!(told(&mut tx, Group::Person, all).await, [(login, 2, 4, 150)]);
        // From a moment on, before a moment, of a repository.
        let middle = Span { from: later(1), to: later(2 * DAY), repo: Some(repo.id) };
        assert_eq!(told(&mut tx, Group::Nothing, middle).await[0].3, 60);
        let elsewhere = Span { repo: Some(RepoId::new()), ..all };
        assert_eq!(told(&mut tx, Group::Day, elsewhere).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_cap_is_warned_of_once() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, _, round, _) = scene(&mut tx).await;
        let warning = Warning {
            scope: "day:1".into(),
            round_id: round.id,
            whose: "bakeoff installation".into(),
            spent: UsdMicros(80),
            cap: UsdMicros(100),
            at: NOW,
        };
        assert!(budget_warnings::insert(&mut tx, &warning).await.unwrap());
        assert!(!budget_warnings::insert(&mut tx, &Warning { spent: UsdMicros(90), ..warning.clone() }).await.unwrap());
        assert_eq!(budget_warnings::of_round(&mut tx, round.id).await.unwrap(), std::slice::from_ref(&warning));
        assert_eq!(budget_warnings::between(&mut tx, NOW, later(1)).await.unwrap(), [warning]);
        assert_eq!(budget_warnings::between(&mut tx, later(1), later(2)).await.unwrap(), []);
    })
    .await;
}
