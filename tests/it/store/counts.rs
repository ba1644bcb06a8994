//! Caps that count: many rounds at once, as two processes would start them, and not one run or comment over.

use bakeoff::adapters::store::repos::{self, RepoFacts};
use bakeoff::adapters::store::threads::{self, Comments, ThreadId};
use bakeoff::adapters::store::{effects, pulls, runs};
use bakeoff::app::settings::Settings;
use bakeoff::domain::ids::{InstallationId, TaskId};
use bakeoff::domain::model::ModelProfile;
use bakeoff::domain::money::{Usage, UsdMicros};
use bakeoff::domain::repo::Repo;
use bakeoff::domain::round::{Brief, Origin};
use bakeoff::domain::run::{RunResult, RunStatus};
use bakeoff::service::Services;
use bakeoff::service::caps::{Cap, Counts, Much};
use bakeoff::service::start_round::{NewRound, Started, start_round};
use futures::future::join_all;

use super::caps::services;
use super::rows::{NOW, facts, model, no_task, person, pull_of, repo, scene as rows, sha, task};
use crate::support::databases::{TestDb, for_each_database};

/// What asks: two processes on one database, one model, three repositories of which the last two are one installation.
struct Scene {
    ours: Services,
    other: Services,
    model: ModelProfile,
    repos: [Repo; 3],
}

async fn scene(db: &TestDb, change: impl FnOnce(&mut Counts)) -> Scene {
    let cheap = |settings: &mut Settings| {
        change(&mut settings.counts);
        (settings.budget_run, settings.budget_day) = (UsdMicros(1), UsdMicros(1_000_000));
    };
    let ours = services(db, cheap).await;
    let other = Services { store: db.second().await, ..ours.clone() };
    let mut tx = db.store.begin().await.unwrap();
    let model = model(&mut tx, "m").await;
    let alone = RepoFacts { installation_id: Some(InstallationId(6)), ..facts("octo/alone", Some(1)) };
    let alone = repos::upsert(&mut tx, &alone, NOW).await.unwrap();
    let repos = [alone, repo(&mut tx, "octo/here", 2).await, repo(&mut tx, "octo/there", 3).await];
    tx.commit().await.unwrap();
    Scene { ours, other, model, repos }
}

impl Scene {
    async fn task(&self, repo: &Repo, number: i64) -> TaskId {
        let mut tx = self.ours.store.begin().await.unwrap();
        let task = task(&mut tx, repo, number).await;
        tx.commit().await.unwrap();
        task.id
    }

    /// Two runs of this task, asked for by this person.
    async fn start(&self, svc: &Services, repo: &Repo, task: TaskId, who: i64) -> Started {
        let new = NewRound {
            models: vec![self.model.clone(), self.model.clone()],
            instruction: String::new(),
            brief: Brief::default(),
            base_ref: "main".into(),
            base_commit: sha('a'),
            path: None,
            budget: UsdMicros(2),
            origin: Origin { requester: Some(person(who)), ..Origin::default() },
            starts_from: None,
            pull_id: None,
            said: Vec::new(),
            exclusive: false,
        };
        start_round(svc, repo, task, new).await.unwrap()
    }

    /// As many such rounds at once; how many began, and the cap of the others.
    async fn flood(&self, count: i64, place: impl Fn(i64) -> (usize, i64, i64)) -> (usize, Option<Cap>) {
        let each = (0..count).map(async |n| {
            let (repo, number, who) = place(n);
            let repo = &self.repos[repo];
            let task = self.task(repo, number).await;
            let svc = if n % 2 == 0 { &self.ours } else { &self.other };
            self.start(svc, repo, task, who).await
        });
        let (mut begun, mut refused) = (0, None);
        for started in join_all(each).await {
            match started {
                Started::Round(..) => begun += 1,
                Started::Cap(cap) => {
                    assert!(refused.as_ref().is_none_or(|known| *known == cap), "{refused:?} {cap:?}");
                    refused = Some(cap);
                }
                other => panic!("{other:?}"),
            }
        }
        (begun, refused)
    }
}

/// The second and third repository in turn.
fn second(n: i64) -> usize {
    if n % 2 == 0 { 1 } else { 2 }
}

