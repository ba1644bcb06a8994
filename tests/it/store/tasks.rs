//! Tasks, their messages and their rounds.

use bakeoff::adapters::store::page::{Cursor, Page};
use bakeoff::adapters::store::{Conn, commands, messages, rounds, tasks};
use bakeoff::domain::ids::{CommentId, MessageId, RepoId, TaskId};
use bakeoff::domain::issue::IssueRef;
use bakeoff::domain::message::{Message, Role};
use bakeoff::domain::repo::RepoName;
use bakeoff::domain::round::{Brief, Origin, Round, RoundStatus};
use bakeoff::domain::task::Task;

use super::rows::{NOW, later, no_task, repo, round, round_of, scene, task};
use crate::support::databases::for_each_database;

#[tokio::test]
async fn an_issue_has_one_task_and_rest_has_as_many_as_it_likes() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let repo = repo(&mut tx, "octo/hello", 1).await;
        let first = task(&mut tx, &repo, 12).await;
        assert_eq!(task(&mut tx, &repo, 12).await, first);
        assert_ne!(task(&mut tx, &repo, 13).await.id, first.id);
        for title in [None, Some("Over REST".to_owned())] {
            let rest = Task { id: TaskId::new(), title, issue: None, ..first.clone() };
            assert!(tasks::insert(&mut tx, &rest).await.unwrap());
            assert_eq!(tasks::get(&mut tx, rest.id).await.unwrap(), Some(rest));
        }
        assert!(!tasks::insert(&mut tx, &Task { id: TaskId::new(), ..first.clone() }).await.unwrap());
        assert_eq!(tasks::get(&mut tx, no_task()).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn tasks_of_named_repositories_are_chosen_before_they_are_cut() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (here, there) = (repo(&mut tx, "Octo/Hello", 1).await, repo(&mut tx, "octo/other", 2).await);
        let mine = task(&mut tx, &here, 1).await;
        for (issue, ms) in [(1, 1), (2, 2)] {
            let other = task(&mut tx, &there, issue).await;
            tasks::touch(&mut tx, other.id, later(ms)).await.unwrap();
        }
        let names = |all: &[&str]| all.iter().map(|name| RepoName::parse(name).unwrap()).collect::<Vec<_>>();
        let first = Page::first(1);
        assert_eq!(
            tasks::list_named(&mut tx, &names(&["octo/hello", "octo/none"]), &first).await.unwrap(),
            std::slice::from_ref(&mine)
        );
        assert_eq!(
            tasks::list_named(&mut tx, &names(&["octo/hello", "octo/other"]), &Page::ALL).await.unwrap().len(),
            3
        );
        let after = Page { limit: 5, after: Some(Cursor { at: mine.updated_at, id: mine.id.to_string() }) };
        assert_eq!(tasks::list_named(&mut tx, &names(&["octo/hello"]), &after).await.unwrap(), []);
        assert_eq!(tasks::list_named(&mut tx, &[], &Page::ALL).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn tasks_are_listed_by_last_change() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (here, there) = (repo(&mut tx, "octo/hello", 1).await, repo(&mut tx, "octo/other", 2).await);
        let (a, b, c) = (task(&mut tx, &here, 1).await, task(&mut tx, &here, 2).await, task(&mut tx, &there, 1).await);
        assert!(tasks::touch(&mut tx, a.id, later(5)).await.unwrap());
        assert!(!tasks::touch(&mut tx, no_task(), later(5)).await.unwrap());
        let ids = |list: Vec<Task>| list.into_iter().map(|t| t.id).collect::<Vec<_>>();
        assert_eq!(ids(tasks::list(&mut tx, None, &Page::ALL).await.unwrap()), [a.id, c.id, b.id]);
        assert_eq!(ids(tasks::list(&mut tx, Some(here.id), &Page::ALL).await.unwrap()), [a.id, b.id]);
        assert!(tasks::list(&mut tx, Some(RepoId::new()), &Page::ALL).await.unwrap().is_empty());
        let after = Some(Cursor { at: later(5), id: a.id.to_string() });
        assert_eq!(ids(tasks::list(&mut tx, None, &Page { limit: 1, after }).await.unwrap()), [c.id]);
    })
    .await;
}

#[tokio::test]
async fn f074_a_task_follows_its_issue_unless_the_new_place_has_one() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (here, there) = (repo(&mut tx, "octo/hello", 1).await, repo(&mut tx, "octo/other", 2).await);
        let (moving, other) = (task(&mut tx, &here, 1).await, task(&mut tx, &there, 1).await);
        let place = |number| IssueRef { number, url: format!("https://github.test/octo/other/issues/{number}") };
        assert!(!tasks::move_to(&mut tx, moving.id, there.id, &place(1), later(1)).await.unwrap());
        assert!(tasks::move_to(&mut tx, moving.id, there.id, &place(2), later(1)).await.unwrap());
        assert_eq!(tasks::find_issue(&mut tx, there.id, 2).await.unwrap().unwrap().id, moving.id);
        assert_eq!(tasks::find_issue(&mut tx, there.id, 1).await.unwrap().unwrap().id, other.id);
        assert!(tasks::set_title(&mut tx, moving.id, "Renamed", later(2)).await.unwrap());
        assert_eq!(tasks::get(&mut tx, moving.id).await.unwrap().unwrap().title.as_deref(), Some("Renamed"));
    })
    .await;
}

