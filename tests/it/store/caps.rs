//! Many rounds at once against a cap, through the use case that starts them: not one micro-dollar over.

use bakeoff::adapters::crypto::generate_key;
use bakeoff::adapters::store::charges::{self, Booking};
use bakeoff::adapters::store::{runs, usage};
use bakeoff::app::build;
use bakeoff::app::settings::Settings;
use bakeoff::domain::clock::Timestamp;
use bakeoff::domain::model::ModelProfile;
use bakeoff::domain::money::{Usage, UsdMicros};
use bakeoff::domain::repo::Repo;
use bakeoff::domain::round::{Brief, Origin};
use bakeoff::domain::run::{RunResult, RunStatus};
use bakeoff::service::Services;
use bakeoff::service::caps::day_start;
use bakeoff::service::start_round::{NewRound, Started, start_round};
use futures::future::join_all;

use super::rows::{model, person, repo, sha, task};
use crate::support::databases::{TestDb, for_each_database};

const CENT: i64 = 10_000;

pub async fn services(db: &TestDb, change: impl FnOnce(&mut Settings)) -> Services {
    let mut settings = Settings {
        disk_free_percent: 0,
        data_dir: db.dir.path().to_owned(),
        encryption_keys: Some(generate_key()),
        budget_run: UsdMicros(7 * CENT),
        budget_round: UsdMicros(21 * CENT),
        ..Settings::default()
    };
    change(&mut settings);
    build(settings, db.store.clone()).await.unwrap().services
}

/// A round of three runs of seven cents each, by a person of this number.
async fn start(svc: &Services, repo: &Repo, model: &ModelProfile, number: i64, who: i64) -> Started {
    let mut tx = svc.store.begin().await.unwrap();
    let task = task(&mut tx, repo, number).await;
    tx.commit().await.unwrap();
    let new = NewRound {
        models: vec![model.clone(), model.clone(), model.clone()],
        instruction: String::new(),
        brief: Brief::default(),
        base_ref: "main".into(),
        base_commit: sha('a'),
        path: None,
        budget: UsdMicros(21 * CENT),
        origin: Origin { requester: Some(person(who)), ..Origin::default() },
        starts_from: None,
        pull_id: None,
        said: Vec::new(),
        exclusive: true,
    };
    start_round(svc, repo, task.id, new).await.unwrap()
}

/// Every run books all it has, in two calls, and pays some of it; the day's sum is looked at all the while.
async fn work_off(svc: &Services, started: &Started, cap: UsdMicros) {
    let Started::Round(_, ids) = started else { return };
    for id in ids {
        let mut tx = svc.store.begin().await.unwrap();
        let attempt = runs::start(&mut tx, *id, svc.now()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        for most in [4 * CENT, 3 * CENT] {
            let provider = bakeoff::domain::model::Provider::OpenAi;
            let call = Booking { provider, model_name: "m", input_tokens: 1, most: UsdMicros(most) };
            let mut tx = svc.store.begin().await.unwrap();
            let turn = charges::book(&mut tx, *id, attempt, &call, svc.now()).await.unwrap().unwrap();
            tx.commit().await.unwrap();
            let mut tx = svc.store.begin().await.unwrap();
            let total = usage::since(&mut tx, day_start(svc.now())).await.unwrap().total();
            assert!(total <= cap, "{total:?} is above {cap:?}");
            charges::settle(&mut tx, *id, (attempt, turn), Usage::default(), UsdMicros(most)).await.unwrap();
            tx.commit().await.unwrap();
        }
        let mut tx = svc.store.begin().await.unwrap();
        runs::finish(&mut tx, *id, attempt, RunStatus::Failed, &RunResult::default(), svc.now()).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// 24 commands at once, as two processes would take them, against a cap that pays for five and a bit.
#[tokio::test(flavor = "multi_thread")]
async fn m17_parallel_commands_never_exceed_a_cap() {
    for_each_database(async |db| {
        let cap = UsdMicros(5 * 21 * CENT + 20 * CENT + 9_999);
        let svc = services(db, |settings| settings.budget_day = cap).await;
        let other = Services { store: db.second().await, ..svc.clone() };
        let mut tx = db.store.begin().await.unwrap();
        let model = model(&mut tx, "m").await;
        let repo = repo(&mut tx, "octo/hello", 1).await;
        tx.commit().await.unwrap();
        let each = (0..24).map(async |number| {
            let svc = if number % 2 == 0 { &svc } else { &other };
            let started = start(svc, &repo, &model, number, 7).await;
            work_off(svc, &started, cap).await;
            started
        });
        let started = join_all(each).await;
        let rounds = started.iter().filter(|started| matches!(started, Started::Round(..))).count();
        let refused = started.iter().filter(|started| matches!(started, Started::Cap(_))).count();
        assert_eq!((rounds, refused), (5, 19));
        let spent = usage::since(&mut db.store.read().await.unwrap(), Timestamp(0)).await.unwrap();
        assert_eq!((spent.spent, spent.reserved), (UsdMicros(5 * 21 * CENT), UsdMicros::ZERO));
        other.store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m17_a_person_and_a_repository_have_caps_of_their_own() {
    for_each_database(async |db| {
        let svc = services(db, |settings| {
            settings.budget_user_day = Some(UsdMicros(2 * 21 * CENT));
            settings.budget_repo_day = UsdMicros(3 * 21 * CENT);
        })
        .await;
        let mut tx = db.store.begin().await.unwrap();
        let model = model(&mut tx, "m").await;
        let (here, there) = (repo(&mut tx, "octo/here", 1).await, repo(&mut tx, "octo/there", 2).await);
        tx.commit().await.unwrap();
        let whose = |started: &Started| match started {
            Started::Round(..) => "",
            Started::Cap(cap) => cap.whose,
            other => panic!("{other:?}"),
        };
        let started = join_all((0..6).map(|number| start(&svc, &here, &model, number, 7))).await;
        let mut told: Vec<&str> = started.iter().map(whose).collect();
        told.sort_unstable();
        assert_eq!(told, ["", "", "person who asked", "person who asked", "person who asked", "person who asked"]);
        // Another person goes on, until the repository has spent its part; elsewhere both have their own.
        assert_eq!(whose(&start(&svc, &here, &model, 7, 8).await), "");
        assert_eq!(whose(&start(&svc, &here, &model, 8, 8).await), "repository");
        assert_eq!(whose(&start(&svc, &there, &model, 9, 8).await), "");
        assert_eq!(whose(&start(&svc, &there, &model, 10, 7).await), "person who asked");
    })
    .await;
}
