//! The App made on the setup page, what opens that page, and the kept caps.

use bakeoff::adapters::store::app_credentials::{self, StoredApp};
use bakeoff::adapters::store::meta;
use bakeoff::adapters::store::setup_secrets::{self, SetupKind};
use bakeoff::domain::ids::{AppCredentialsId, GithubUserId};
use bakeoff::domain::money::UsdMicros;
use bakeoff::domain::sha256::Sha256Hex;
use bakeoff::service::kept_caps::{self, Caps};

use super::rows::{NOW, later};
use crate::support::databases::for_each_database;

fn app(slug: &str, owner_id: Option<i64>) -> StoredApp {
    StoredApp {
        id: AppCredentialsId::new(),
        app_id: 5_100_000_007,
        slug: slug.into(),
        owner: "ada".into(),
        owner_id: owner_id.map(GithubUserId),
        client_id: "Iv23".into(),
        sealed: "sealed".into(),
        created_by: "setup key".into(),
        created_at: NOW,
    }
}

#[tokio::test]
async fn one_app_is_kept_and_sealed_anew_only_as_it_was() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(app_credentials::get(&mut tx).await.unwrap(), None);
        for made in [app("first", Some(7)), app("second", None)] {
            app_credentials::replace(&mut tx, &made).await.unwrap();
            assert_eq!(app_credentials::get(&mut tx).await.unwrap().as_ref(), Some(&made));
            assert_eq!(app_credentials::current(&mut tx).await.unwrap(), Some(made.id));
            assert!(!app_credentials::set_sealed(&mut tx, made.id, "other", "new").await.unwrap());
            assert!(app_credentials::set_sealed(&mut tx, made.id, "sealed", "new").await.unwrap());
        }
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_opens_the_setup_page_ends_and_is_taken_once() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (key, visit) = (Sha256Hex::of("key"), Sha256Hex::of("visit"));
        assert!(setup_secrets::insert(&mut tx, SetupKind::Key, &key, "log", later(100), NOW).await.unwrap());
        assert!(!setup_secrets::insert(&mut tx, SetupKind::Key, &key, "log", later(100), NOW).await.unwrap());
        assert!(setup_secrets::insert(&mut tx, SetupKind::Visit, &visit, "log", later(50), NOW).await.unwrap());
        let live = setup_secrets::live(&mut tx, SetupKind::Key, later(99)).await.unwrap();
        assert_eq!(live, [(key.clone(), "log".to_owned())]);
        assert!(setup_secrets::live(&mut tx, SetupKind::Key, later(100)).await.unwrap().is_empty());
        assert!(!setup_secrets::take(&mut tx, SetupKind::Visit, &key).await.unwrap(), "each kind for itself");
        assert!(setup_secrets::take(&mut tx, SetupKind::Key, &key).await.unwrap());
        assert!(!setup_secrets::take(&mut tx, SetupKind::Key, &key).await.unwrap(), "good once");
        let spent = Sha256Hex::of("spent");
        assert!(setup_secrets::insert(&mut tx, SetupKind::Spent, &spent, "", later(200), later(60)).await.unwrap());
        assert!(!setup_secrets::take(&mut tx, SetupKind::Visit, &visit).await.unwrap(), "what is over is forgotten");
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn kept_caps_come_back_as_they_were() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(kept_caps::get(&mut tx).await.unwrap(), Caps::default());
        let kept = Caps { day: Some(UsdMicros(1)), ..Caps::default() };
        meta::set(&mut tx, "budget_caps", &serde_json::to_string(&kept).unwrap()).await.unwrap();
        assert_eq!(kept_caps::get(&mut tx).await.unwrap(), kept);
        tx.commit().await.unwrap();
    })
    .await;
}
