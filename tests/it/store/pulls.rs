//! Picks, pull requests, effects and watches: what may happen once.

use bakeoff::adapters::store::effects::EffectResult;
use bakeoff::adapters::store::picks::PickInsert;
use bakeoff::adapters::store::pulls::PullInsert;
use bakeoff::adapters::store::{effects, picks, pulls, watches};
use bakeoff::domain::effect::EffectStatus;
use bakeoff::domain::ids::{CommentId, PickId, PullId};
use bakeoff::domain::pick::{Pick, PickSource, PickStatus};
use bakeoff::domain::pull::{Pull, PullStatus};
use bakeoff::domain::vote::Tally;
use bakeoff::domain::watch::{PendingReaction, Watch};

use super::rows::{NOW, later, person, pick_of, pull_of, repo, run, scene, sha};
use crate::support::databases::for_each_database;

#[tokio::test]
async fn i2_one_pick_of_a_task_is_opened_at_a_time() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, task, round, first) = scene(&mut tx).await;
        let second = run(&mut tx, &round, 1).await;
        let pick = pick_of(&first);
        let bare = Pick { person: None, token_name: None, title: None, body: None, ..pick_of(&second) };
        assert_eq!(picks::insert(&mut tx, &pick).await.unwrap(), PickInsert::Inserted);
        assert_eq!(picks::insert(&mut tx, &bare).await.unwrap(), PickInsert::AlreadyOpening);
        assert_eq!(picks::get(&mut tx, pick.id).await.unwrap().as_ref(), Some(&pick));
        assert_eq!(picks::opening_for_task(&mut tx, task.id).await.unwrap().as_ref(), Some(&pick));
        assert!(picks::settle(&mut tx, pick.id, PickStatus::Stale, Some("The base moved."), later(1)).await.unwrap());
        assert!(!picks::settle(&mut tx, pick.id, PickStatus::Opened, None, later(2)).await.unwrap());
        let settled =
            Pick { status: PickStatus::Stale, note: Some("The base moved.".into()), updated_at: later(1), ..pick };
        assert_eq!(picks::opening_for_task(&mut tx, task.id).await.unwrap(), None);
        let next = Pick { id: PickId::new(), source: PickSource::Rest, created_at: later(2), ..bare };
        assert_eq!(picks::insert(&mut tx, &next).await.unwrap(), PickInsert::Inserted);
        assert_eq!(picks::list(&mut tx, task.id).await.unwrap(), [next, settled]);
    })
    .await;
}

#[tokio::test]
async fn f026_of_two_picks_at_once_one_is_accepted() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, _, round, first) = scene(&mut tx).await;
        let second = run(&mut tx, &round, 1).await;
        tx.commit().await.unwrap();
        let other = db.second().await;
        let choose = async |store: &bakeoff::adapters::store::Store, pick: Pick| {
            let mut tx = store.begin().await.unwrap();
            let became = picks::insert(&mut tx, &pick).await.unwrap();
            tx.commit().await.unwrap();
            became
        };
        let (a, b) = tokio::join!(choose(&db.store, pick_of(&first)), choose(&other, pick_of(&second)));
        assert_ne!(a, b);
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn i2_one_pull_request_of_a_task_is_open_at_a_time() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (repo, task, _, run) = scene(&mut tx).await;
        let pull = Pull { body: Some("Body".into()), ..pull_of(&run, 7) };
        assert_eq!(pulls::insert(&mut tx, repo.id, &pull).await.unwrap(), PullInsert::Inserted);
        assert_eq!(pulls::get(&mut tx, pull.id).await.unwrap().as_ref(), Some(&pull));
        assert_eq!(pulls::by_number(&mut tx, repo.id, 7).await.unwrap().as_ref(), Some(&pull));
        assert_eq!(pulls::open_for_task(&mut tx, task.id).await.unwrap().as_ref(), Some(&pull));
        let again = pulls::insert(&mut tx, repo.id, &Pull { id: PullId::new(), ..pull.clone() }).await.unwrap();
        assert_eq!(again, PullInsert::Known(Box::new(pull.clone())), "F041: adopted, not doubled");
        let other = pulls::insert(&mut tx, repo.id, &pull_of(&run, 8)).await.unwrap();
        assert_eq!(other, PullInsert::OtherOpen(Box::new(pull.clone())));
    })
    .await;
}

