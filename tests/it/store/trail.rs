//! Tokens, the audit trail, and what is remembered by name.

use bakeoff::adapters::store::audit::{self, Chain, NewEntry};
use bakeoff::adapters::store::{Conn, meta, rounds, tokens};
use bakeoff::domain::ids::TokenId;
use bakeoff::domain::repo::RepoName;
use bakeoff::domain::round::RoundStatus;
use bakeoff::domain::sha256::Sha256Hex;
use bakeoff::domain::token::{Scope, Token};
use serde_json::json;

use super::rows::{NOW, later, round, scene};
use crate::support::databases::for_each_database;

#[tokio::test]
async fn m44_a_token_is_found_by_the_hash_of_its_secret_only() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let full = Token {
            id: TokenId::new(),
            name: "ci".into(),
            scopes: vec![Scope::Read, Scope::Pick],
            repositories: RepoName::parse("octo/hello").map(|n| vec![n]),
            github_login: Some("octocat".into()),
            expires_at: Some(later(9)),
            last_used_at: None,
            created_at: NOW,
            revoked_at: None,
        };
        let bare = Token {
            id: TokenId::new(),
            repositories: None,
            github_login: None,
            expires_at: None,
            created_at: later(1),
            ..full.clone()
        };
        for (token, secret) in [(&full, "one"), (&bare, "two")] {
            tokens::insert(&mut tx, token, &Sha256Hex::of(secret)).await.unwrap();
            assert_eq!(tokens::by_hash(&mut tx, &Sha256Hex::of(secret)).await.unwrap().as_ref(), Some(token));
            assert_eq!(tokens::get(&mut tx, token.id).await.unwrap().as_ref(), Some(token));
        }
        assert_eq!(tokens::by_hash(&mut tx, &Sha256Hex::of("three")).await.unwrap(), None);
        assert_eq!(tokens::list(&mut tx).await.unwrap(), [bare, full.clone()]);
        assert!(tokens::revoke(&mut tx, full.id, later(2)).await.unwrap());
        assert!(!tokens::revoke(&mut tx, full.id, later(3)).await.unwrap());
        for (ms, written) in [(0, true), (59_999, false), (60_000, true)] {
            assert_eq!(tokens::touch(&mut tx, full.id, later(ms)).await.unwrap(), written, "{ms}");
        }
        let stored = tokens::get(&mut tx, full.id).await.unwrap().unwrap();
        assert_eq!((stored.revoked_at, stored.last_used_at), (Some(later(2)), Some(later(60_000))));
    })
    .await;
}

async fn append(conn: &mut Conn, action: &str) -> i64 {
    let details = json!({"delivery": "a", "cost": 0.1, "odd": "\u{0}\u{202e}😀"});
    let entry = NewEntry { actor: "github:7:octo\0cat", action, subject: "task", details: &details };
    audit::append(conn, entry, NOW).await.unwrap()
}

#[tokio::test]
async fn m19_each_entry_covers_the_one_before() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(audit::verify(&mut tx).await.unwrap(), Chain::Whole(0));
        for (n, action) in ["command", "run", "pick"].into_iter().enumerate() {
            assert_eq!(append(&mut tx, action).await, i64::try_from(n + 1).unwrap());
        }
        tx.commit().await.unwrap();
        let mut conn = db.store.read().await.unwrap();
        assert_eq!(audit::verify(&mut conn).await.unwrap(), Chain::Whole(3));
        let entries = audit::list(&mut conn, None, 2).await.unwrap();
        assert_eq!(entries.iter().map(|e| e.action.as_str()).collect::<Vec<_>>(), ["pick", "run"]);
        assert_eq!(entries[0].previous_hash, entries[1].hash);
        assert_eq!(entries[0].actor, "github:7:octo\u{fffd}cat");
        assert_eq!(entries[0].details["odd"], "\u{0}\u{202e}😀");
        assert_eq!(audit::list(&mut conn, Some(2), 9).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn m19_a_changed_removed_or_cut_off_entry_is_noticed() {
    let tampering = [
        ("UPDATE audit SET actor = 'nobody' WHERE seq = 2", Chain::BrokenAt(2)),
        ("DELETE FROM audit WHERE seq = 2", Chain::BrokenAt(2)),
        ("DELETE FROM audit WHERE seq = 3", Chain::BrokenAt(3)),
        ("UPDATE audit SET hash = 'x' WHERE seq = 1", Chain::BrokenAt(1)),
    ];
    for (sql, expected) in tampering {
        for_each_database(async |db| {
            let mut tx = db.store.begin().await.unwrap();
            for action in ["command", "run", "pick"] {
                append(&mut tx, action).await;
            }
            sqlx::query(sql).execute(&mut *tx).await.unwrap();
            assert_eq!(audit::verify(&mut tx).await.unwrap(), expected, "{sql}");
        })
        .await;
    }
}

#[tokio::test]
async fn m19_appending_from_two_places_leaves_one_chain() {
    for_each_database(async |db| {
        let other = db.second().await;
        let five = async |store: &bakeoff::adapters::store::Store| {
            for _ in 0..5 {
                let mut tx = store.begin().await.unwrap();
                append(&mut tx, "run").await;
                tx.commit().await.unwrap();
            }
        };
        tokio::join!(five(&db.store), five(&other), five(&db.store));
        assert_eq!(audit::verify(&mut db.store.read().await.unwrap()).await.unwrap(), Chain::Whole(15));
        other.close().await;
    })
    .await;
}

/// The trail only grows: no statement of ours changes or removes an entry.
#[test]
fn m19_no_code_changes_the_trail() {
    fn sources(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { sources(&path, found) } else { found.push(path) }
        }
    }
    let mut files = Vec::new();
    sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.len() > 50, "the sources were found");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap_or_default().to_lowercase();
        for forbidden in ["update audit", "delete from audit", "drop table audit", "into audit values"] {
            assert!(!text.contains(forbidden), "{}: {forbidden}", file.display());
        }
    }
}

#[tokio::test]
async fn what_was_said_once_is_forgotten_when_it_is_over() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, task, running, _) = scene(&mut tx).await;
        let over = round(&mut tx, &task, 2).await;
        rounds::set_status(&mut tx, over.id, RoundStatus::Running, RoundStatus::Canceled, NOW).await.unwrap();
        let keys = [
            (format!("said:busy:{}:12", running.id), true),
            (format!("said:busy:{}:12", over.id), false),
            (format!("said:cap:{}:repository:$20.00:{}", task.id, later(1).0), true),
            (format!("said:cap:{}:repository:$20.00:{}", task.id, NOW.0), false),
            (format!("said:cap:{}:task:2000 runs:0", task.id), true),
            ("budget_lock".to_owned(), true),
        ];
        for (key, _) in &keys {
            meta::set_if_absent(&mut tx, key, "comment:1:0").await.unwrap();
        }
        assert_eq!(meta::forget_said(&mut tx, NOW).await.unwrap(), 2);
        for (key, kept) in &keys {
            assert_eq!(meta::get(&mut tx, key).await.unwrap().is_some(), *kept, "{key}");
        }
    })
    .await;
}