/// Eleven runs fit, so five rounds of two do; whoever is counted, and nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn m17_parallel_rounds_never_exceed_a_count_by_one() {
    type Change = fn(&mut Counts);
    type Place = fn(i64) -> (usize, i64, i64);
    let table: [(&str, Change, Place, Place); 4] = [
        ("task", |c| c.runs_task = 11, |n| (1, 1, n), |_| (1, 2, 1)),
        ("person who asked", |c| c.runs_user_day = 11, |n| (second(n), n, 7), |_| (1, 1, 8)),
        ("repository", |c| c.runs_repo_day = 11, |n| (1, n, n), |_| (2, 1, 1)),
        ("GitHub installation", |c| c.runs_installation_day = 11, |n| (second(n), n, n), |_| (0, 1, 1)),
    ];
    for (whose, change, place, elsewhere) in table {
        for_each_database(async |db| {
            let scene = scene(db, change).await;
            let (begun, refused) = scene.flood(16, place).await;
            let refused = refused.unwrap();
            assert_eq!((begun, refused.whose, refused.limit), (5, whose, Much::Runs(11)));
            assert_eq!(refused.until.is_some(), whose != "task", "a day's cap says when it starts anew");
            assert_eq!(scene.flood(1, elsewhere).await, (1, None), "{whose}");
            scene.other.store.close().await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m17_a_tasks_tokens_are_capped_with_what_runs_at_work_may_take() {
    for_each_database(async |db| {
        let most = 1_640_000;
        let scene = scene(db, |counts| counts.tokens_task = 3 * most).await;
        let (begun, refused) = scene.flood(6, |_| (1, 1, 7)).await;
        assert_eq!((begun, refused.unwrap().limit), (1, Much::Tokens(3 * most)));
        let task = scene.task(&scene.repos[1], 1).await;
        // One run ends and took little, so that another round has room; its twin still may take all.
        let mut tx = db.store.begin().await.unwrap();
        let run = runs::list_task(&mut tx, task).await.unwrap().remove(0).id;
        let attempt = runs::start(&mut tx, run, NOW).await.unwrap().unwrap();
        let usage = Usage { input_tokens: most / 2, output_tokens: most / 2, ..Usage::default() };
        runs::charge(&mut tx, run, attempt, usage, UsdMicros::ZERO).await.unwrap();
        runs::finish(&mut tx, run, attempt, RunStatus::Failed, &RunResult::default(), NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(scene.start(&scene.ours, &scene.repos[1], task, 7).await, Started::Cap(_)));
        let mut tx = db.store.begin().await.unwrap();
        let rest = runs::list_task(&mut tx, task).await.unwrap().into_iter().find(|r| !r.status.is_terminal()).unwrap();
        runs::cancel(&mut tx, rest.id, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(scene.start(&scene.ours, &scene.repos[1], task, 7).await, Started::Round(..)));
        scene.other.store.close().await;
    })
    .await;
}

/// A round of two takes three comments; with the last place kept, three rounds fit into eleven.
#[tokio::test(flavor = "multi_thread")]
async fn m17_a_round_begins_only_where_its_comments_have_room() {
    for_each_database(async |db| {
        let scene = scene(db, |counts| counts.comments_thread = 11).await;
        let (begun, refused) = scene.flood(8, |_| (1, 1, 7)).await;
        assert_eq!((begun, refused.unwrap().limit), (3, Much::Comments(11)));
        assert_eq!(scene.flood(1, |_| (1, 2, 7)).await, (1, None), "another thread has room of its own");
        scene.other.store.close().await;
    })
    .await;
}

#[tokio::test]
async fn m17_a_threads_comments_are_those_written_and_those_still_to_come() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (repo, task, round, run) = rows(&mut tx).await;
        let here = ThreadId { repo: repo.id, number: 12 };
        let expected = |posted, status, candidates| Comments { posted, status, candidates };
        assert_eq!(threads::comments(&mut tx, here).await.unwrap(), expected(0, 1, 1));
        assert_eq!(threads::of_round(&mut tx, task.id, None).await.unwrap(), Some(here));
        // A pull request of ours is a thread of its own.
        let pull = pull_of(&run, 34);
        pulls::insert(&mut tx, repo.id, &pull).await.unwrap();
        let there = ThreadId { number: 34, ..here };
        assert_eq!(threads::of_round(&mut tx, task.id, Some(pull.id)).await.unwrap(), Some(there));
        assert_eq!(threads::comments(&mut tx, there).await.unwrap(), expected(0, 0, 0));
        for (key, status) in [(format!("status:{}", round.id), true), (format!("candidate:{}", run.id), false)] {
            let effect = effects::intend(&mut tx, Some(task.id), &key, NOW).await.unwrap();
            threads::place(&mut tx, effect.id, here).await.unwrap();
            assert_eq!(threads::comments(&mut tx, here).await.unwrap().total(), 2, "merely meant");
            effects::mark_tried(&mut tx, effect.id, NOW).await.unwrap();
            if !status {
                effects::failed(&mut tx, effect.id, NOW).await.unwrap();
            }
        }
        assert_eq!(threads::comments(&mut tx, here).await.unwrap(), expected(1, 0, 0), "a refused one is none");
        assert_eq!(threads::of_round(&mut tx, no_task(), None).await.unwrap(), None);
    })
    .await;
}
