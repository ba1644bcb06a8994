//! Runs: their rows, their status machine, their logs and their money.

use bakeoff::adapters::store::usage::{self, Spend};
use bakeoff::adapters::store::{Conn, StoreError, run_logs, runs};
use bakeoff::domain::ids::{GithubUserId, InstallationId, RepoId, RoundId};
use bakeoff::domain::money::{Usage, UsdMicros};
use bakeoff::domain::run::{Letter, Run, RunStatus};

use super::rows::{NOW, later, model, result, round_of, run, run_of, scene};
use crate::support::databases::for_each_database;

#[tokio::test]
async fn a_run_comes_back_as_it_went_in() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, task, round, first) = scene(&mut tx).await;
        let full = Run {
            model_id: Some(model(&mut tx, "gpt").await.id),
            status: RunStatus::Succeeded,
            attempt: 2,
            cancel_requested: true,
            result: result(),
            created_at: later(1),
            started_at: Some(later(2)),
            completed_at: Some(later(3)),
            ..run_of(&round, 30)
        };
        runs::insert(&mut tx, &full).await.unwrap();
        assert_eq!(runs::get(&mut tx, full.id).await.unwrap().as_ref(), Some(&full));
        assert_eq!(runs::by_letter(&mut tx, round.id, Letter::at(30)).await.unwrap().as_ref(), Some(&full));
        assert_eq!(runs::by_letter(&mut tx, round.id, Letter::at(1)).await.unwrap(), None);
        assert_eq!(runs::list_round(&mut tx, round.id).await.unwrap(), [first.clone(), full.clone()]);
        assert_eq!(runs::list_task(&mut tx, task.id).await.unwrap(), [full.clone(), first]);
    })
    .await;
}

#[tokio::test]
async fn a_retry_takes_the_place_of_its_letter() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, _, round, first) = scene(&mut tx).await;
        let second = run(&mut tx, &round, 1).await;
        let retry = Run { created_at: later(1), ..run_of(&round, 0) };
        runs::insert(&mut tx, &retry).await.unwrap();
        assert_eq!(runs::by_letter(&mut tx, round.id, Letter::at(0)).await.unwrap().as_ref(), Some(&retry));
        assert_eq!(runs::list_round(&mut tx, round.id).await.unwrap(), [first, retry, second]);
    })
    .await;
}

#[tokio::test]
async fn a_run_without_its_round_is_a_conflict() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, _, round, _) = scene(&mut tx).await;
        let orphan = Run { round_id: RoundId::new(), ..run_of(&round, 1) };
        let refused = runs::insert(&mut tx, &orphan).await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn m54_only_the_newest_attempt_may_finish_and_only_once() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (.., run) = scene(&mut tx).await;
        assert_eq!(runs::start(&mut tx, run.id, later(1)).await.unwrap(), Some(1));
        assert_eq!(runs::start(&mut tx, run.id, later(2)).await.unwrap(), Some(2));
        let finish = async |tx: &mut Conn, attempt, status| {
            runs::finish(tx, run.id, attempt, status, &result(), later(3)).await.unwrap()
        };
        assert!(!finish(&mut tx, 1, RunStatus::Succeeded).await, "a worker whose lease was lost");
        assert!(!finish(&mut tx, 2, RunStatus::Queued).await, "not an end");
        assert!(finish(&mut tx, 2, RunStatus::Succeeded).await);
        assert!(!finish(&mut tx, 2, RunStatus::Failed).await, "it has ended");
        assert_eq!(runs::start(&mut tx, run.id, later(4)).await.unwrap(), None);
        let stored = runs::get(&mut tx, run.id).await.unwrap().unwrap();
        assert_eq!((stored.status, stored.result), (RunStatus::Succeeded, result()));
        assert_eq!((stored.started_at, stored.completed_at), (Some(later(1)), Some(later(3))));
    })
    .await;
}

