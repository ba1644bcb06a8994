//! What many clients ask at once and again: answers kept under a key, and tasks that share a commit.

use bakeoff::adapters::store::answers::{self, Answer, Begun, Known, Named};
use bakeoff::adapters::store::audit::{self, Chain};
use bakeoff::adapters::store::page::Page;
use bakeoff::adapters::store::tasks;
use bakeoff::domain::ids::{RepoId, TaskId};
use bakeoff::domain::task::Task;
use bakeoff::service::rest::new_tasks::NewTasks;

use super::rows::{NOW, later, repo};
use crate::support::databases::for_each_database;

const MINE: Named<'static> = Named { token: "t", key: "k" };

fn begun(mac: &'static str, attempt: &'static str, ms: i64) -> Begun<'static> {
    Begun { named: MINE, mac, attempt, at: later(ms) }
}

#[tokio::test]
async fn f127_a_key_has_one_attempt_at_a_time_and_one_answer() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let never = later(-1);
        assert!(answers::begin(&mut tx, begun("m", "a", 0), never, never).await.unwrap());
        assert!(!answers::begin(&mut tx, begun("m", "b", 1), never, never).await.unwrap(), "it is at work");
        let stranger = Begun { named: Named { token: "u", ..MINE }, ..begun("m", "c", 1) };
        assert!(answers::begin(&mut tx, stranger, never, never).await.unwrap(), "another token's key is another");
        assert!(answers::begin(&mut tx, begun("n", "d", 2), never, later(1)).await.unwrap(), "the first was killed");
        let answer = Answer { status: 202, location: Some("/v1/x".into()), sealed_body: "sealed".into() };
        assert!(!answers::keep(&mut tx, MINE, "a", &answer).await.unwrap(), "it came too late");
        assert!(answers::keep(&mut tx, MINE, "d", &answer).await.unwrap());
        assert!(!answers::begin(&mut tx, begun("n", "e", 3), never, later(9)).await.unwrap(), "it is answered");
        answers::free(&mut tx, MINE, "d").await.unwrap();
        let known = answers::known(&mut tx, MINE).await.unwrap();
        assert_eq!(known, Some(Known { mac: "n".into(), answer: Some(answer) }), "an answer is not freed");
        assert!(answers::begin(&mut tx, begun("o", "f", 90), later(50), never).await.unwrap(), "it is forgotten");
        answers::free(&mut tx, MINE, "f").await.unwrap();
        assert_eq!(answers::known(&mut tx, MINE).await.unwrap(), None);
    })
    .await;
}

fn task(repo: RepoId, title: Option<&str>) -> Task {
    let title = title.map(str::to_owned);
    Task { id: TaskId::new(), repo_id: repo, title, issue: None, round: 0, created_at: NOW, updated_at: NOW }
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_come_at_once_are_all_there_and_all_in_the_unbroken_audit() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let home = repo(&mut tx, "octo/hello", 1).await;
        tx.commit().await.unwrap();
        let writer = NewTasks::start(db.store.clone());
        let mut adding = tokio::task::JoinSet::new();
        for number in 0..200 {
            let (writer, one) = (writer.clone(), task(home.id, (number % 2 == 0).then_some("odd \u{0} \u{1f680}")));
            adding.spawn(async move { writer.add(one, "token:ci".into()).await.is_ok() });
        }
        let homeless = writer.clone();
        adding.spawn(async move { homeless.add(task(RepoId::new(), None), "token:ci".into()).await.is_ok() });
        let outcomes = adding.join_all().await;
        assert_eq!(outcomes.iter().filter(|ok| **ok).count(), 200, "one without a repository harms no other");
        let mut conn = db.store.read().await.unwrap();
        assert_eq!(tasks::list(&mut conn, Some(home.id), &Page::ALL).await.unwrap().len(), 200);
        assert_eq!(audit::verify(&mut conn).await.unwrap(), Chain::Whole(200));
    })
    .await;
}
