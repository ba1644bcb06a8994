//! The exchange of encryption keys: everything that stays stored is sealed anew with the first key of the list (M47).

use serde_json::json;

use crate::adapters::crypto::{KeyError, KeyRing, Place, Purpose};
use crate::adapters::store::answers::{self, Named};
use crate::adapters::store::{Store, StoreError, app_credentials, meta, models};
use crate::domain::clock::Timestamp;
use crate::domain::crash;
use crate::domain::ids::ModelId;

use super::audit;
use super::rest::answers::record;

/// Keys sealed anew in one transaction: others write in between.
const BATCH: i64 = 50;
/// The row of `meta` that refuses a start with the wrong keys.
pub const SENTINEL: &str = "key_sentinel";

/// What an exchange did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Values that were sealed with another key than the first.
    pub renewed: u64,
    /// Values that were sealed with the first key already.
    pub current: u64,
}

/// Why an exchange stopped; what was done before stays done, and the same again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The database.
    #[error("the keys cannot be exchanged: {0}")]
    Store(#[from] StoreError),
    /// The keys do not open this database.
    #[error("the encryption keys do not fit this database ({0}): give the old key too, after the new one")]
    WrongKeys(KeyError),
    /// One value cannot be opened.
    #[error("the key of model {id} cannot be opened ({error}): give the key it was sealed with, or delete the model")]
    Unopenable {
        /// The profile.
        id: ModelId,
        /// Why.
        error: KeyError,
    },
    /// The GitHub App's credentials cannot be opened.
    #[error("the GitHub App's credentials cannot be opened ({0}): give the key they were sealed with")]
    UnopenableApp(KeyError),
}

/// Seals every stored secret with the first key. It may be stopped at any time and run again: with the whole list of
/// keys everything stays readable, and only a finished exchange makes the sentinel ask for the first key alone.
pub async fn rotate(store: &Store, keys: &KeyRing, actor: &str, now: Timestamp) -> Result<Rotated, RotateError> {
    let sentinel = meta::get(&mut *store.read().await?, SENTINEL).await?;
    if let Some(sealed) = &sentinel {
        keys.check_sentinel(sealed).map_err(RotateError::WrongKeys)?;
    }
    let mut rotated = Rotated::default();
    let mut after = None;
    while let Some(last) = batch(store, keys, after, &mut rotated).await? {
        after = Some(last);
    }
    app(store, keys, &mut rotated).await?;
    let mut after = (String::new(), String::new());
    while let Some(last) = batch_of_answers(store, keys, &after, &mut rotated).await? {
        after = last;
    }
    finish(store, keys, actor, now, rotated).await?;
    Ok(rotated)
}

/// The credentials of the App that was made on the setup page.
async fn app(store: &Store, keys: &KeyRing, rotated: &mut Rotated) -> Result<(), RotateError> {
    let mut tx = store.begin().await?;
    let Some(app) = app_credentials::get(&mut tx).await? else { return Ok(()) };
    let place = Place { purpose: Purpose::AppCredential, record: &app.id.to_string() };
    match keys.reencrypt(place, &app.sealed).map_err(RotateError::UnopenableApp)? {
        Some(new) if app_credentials::set_sealed(&mut tx, app.id, &app.sealed, &new).await? => rotated.renewed += 1,
        Some(_) => {}
        None => rotated.current += 1,
    }
    Ok(tx.commit().await?)
}

/// The last profile of the next batch; `None` at the end.
async fn batch(
    store: &Store,
    keys: &KeyRing,
    after: Option<ModelId>,
    rotated: &mut Rotated,
) -> Result<Option<ModelId>, RotateError> {
    let mut tx = store.begin().await?;
    let sealed = models::ciphers_after(&mut tx, after, BATCH).await?;
    for (id, cipher) in &sealed {
        let record = id.to_string();
        let place = Place { purpose: Purpose::ModelKey, record: &record };
        let renewed = keys.reencrypt(place, cipher).map_err(|error| RotateError::Unopenable { id: *id, error })?;
        match renewed {
            Some(new) if models::set_key_cipher(&mut tx, *id, cipher, &new).await? => rotated.renewed += 1,
            // Deleted or stored anew meanwhile (Postgres): then by a process with these keys.
            Some(_) => {}
            None => rotated.current += 1,
        }
    }
    tx.commit().await?;
    crash::point("keys_batch");
    Ok(sealed.last().map(|(id, _)| *id))
}

/// The last kept answer of the next batch; `None` at the end. One that no key opens any more stays as it is: its
/// request is refused for the rest of its day, where forgetting it would carry the request out twice.
async fn batch_of_answers(
    store: &Store,
    keys: &KeyRing,
    after: &(String, String),
    rotated: &mut Rotated,
) -> Result<Option<(String, String)>, RotateError> {
    let mut tx = store.begin().await?;
    let sealed = answers::sealed_after(&mut tx, Named { token: &after.0, key: &after.1 }, BATCH).await?;
    for one in &sealed {
        let record = record(&one.token, &one.key);
        match keys.reencrypt(Place { purpose: Purpose::Answer, record: &record }, &one.body) {
            Ok(Some(new)) => rotated.renewed += u64::from(answers::set_sealed(&mut tx, one, &new).await?),
            Ok(None) => rotated.current += 1,
            Err(error) => tracing::warn!(%error, "a kept answer cannot be opened"),
        }
    }
    tx.commit().await?;
    crash::point("keys_batch");
    Ok(sealed.into_iter().last().map(|one| (one.token, one.key)))
}