#[tokio::test]
async fn i3_what_has_ended_cannot_be_cancelled_nor_failed() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, _, round, queued) = scene(&mut tx).await;
        let running = run(&mut tx, &round, 1).await;
        runs::start(&mut tx, running.id, NOW).await.unwrap();
        assert!(runs::request_cancel(&mut tx, running.id).await.unwrap());
        assert!(runs::get(&mut tx, running.id).await.unwrap().unwrap().cancel_requested);
        assert!(!runs::fail_queued(&mut tx, running.id, "No.", NOW).await.unwrap());
        for id in [queued.id, running.id] {
            assert!(runs::cancel(&mut tx, id, later(1)).await.unwrap());
            assert!(!runs::cancel(&mut tx, id, later(2)).await.unwrap());
            assert!(!runs::request_cancel(&mut tx, id).await.unwrap());
            assert!(!runs::fail_queued(&mut tx, id, "No.", NOW).await.unwrap());
            let stored = runs::get(&mut tx, id).await.unwrap().unwrap();
            assert_eq!((stored.status, stored.completed_at), (RunStatus::Canceled, Some(later(1))));
        }
        assert!(!runs::finish(&mut tx, running.id, 1, RunStatus::Succeeded, &result(), NOW).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_deleted_model_fails_its_waiting_runs_only() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, _, round, other) = scene(&mut tx).await;
        let model = model(&mut tx, "gpt").await.id;
        let model_id = Some(model);
        let (waiting, running) = (Run { model_id, ..run_of(&round, 1) }, Run { model_id, ..run_of(&round, 2) });
        for run in [&waiting, &running] {
            runs::insert(&mut tx, run).await.unwrap();
        }
        runs::start(&mut tx, running.id, NOW).await.unwrap();
        let failed = runs::fail_queued_of_model(&mut tx, model, "The model was deleted.", NOW).await;
        assert_eq!(failed.unwrap(), [waiting.id]);
        let mut after = Vec::new();
        for id in [other.id, waiting.id, running.id] {
            let run = runs::get(&mut tx, id).await.unwrap().unwrap();
            after.push((run.status, run.result.error));
        }
        let sentence = Some("The model was deleted.".to_owned());
        assert_eq!(after, [(RunStatus::Queued, None), (RunStatus::Failed, sentence), (RunStatus::Running, None)]);
    })
    .await;
}

