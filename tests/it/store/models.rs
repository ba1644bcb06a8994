//! Model profiles and their keys.

use bakeoff::adapters::store::models::{self, AliasTaken};
use bakeoff::domain::model::{ModelProfile, ModelSource};

use super::rows::{NOW, later, model, model_of};
use crate::support::databases::for_each_database;

#[tokio::test]
async fn a_profile_comes_back_as_it_went_in() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let full = model_of("gpt");
        let bare = ModelProfile { display_name: None, base_url: None, prices: None, free: true, ..model_of("local") };
        for profile in [&full, &bare] {
            models::insert(&mut tx, profile, "cipher").await.unwrap().unwrap();
            let stored = models::get(&mut tx, profile.id).await.unwrap().unwrap();
            assert_eq!((&stored.profile, stored.deleted_at), (profile, None));
            assert_eq!(models::by_alias(&mut tx, &profile.alias.to_uppercase()).await.unwrap().as_ref(), Some(profile));
            assert_eq!(models::key_cipher(&mut tx, profile.id).await.unwrap().as_deref(), Some("cipher"));
        }
        assert_eq!(models::list(&mut tx).await.unwrap(), [full, bare]);
    })
    .await;
}

#[tokio::test]
async fn an_alias_is_unique_among_the_living() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let first = model(&mut tx, "gpt").await;
        let second = model_of("GPT");
        assert_eq!(models::insert(&mut tx, &second, "c").await.unwrap(), Err(AliasTaken("GPT".into())));
        assert!(models::soft_delete(&mut tx, first.id, later(1)).await.unwrap());
        assert!(!models::soft_delete(&mut tx, first.id, later(2)).await.unwrap());
        models::insert(&mut tx, &second, "c").await.unwrap().unwrap();
        let history = models::get(&mut tx, first.id).await.unwrap().unwrap();
        assert_eq!((history.profile, history.deleted_at), (first.clone(), Some(later(1))));
        assert_eq!(models::key_cipher(&mut tx, first.id).await.unwrap(), None, "a deleted profile has no key");
        assert_eq!(models::list(&mut tx).await.unwrap(), [second]);
    })
    .await;
}

#[tokio::test]
async fn defaults_are_those_marked_else_the_first_three() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let mut all = Vec::new();
        for alias in ["one", "two", "three", "four"] {
            all.push(model(&mut tx, alias).await);
        }
        assert_eq!(models::defaults(&mut tx).await.unwrap(), all[..3]);
        let marked = ModelProfile { default: true, ..model_of("five") };
        models::insert(&mut tx, &marked, "c").await.unwrap().unwrap();
        assert_eq!(models::defaults(&mut tx).await.unwrap(), [marked]);
    })
    .await;
}

#[tokio::test]
async fn the_settings_file_replaces_its_own_profiles_only() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let over_rest = model(&mut tx, "rest").await;
        let file = |alias: &str| ModelProfile { source: ModelSource::File, ..model_of(alias) };
        let (a, b) = (file("a"), file("b"));
        let cipher = |p: &ModelProfile| (p.clone(), format!("cipher of {}", p.alias));
        models::replace_file_profiles(&mut tx, &[cipher(&a), cipher(&b)], NOW).await.unwrap().unwrap();
        // They swap their words: no moment at which both have the same.
        let (a2, b2) =
            (ModelProfile { alias: "b".into(), ..a.clone() }, ModelProfile { alias: "a".into(), ..b.clone() });
        models::replace_file_profiles(&mut tx, &[cipher(&a2), cipher(&b2)], NOW).await.unwrap().unwrap();
        assert_eq!(models::by_alias(&mut tx, "a").await.unwrap().unwrap().id, b.id);
        // One goes, and comes back.
        models::replace_file_profiles(&mut tx, &[cipher(&a2)], later(1)).await.unwrap().unwrap();
        assert_eq!(models::get(&mut tx, b.id).await.unwrap().unwrap().deleted_at, Some(later(1)));
        models::replace_file_profiles(&mut tx, &[cipher(&a2), cipher(&b2)], later(2)).await.unwrap().unwrap();
        assert_eq!(models::get(&mut tx, b.id).await.unwrap().unwrap().deleted_at, None);
        assert_eq!(models::key_cipher(&mut tx, b.id).await.unwrap().as_deref(), Some("cipher of a"));
        assert_eq!(models::list(&mut tx).await.unwrap().len(), 3);
        let clash = [cipher(&file("REST"))];
        assert!(models::replace_file_profiles(&mut tx, &clash, NOW).await.unwrap().is_err());
        assert_eq!(models::by_alias(&mut tx, "rest").await.unwrap(), Some(over_rest));
    })
    .await;
}

#[tokio::test]
async fn m47_keys_are_rotated_in_batches_and_only_if_unchanged() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let mut ids = Vec::new();
        for alias in ["one", "two", "three"] {
            ids.push(model(&mut tx, alias).await.id);
        }
        let first = models::ciphers_after(&mut tx, None, 2).await.unwrap();
        let rest = models::ciphers_after(&mut tx, Some(first[1].0), 2).await.unwrap();
        let seen: Vec<_> = first.iter().chain(&rest).map(|(id, _)| *id).collect();
        assert_eq!(seen, ids);
        assert!(models::set_key_cipher(&mut tx, ids[0], "cipher", "new").await.unwrap());
        assert!(!models::set_key_cipher(&mut tx, ids[0], "cipher", "newer").await.unwrap());
        assert_eq!(models::key_cipher(&mut tx, ids[0]).await.unwrap().as_deref(), Some("new"));
    })
    .await;
}