#[tokio::test]
async fn messages_are_read_in_the_order_they_were_said() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let repo = repo(&mut tx, "octo/hello", 1).await;
        let task = task(&mut tx, &repo, 1).await;
        let mut said = Vec::new();
        for (n, role) in [Role::User, Role::Assistant, Role::System].into_iter().enumerate() {
            // The first two in one millisecond.
            let created_at = later(i64::try_from(n / 2).unwrap());
            let message = Message { id: MessageId::new(), task_id: task.id, role, content: format!("{n}"), created_at };
            messages::insert(&mut tx, &message).await.unwrap();
            said.push(message);
        }
        assert_eq!(messages::list(&mut tx, task.id).await.unwrap(), said);
    })
    .await;
}

#[tokio::test]
async fn a_round_comes_back_as_it_went_in() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let repo = repo(&mut tx, "octo/hello", 1).await;
        let task = task(&mut tx, &repo, 1).await;
        let full = round_of(&task, 1);
        let bare = Round {
            brief: Brief::default(),
            path: None,
            expires_at: None,
            origin: Origin { token_name: Some("ci".into()), ..Origin::default() },
            ..round_of(&task, 2)
        };
        for round in [&full, &bare] {
            assert!(rounds::insert(&mut tx, round).await.unwrap());
            assert_eq!(rounds::get(&mut tx, round.id).await.unwrap().as_ref(), Some(round));
            assert_eq!(rounds::by_number(&mut tx, task.id, round.number).await.unwrap().as_ref(), Some(round));
            assert_eq!(rounds::newest(&mut tx, task.id).await.unwrap().as_ref(), Some(round));
            assert_eq!(rounds::active_for_task(&mut tx, task.id).await.unwrap().as_ref(), Some(round));
        }
        let comment = full.origin.comment_id.unwrap();
        assert_eq!(rounds::by_command(&mut tx, comment, 0).await.unwrap().as_ref(), Some(&full));
        assert_eq!(rounds::by_command(&mut tx, comment, 1).await.unwrap(), None);
        assert_eq!(rounds::by_comment(&mut tx, comment).await.unwrap(), std::slice::from_ref(&full));
        assert_eq!(rounds::newest_under(&mut tx, task.id, None).await.unwrap().as_ref(), Some(&bare));
        assert_eq!(rounds::held(&mut tx, full.id).await.unwrap().as_ref(), Some(&full));
        assert_eq!(rounds::list(&mut tx, task.id).await.unwrap(), [bare, full]);
    })
    .await;
}

#[tokio::test]
async fn m05_a_command_starts_one_round() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let repo = repo(&mut tx, "octo/hello", 1).await;
        let task = task(&mut tx, &repo, 1).await;
        assert!(rounds::insert(&mut tx, &round_of(&task, 1)).await.unwrap());
        let twice = Round { number: 2, ..round_of(&task, 1) };
        assert!(!rounds::insert(&mut tx, &twice).await.unwrap(), "the same comment and ordinal");
        let mut second = twice;
        second.origin.ordinal = 1;
        assert!(rounds::insert(&mut tx, &second).await.unwrap(), "the comment's second command");
        assert!(!rounds::insert(&mut tx, &round_of(&task, 2)).await.unwrap(), "the number is taken");
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn m05_a_command_under_two_guids_acts_once_but_its_retry_may_go_on() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        for (ordinal, guid, expected) in [(0, "a", true), (0, "b", false), (0, "a", true), (1, "b", true)] {
            let claimed = commands::claim(&mut tx, CommentId(1), ordinal, guid, NOW).await.unwrap();
            assert_eq!(claimed, expected, "{ordinal} by {guid}");
        }
        assert_eq!(commands::claimed_by(&mut tx, CommentId(1), 1).await.unwrap().as_deref(), Some("b"));
    })
    .await;
}

#[tokio::test]
async fn i3_a_round_moves_only_from_where_it_is_and_only_along_its_machine() {
    use RoundStatus::{Choosing, Failed, Merged, Picked, Running};
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, task, first, _) = scene(&mut tx).await;
        for (old, new, expected) in [
            (Choosing, Picked, false),
            (Running, Choosing, true),
            (Running, Failed, false),
            (Choosing, Picked, true),
            (Picked, Merged, true),
            (Merged, Choosing, false),
        ] {
            let done = rounds::set_status(&mut tx, first.id, old, new, later(1)).await.unwrap();
            assert_eq!(done, expected, "{old:?} → {new:?}");
        }
        assert_eq!(rounds::active_for_task(&mut tx, task.id).await.unwrap(), None);
        assert_eq!(tasks::next_round(&mut tx, task.id, later(2)).await.unwrap(), Some(1));
        assert_eq!(tasks::next_round(&mut tx, task.id, later(2)).await.unwrap(), Some(2));
        assert_eq!(tasks::next_round(&mut tx, no_task(), later(2)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn choices_past_their_time_are_found() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, task, first, _) = scene(&mut tx).await;
        let second = round(&mut tx, &task, 2).await;
        for id in [first.id, second.id] {
            rounds::set_status(&mut tx, id, RoundStatus::Running, RoundStatus::Choosing, NOW).await.unwrap();
        }
        assert!(rounds::set_expires(&mut tx, second.id, Some(later(9_000)), NOW).await.unwrap());
        let due = async |tx: &mut Conn, at| rounds::due_to_expire(tx, later(at), 10).await.unwrap().len();
        assert_eq!([due(&mut tx, 4_999).await, due(&mut tx, 5_000).await, due(&mut tx, 9_000).await], [0, 1, 2]);
        assert!(rounds::set_expires(&mut tx, second.id, None, NOW).await.unwrap());
        assert_eq!(due(&mut tx, 9_000).await, 1);
    })
    .await;
}