#[tokio::test]
async fn f067_a_closed_pull_request_gives_way_and_a_merged_one_never_changes() {
    for_each_database(async |db| {
        use PullStatus::{Closed, Merged, Open};
        let mut tx = db.store.begin().await.unwrap();
        let (repo, task, _, run) = scene(&mut tx).await;
        let (first, second) = (pull_of(&run, 7), Pull { created_at: later(9), ..pull_of(&run, 8) });
        pulls::insert(&mut tx, repo.id, &first).await.unwrap();
        assert!(!pulls::set_status(&mut tx, first.id, Closed, Merged, later(1)).await.unwrap());
        assert!(pulls::set_status(&mut tx, first.id, Open, Closed, later(1)).await.unwrap());
        assert_eq!(pulls::insert(&mut tx, repo.id, &second).await.unwrap(), PullInsert::Inserted);
        assert_eq!(pulls::for_run(&mut tx, run.id).await.unwrap().unwrap().id, second.id);
        // The first is reopened by a person while the second is open.
        assert!(!pulls::set_status(&mut tx, first.id, Closed, Open, later(2)).await.unwrap());
        assert!(pulls::set_status(&mut tx, second.id, Open, Merged, later(3)).await.unwrap());
        assert!(!pulls::set_status(&mut tx, second.id, Merged, Closed, later(4)).await.unwrap());
        assert!(pulls::set_status(&mut tx, first.id, Closed, Open, later(5)).await.unwrap());
        assert!(pulls::set_head(&mut tx, first.id, &sha('d'), later(6)).await.unwrap());
        assert_eq!(pulls::get(&mut tx, first.id).await.unwrap().unwrap().head, sha('d'));
        let listed: Vec<_> = pulls::list(&mut tx, task.id).await.unwrap().iter().map(|p| p.number).collect();
        assert_eq!(listed, [8, 7]);
    })
    .await;
}

#[tokio::test]
async fn f031_an_effect_is_intended_once_and_remembers_its_result() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, task, ..) = scene(&mut tx).await;
        let first = effects::intend(&mut tx, Some(task.id), "candidate:1", NOW).await.unwrap();
        assert_eq!((first.status, first.tried), (EffectStatus::Intended, false));
        assert!(effects::mark_tried(&mut tx, first.id, later(1)).await.unwrap());
        let again = effects::intend(&mut tx, Some(task.id), "candidate:1", later(2)).await.unwrap();
        assert_eq!((again.id, again.tried, again.created_at), (first.id, true, NOW));
        let result =
            EffectResult { external_id: Some(77), node_id: Some("IC_x".into()), body_sha256: Some("one".into()) };
        assert!(effects::done(&mut tx, first.id, &result, later(3)).await.unwrap());
        let edited = EffectResult { body_sha256: Some("two".into()), ..EffectResult::default() };
        assert!(effects::done(&mut tx, first.id, &edited, later(4)).await.unwrap());
        assert!(!effects::mark_tried(&mut tx, first.id, later(5)).await.unwrap());
        assert!(!effects::failed(&mut tx, first.id, later(5)).await.unwrap());
        let stored = effects::by_key(&mut tx, "candidate:1").await.unwrap().unwrap();
        assert_eq!((stored.external_id, stored.body_sha256.as_deref()), (Some(77), Some("two")));
        assert_eq!(effects::by_external(&mut tx, "candidate:", 77).await.unwrap(), Some(stored));
        assert_eq!(effects::by_external(&mut tx, "pull:", 77).await.unwrap(), None);

        let loose = effects::intend(&mut tx, None, "reply:5:0", later(6)).await.unwrap();
        assert!(effects::failed(&mut tx, loose.id, later(7)).await.unwrap());
        let stored = effects::by_key(&mut tx, "reply:5:0").await.unwrap().unwrap();
        assert_eq!((stored.task_id, stored.status), (None, EffectStatus::Failed));
        assert_eq!(effects::list_for_task(&mut tx, task.id).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn m15_a_watch_keeps_what_the_last_look_saw() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, _, round, first) = scene(&mut tx).await;
        let second = run(&mut tx, &round, 1).await;
        let watch = |run_id, comment, age: i64| Watch {
            run_id,
            round_id: round.id,
            comment_id: CommentId(comment),
            pending: Vec::new(),
            thumbs: Tally::default(),
            created_at: later(-age),
        };
        let (old, young) = (watch(first.id, 1, 9), watch(second.id, 2, 3));
        assert!(watches::insert(&mut tx, &old).await.unwrap());
        assert!(!watches::insert(&mut tx, &old).await.unwrap());
        assert!(watches::insert(&mut tx, &young).await.unwrap());
        let seen = Watch {
            pending: vec![PendingReaction { reaction_id: 4, person: person(7), first_seen_at: NOW, judged: true }],
            ..old
        };
        assert!(watches::update(&mut tx, &seen).await.unwrap());
        assert!(watches::set_thumbs(&mut tx, first.id, Tally { up: 2, down: 1 }).await.unwrap());
        let seen = Watch { thumbs: Tally { up: 2, down: 1 }, ..seen };
        assert_eq!(watches::get(&mut tx, first.id).await.unwrap().as_ref(), Some(&seen));
        assert_eq!(watches::list_round(&mut tx, round.id).await.unwrap(), [seen.clone(), young.clone()]);
        watches::remove_round(&mut tx, round.id).await.unwrap();
        assert!(watches::list_round(&mut tx, round.id).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn numbers_of_pull_requests_count_within_their_repository() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, _, _, run) = scene(&mut tx).await;
        let other = repo(&mut tx, "octo/other", 100).await;
        let pull = pull_of(&run, 7);
        pulls::insert(&mut tx, other.id, &pull).await.unwrap();
        assert_eq!(pulls::by_number(&mut tx, other.id, 7).await.unwrap(), Some(pull));
        assert_eq!(pulls::by_number(&mut tx, other.id, 8).await.unwrap(), None);
    })
    .await;
}
