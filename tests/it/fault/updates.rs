//! The tables as a kill leaves them between the push of a further commit and its record: the commit is found, not made
//! again.

use bakeoff::adapters::store::page::Page;
use bakeoff::adapters::store::{picks, pulls, tasks};
use bakeoff::domain::job::Job;
use bakeoff::domain::pick::PickStatus;
use bakeoff::sim::github::Change;

use crate::story::talk::{candidate_of, goodbye, moved_from, opened};
use crate::support::invariants::settle;
use crate::support::world::{ADA, REPO, World, right};

#[tokio::test(flavor = "multi_thread")]
async fn f040_a_pushed_commit_that_was_not_recorded_is_adopted_even_below_later_ones() {
    let world = World::new().await;
    world.models.script("gpt-model", vec![right(), goodbye()]);
    let (_, pull) = opened(&world).await;
    world.say(pull.number, "/bakeoff revise say Goodbye");
    let a = candidate_of(&world, pull.number, 2, "A").await;
    world.hub.react(REPO, a.id, ADA, "rocket");
    let pushed = moved_from(&world, pull.number, &pull.head_sha).await.head_sha;
    world.status_says(pull.number, "was added to").await;
    settle(&world).await;
    for by_a_person in [false, true] {
        let head = if by_a_person {
            world.hub.push_commit(REPO, &pull.head, &[Change::text("NEWS.md", "by a person\n")])
        } else {
            pushed.clone()
        };
        forget(&world, &pull.head_sha).await;
        settle(&world).await;
        assert_eq!(world.hub.branches(REPO)[&pull.head], head, "nothing was pushed again");
        let mut conn = world.store().read().await.unwrap();
        let task = tasks::list(&mut conn, None, &Page::ALL).await.unwrap().remove(0);
        let row = pulls::open_for_task(&mut conn, task.id).await.unwrap().unwrap();
        assert_eq!(row.head.as_str(), head);
        let pick = picks::list(&mut conn, task.id).await.unwrap().remove(0);
        assert_eq!((pick.status, pick.commit.unwrap().as_str()), (PickStatus::Opened, pushed.as_str()));
    }
    world.end().await;
}

/// Takes the record of the newest pick back, and does its job again.
async fn forget(world: &World, before: &str) {
    let mut tx = world.store().begin().await.unwrap();
    let task = tasks::list(&mut tx, None, &Page::ALL).await.unwrap().remove(0);
    let pick = picks::list(&mut tx, task.id).await.unwrap().remove(0);
    for (sql, value, id) in [
        ("UPDATE picks SET status = 'opening', note = $1 WHERE id = $2", None, pick.id.to_string()),
        ("UPDATE pulls SET head = $1 WHERE id = $2", Some(before.to_owned()), pick.pull_id.unwrap().to_string()),
    ] {
        let done = sqlx::query(sql).bind(value).bind(id).execute(&mut *tx).await.unwrap();
        assert_eq!(done.rows_affected(), 1, "{sql}");
    }
    world.services.enqueue(&mut tx, Job::OpenPull { pick_id: pick.id }).await.unwrap();
    tx.commit().await.unwrap();
}
