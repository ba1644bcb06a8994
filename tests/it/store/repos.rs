//! Repositories, installations and single values.

use std::collections::BTreeMap;

use bakeoff::adapters::store::page::{Cursor, Page};
use bakeoff::adapters::store::{installations, meta, repos};
use bakeoff::domain::ids::{GithubRepoId, InstallationId};
use bakeoff::domain::installation::{Installation, InstallationStatus};
use bakeoff::domain::repo::RepoName;

use super::rows::{NOW, facts, later, repo};
use crate::support::databases::for_each_database;

#[tokio::test]
async fn a_repository_is_one_row_whatever_tells_of_it() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let cloned = repos::upsert(&mut tx, &facts("octo/hello", None), NOW).await.unwrap();
        assert_eq!((cloned.github_id, cloned.private, cloned.gone), (None, true, false));
        let seen = repos::upsert(&mut tx, &facts("octo/hello", Some(99)), later(1)).await.unwrap();
        assert_eq!((seen.id, seen.github_id), (cloned.id, Some(GithubRepoId(99))));
        let again = repos::upsert(&mut tx, &facts("octo/hello", None), later(2)).await.unwrap();
        assert_eq!(again.github_id, Some(GithubRepoId(99)), "what is known stays");
        let name = RepoName::parse("OCTO/Hello").unwrap();
        assert_eq!(repos::by_name(&mut tx, &name).await.unwrap().as_ref(), Some(&again));
        assert_eq!(repos::by_id(&mut tx, again.id).await.unwrap().as_ref(), Some(&again));
        assert_eq!(repos::by_url(&mut tx, &again.url).await.unwrap().as_ref(), Some(&again));
        assert_eq!(repos::by_github_id(&mut tx, GithubRepoId(99)).await.unwrap(), Some(again));
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn f077_a_renamed_repository_keeps_its_row_and_its_old_url_may_be_taken() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let first = repo(&mut tx, "octo/hello", 1).await;
        let name = RepoName::parse("octo/renamed").unwrap();
        assert!(repos::rename(&mut tx, first.id, &name, "https://github.test/octo/renamed", NOW).await.unwrap());
        let second = repo(&mut tx, "octo/hello", 2).await;
        assert_ne!(first.id, second.id);
        // The third takes the second's place without anyone telling us of the second's rename.
        let third = repo(&mut tx, "octo/hello", 3).await;
        assert!(repos::by_id(&mut tx, second.id).await.unwrap().unwrap().gone);
        // The second turns up again elsewhere: the same row, no longer gone.
        let moved = repo(&mut tx, "octo/elsewhere", 2).await;
        assert_eq!((moved.id, moved.gone), (second.id, false));
        // And the first comes back to where the third sits now.
        let back = repo(&mut tx, "octo/hello", 1).await;
        assert_eq!(back.id, first.id);
        assert!(repos::by_id(&mut tx, third.id).await.unwrap().unwrap().gone);
    })
    .await;
}

#[tokio::test]
async fn repositories_are_listed_in_pieces_without_the_gone_ones() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let mut ids = Vec::new();
        for n in 1..=5 {
            ids.push(repo(&mut tx, &format!("octo/r{n}"), n).await.id);
        }
        repos::set_gone(&mut tx, ids[2], true, NOW).await.unwrap();
        let first = repos::list(&mut tx, &Page::first(3)).await.unwrap();
        let last = first.last().unwrap();
        let after = Some(Cursor { at: last.created_at, id: last.id.to_string() });
        let rest = repos::list(&mut tx, &Page { limit: 3, after }).await.unwrap();
        let seen: Vec<_> = first.iter().chain(&rest).map(|r| r.id).collect();
        assert_eq!(seen, [ids[4], ids[3], ids[1], ids[0]]);
        assert_eq!(repos::list(&mut tx, &Page::ALL).await.unwrap().len(), 4);
        assert_eq!(repos::list_installation(&mut tx, InstallationId(5)).await.unwrap().len(), 4);
        repos::set_installation(&mut tx, ids[0], None, NOW).await.unwrap();
        assert_eq!(repos::list_installation(&mut tx, InstallationId(5)).await.unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn m08_the_scan_never_goes_back() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let repo = repo(&mut tx, "octo/hello", 1).await;
        assert_eq!(repos::comments_seen_at(&mut tx, repo.id).await.unwrap(), None);
        for (at, expected) in [(10, 10), (5, 10), (20, 20)] {
            repos::set_comments_seen_at(&mut tx, repo.id, later(at)).await.unwrap();
            assert_eq!(repos::comments_seen_at(&mut tx, repo.id).await.unwrap(), Some(later(expected)));
        }
    })
    .await;
}

#[tokio::test]
async fn installations_keep_their_first_day_and_change_by_compare_and_set() {
    for_each_database(async |db| {
        use InstallationStatus::{Active, Deleted, Suspended};
        let mut tx = db.store.begin().await.unwrap();
        let installation = Installation {
            id: InstallationId(5),
            account: "octo".into(),
            status: Active,
            permissions: BTreeMap::from([("issues".to_owned(), "write".to_owned())]),
            created_at: NOW,
            updated_at: NOW,
        };
        installations::upsert(&mut tx, &installation).await.unwrap();
        let renamed = Installation { account: "octo-2".into(), created_at: later(9), ..installation.clone() };
        installations::upsert(&mut tx, &renamed).await.unwrap();
        let stored = installations::get(&mut tx, installation.id).await.unwrap().unwrap();
        assert_eq!(stored, Installation { account: "octo-2".into(), ..installation.clone() });
        for (old, new, expected) in [(Active, Suspended, true), (Active, Deleted, false), (Suspended, Active, true)] {
            let done = installations::set_status(&mut tx, installation.id, old, new, later(1)).await.unwrap();
            assert_eq!(done, expected, "{old:?} → {new:?}");
        }
        assert_eq!(installations::list(&mut tx).await.unwrap().len(), 1);
        assert_eq!(installations::get(&mut tx, InstallationId(6)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn single_values_are_set_once_or_again() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(meta::get(&mut tx, "sentinel").await.unwrap(), None);
        assert_eq!(meta::set_if_absent(&mut tx, "sentinel", "one").await.unwrap(), "one");
        assert_eq!(meta::set_if_absent(&mut tx, "sentinel", "two").await.unwrap(), "one");
        meta::set(&mut tx, "sentinel", "three").await.unwrap();
        assert_eq!(meta::get(&mut tx, "sentinel").await.unwrap().as_deref(), Some("three"));
    })
    .await;
}