#[tokio::test]
async fn i3_of_two_racing_writers_one_wins() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (.., run) = scene(&mut tx).await;
        runs::start(&mut tx, run.id, NOW).await.unwrap();
        tx.commit().await.unwrap();
        let other = db.second().await;
        let finish = async |store: &bakeoff::adapters::store::Store| {
            let mut tx = store.begin().await.unwrap();
            let won = runs::finish(&mut tx, run.id, 1, RunStatus::Succeeded, &result(), NOW).await.unwrap();
            tx.commit().await.unwrap();
            won
        };
        let cancel = async |store: &bakeoff::adapters::store::Store| {
            let mut tx = store.begin().await.unwrap();
            let won = runs::cancel(&mut tx, run.id, NOW).await.unwrap();
            tx.commit().await.unwrap();
            won
        };
        let (finished, canceled) = tokio::join!(finish(&db.store), cancel(&other));
        assert!(finished != canceled, "finished {finished}, canceled {canceled}");
        let status = runs::get(&mut db.store.read().await.unwrap(), run.id).await.unwrap().unwrap().status;
        assert_eq!(status, if finished { RunStatus::Succeeded } else { RunStatus::Canceled });
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn f033_money_is_summed_over_attempts_and_reserved_while_at_work() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (repo, _, round, first) = scene(&mut tx).await;
        run(&mut tx, &round, 1).await;
        let spend = async |tx: &mut Conn| {
            let all = usage::of_round(tx, round.id).await.unwrap();
            (all.runs, all.spent.0, all.reserved.0)
        };
        assert_eq!(spend(&mut tx).await, (2, 0, 2_000_000));
        runs::start(&mut tx, first.id, NOW).await.unwrap();
        let used = Usage { input_tokens: 100, output_tokens: 10, cached_input_tokens: 50, cache_write_tokens: 20 };
        assert!(runs::charge(&mut tx, first.id, 1, used, UsdMicros(300_000)).await.unwrap());
        assert!(!runs::charge(&mut tx, first.id, 2, used, UsdMicros(300_000)).await.unwrap(), "no such attempt");
        assert_eq!(spend(&mut tx).await, (2, 300_000, 1_700_000));
        let attempt = runs::start(&mut tx, first.id, NOW).await.unwrap().unwrap();
        runs::finish(&mut tx, first.id, attempt, RunStatus::Succeeded, &result(), NOW).await.unwrap();
        assert_eq!(spend(&mut tx).await, (2, 300_042, 1_000_000));
        let stored = runs::get(&mut tx, first.id).await.unwrap().unwrap().result;
        let summed = Usage { input_tokens: 110, output_tokens: 15, cached_input_tokens: 53, cache_write_tokens: 22 };
        assert_eq!(stored.usage, summed);

        usage::hold(&mut tx).await.unwrap();
        let expected = Spend { runs: 2, spent: UsdMicros(300_042), reserved: UsdMicros(1_000_000) };
        assert_eq!(expected.total(), UsdMicros(1_300_042));
        assert_eq!(usage::since(&mut tx, NOW).await.unwrap(), expected);
        assert_eq!(usage::since(&mut tx, later(1)).await.unwrap(), Spend::default());
        assert_eq!(usage::of_repo_since(&mut tx, repo.id, NOW).await.unwrap(), expected);
        assert_eq!(usage::of_repo_since(&mut tx, RepoId::new(), NOW).await.unwrap(), Spend::default());
        assert_eq!(usage::of_installation_since(&mut tx, InstallationId(5), NOW).await.unwrap(), expected);
        assert_eq!(usage::of_installation_since(&mut tx, InstallationId(6), NOW).await.unwrap(), Spend::default());
        assert_eq!(usage::of_person_since(&mut tx, GithubUserId(7), NOW).await.unwrap(), expected);
        assert_eq!(usage::of_person_since(&mut tx, GithubUserId(8), NOW).await.unwrap(), Spend::default());
    })
    .await;
}

#[tokio::test]
async fn log_lines_are_numbered_from_one() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, _, round, run) = scene(&mut tx).await;
        let other = super::rows::run(&mut tx, &round, 1).await;
        for n in 1..=3 {
            assert_eq!(run_logs::append(&mut tx, run.id, &format!("line {n}"), later(n)).await.unwrap(), n);
        }
        assert_eq!(run_logs::append(&mut tx, other.id, "first", NOW).await.unwrap(), 1);
        let lines = run_logs::list(&mut tx, run.id, 2, 10).await.unwrap();
        let shown: Vec<_> = lines.iter().map(|l| (l.line_number, l.content.as_str(), l.at)).collect();
        assert_eq!(shown, [(2, "line 2", later(2)), (3, "line 3", later(3))]);
        assert_eq!(run_logs::list(&mut tx, run.id, 1, 1).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn m17_transactions_that_check_a_cap_take_turns() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, task, ..) = scene(&mut tx).await;
        tx.commit().await.unwrap();
        let cap = UsdMicros(3_000_000);
        let spend_once = async |number: i64| {
            let mut tx = db.store.begin().await.unwrap();
            usage::hold(&mut tx).await.unwrap();
            let fits = usage::since(&mut tx, NOW).await.unwrap().total() < cap;
            if fits {
                let mut round = round_of(&task, number);
                round.origin.comment_id = None;
                assert!(bakeoff::adapters::store::rounds::insert(&mut tx, &round).await.unwrap());
                runs::insert(&mut tx, &run_of(&round, 0)).await.unwrap();
            }
            tx.commit().await.unwrap();
            fits
        };
        let (a, b, c, d) = tokio::join!(spend_once(2), spend_once(3), spend_once(4), spend_once(5));
        let passed = [a, b, c, d].into_iter().filter(|p| *p).count();
        assert_eq!(passed, 2, "one dollar was reserved before, two fit");
    })
    .await;
}