async fn finish(
    store: &Store,
    keys: &KeyRing,
    actor: &str,
    now: Timestamp,
    rotated: Rotated,
) -> Result<(), RotateError> {
    let mut tx = store.begin().await?;
    let sealed = meta::set_if_absent(&mut tx, SENTINEL, &keys.sentinel()).await?;
    if let Some(new) = keys.reencrypt_sentinel(&sealed).map_err(RotateError::WrongKeys)? {
        meta::set(&mut tx, SENTINEL, &new).await?;
    }
    let details = json!({ "renewed": rotated.renewed, "current": rotated.current });
    audit::note(&mut tx, actor, "keys.rotate", "keys", details, now).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::crypto::generate_key;
    use crate::adapters::store::StoreOptions;
    use crate::domain::model::{ModelProfile, ModelSource, Provider, ToolUse, Wire};
    use secrecy::{ExposeSecret as _, SecretString};

    fn ring(keys: &[&SecretString]) -> KeyRing {
        let list: Vec<_> = keys.iter().map(|key| key.expose_secret()).collect();
        KeyRing::parse(&SecretString::from(list.join(","))).unwrap()
    }

    fn place(record: &str) -> Place<'_> {
        Place { purpose: Purpose::ModelKey, record }
    }

    async fn store_with(keys: &KeyRing, count: usize) -> (tempfile::TempDir, Store, Vec<ModelId>) {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join("x.db").display());
        let store = Store::connect(&url, StoreOptions::default()).await.unwrap();
        store.migrate().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        meta::set_if_absent(&mut tx, SENTINEL, &keys.sentinel()).await.unwrap();
        let mut ids = Vec::new();
        for index in 0..count {
            let profile = ModelProfile {
                id: ModelId::new(),
                provider: Provider::OpenAi,
                model_name: "m".into(),
                display_name: None,
                alias: format!("m-{index}"),
                default: false,
                base_url: None,
                wire: Wire::Chat,
                tools: ToolUse::Off,
                prices: None,
                free: true,
                fallback: None,
                limits: crate::domain::model::KeyLimits::default(),
                source: ModelSource::Api,
                api_key_hint: String::new(),
                created_at: Timestamp(0),
            };
            let record = profile.id.to_string();
            let sealed = keys.encrypt(place(&record), &format!("sk-{index}").into());
            models::insert(&mut tx, &profile, &sealed).await.unwrap().unwrap();
            ids.push(profile.id);
        }
        tx.commit().await.unwrap();
        (dir, store, ids)
    }

    async fn opens(store: &Store, keys: &KeyRing, ids: &[ModelId]) -> usize {
        let mut conn = store.read().await.unwrap();
        let mut opened = 0;
        for id in ids {
            let cipher = models::key_cipher(&mut conn, *id).await.unwrap().unwrap();
            opened += usize::from(keys.decrypt(place(&id.to_string()), &cipher).is_ok());
        }
        opened
    }

    #[tokio::test]
    async fn m47_f125_a_rotation_stopped_half_way_keeps_all_readable_and_goes_on() {
        let (old, new) = (generate_key(), generate_key());
        let (_dir, store, ids) = store_with(&ring(&[&old]), 120).await;
        let both = ring(&[&new, &old]);

        let mut rotated = Rotated::default();
        batch(&store, &both, None, &mut rotated).await.unwrap();
        assert_eq!(rotated.renewed, 50);
        assert_eq!(opens(&store, &both, &ids).await, 120);
        let sealed = meta::get(&mut store.read().await.unwrap(), SENTINEL).await.unwrap().unwrap();
        assert!(ring(&[&new]).check_sentinel(&sealed).is_err(), "not finished: the new key alone must not start");

        let rest = rotate(&store, &both, "local", Timestamp(1)).await.unwrap();
        assert_eq!(rest, Rotated { renewed: 70, current: 50 });
        assert_eq!(opens(&store, &ring(&[&new]), &ids).await, 120);
        let sealed = meta::get(&mut store.read().await.unwrap(), SENTINEL).await.unwrap().unwrap();
        assert_eq!(ring(&[&new]).check_sentinel(&sealed), Ok(()));
        let again = rotate(&store, &ring(&[&new]), "local", Timestamp(2)).await.unwrap();
        assert_eq!(again, Rotated { renewed: 0, current: 120 });
    }

    #[tokio::test]
    async fn f125_wrong_keys_change_nothing() {
        let old = generate_key();
        let (_dir, store, ids) = store_with(&ring(&[&old]), 2).await;
        let wrong = ring(&[&generate_key()]);
        let error = rotate(&store, &wrong, "local", Timestamp(1)).await.unwrap_err();
        assert!(matches!(error, RotateError::WrongKeys(KeyError::WrongKey)), "{error}");
        assert_eq!(opens(&store, &ring(&[&old]), &ids).await, 2);
    }
}
