//! Setting the GitHub App up in the browser: who may, the way to GitHub and back, and keeping what GitHub made.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;

use crate::adapters::crypto::{NewSecret, same_hash, secret_hash};
use crate::adapters::github::{GithubError, convert_manifest};
use crate::adapters::store::app_credentials::{self, StoredApp};
use crate::adapters::store::setup_secrets::{self, SetupKind};
use crate::adapters::store::{Store, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::AppCredentialsId;
use crate::domain::sha256::Sha256Hex;

use super::registration::seal;
use super::{Services, audit, reconcile};

/// How long the key in the log opens the page.
const KEY_LIFE: Duration = Duration::from_hours(24);
/// How long a browser that brought a key may use the page.
pub const VISIT_LIFE: Duration = Duration::from_hours(1);
/// How long the way to GitHub and back may take: as long as GitHub's code is good.
pub const WAY_LIFE: Duration = Duration::from_hours(1);
/// Who brought the key of the log, as the audit names them.
const KEY_HOLDER: &str = "setup key";

/// Makes a key that opens the setup page once; only its hash is kept.
pub async fn make_key(store: &Store, now: Timestamp) -> Result<SecretString, StoreError> {
    let key = NewSecret::setup_key();
    let mut tx = store.begin().await?;
    setup_secrets::insert(&mut tx, SetupKind::Key, &key.hash, KEY_HOLDER, now.plus(KEY_LIFE), now).await?;
    tx.commit().await?;
    Ok(key.secret)
}

/// Lets a browser in that brought the key of the log or the operator's token: the secret of its visit; `None` for any
/// other text. Only while there is no App.
pub async fn enter(
    svc: &Services,
    presented: &str,
    admin: Option<&Sha256Hex>,
) -> Result<Option<SecretString>, StoreError> {
    if svc.app.now().github.is_some() {
        return Ok(None);
    }
    let (hash, now) = (secret_hash(presented.trim()), svc.now());
    let mut tx = svc.store.begin().await?;
    let actor = if admin.is_some_and(|admin| same_hash(admin, &hash)) {
        audit::named(None, Some("admin"))
    } else {
        let keys = setup_secrets::live(&mut tx, SetupKind::Key, now).await?;
        let Some((key, actor)) = keys.into_iter().find(|(key, _)| same_hash(key, &hash)) else { return Ok(None) };
        if !setup_secrets::take(&mut tx, SetupKind::Key, &key).await? {
            return Ok(None);
        }
        actor
    };
    let visit = NewSecret::setup_key();
    setup_secrets::insert(&mut tx, SetupKind::Visit, &visit.hash, &actor, now.plus(VISIT_LIFE), now).await?;
    audit::note(&mut tx, &actor, "setup.enter", "setup", json!({}), now).await?;
    tx.commit().await?;
    Ok(Some(visit.secret))
}

/// Who came with this visit; `None` when it is over or none.
pub async fn visitor(svc: &Services, visit: &str) -> Result<Option<String>, StoreError> {
    let (hash, mut conn) = (secret_hash(visit), svc.store.read().await?);
    let live = setup_secrets::live(&mut conn, SetupKind::Visit, svc.now()).await?;
    Ok(live.into_iter().find(|(known, _)| same_hash(known, &hash)).map(|(_, actor)| actor))
}

fn mac_input(until: &str, nonce: &str, browser: &str) -> String {
    format!("setup state\n{until}\n{nonce}\n{}", secret_hash(browser))
}

/// What GitHub must bring back: known to us by its hash, to one browser by its cookie, and for a while only.
pub fn make_state(svc: &Services, browser: &str) -> String {
    let until = svc.now().plus(WAY_LIFE).0.to_string();
    let nonce = hex::encode(rand::random::<[u8; 16]>());
    let mac = svc.keys.mac(mac_input(&until, &nonce, browser).as_bytes());
    format!("{until}.{nonce}.{mac}")
}

/// Whether GitHub brought back what this browser left with, in time and for the first time.
pub async fn spend_state(svc: &Services, state: &str, browser: &str) -> Result<bool, StoreError> {
    let mut parts = state.splitn(3, '.');
    let (Some(until), Some(nonce), Some(mac)) = (parts.next(), parts.next(), parts.next()) else { return Ok(false) };
    let (Ok(until_ms), now) = (until.parse::<i64>(), svc.now()) else { return Ok(false) };
    let ours = svc.keys.is_mac(mac, mac_input(until, nonce, browser).as_bytes());
    if !ours || until_ms <= now.0 {
        return Ok(false);
    }
    let mut tx = svc.store.begin().await?;
    let (hash, until) = (secret_hash(nonce), Timestamp(until_ms));
    let first = setup_secrets::insert(&mut tx, SetupKind::Spent, &hash, "", until, now).await?;
    tx.commit().await?;
    Ok(first)
}

/// Exchanges GitHub's code for the App, keeps its credentials sealed, and uses them at once.
pub async fn register(svc: &Services, code: &str, actor: &str) -> anyhow::Result<Result<(), GithubError>> {
    let made = match convert_manifest(svc.app.template(), svc.clock.clone(), code).await {
        Ok(made) => made,
        Err(error) => return Ok(Err(error)),
    };
    let (id, now) = (AppCredentialsId::new(), svc.now());
    let stored = StoredApp {
        id,
        app_id: made.id,
        slug: made.slug.clone(),
        owner: made.owner.clone(),
        owner_id: made.owner_id,
        client_id: made.client_id.clone(),
        sealed: seal(&svc.keys, id, &made),
        created_by: actor.to_owned(),
        created_at: now,
    };
    let mut tx = svc.store.begin().await?;
    app_credentials::replace(&mut tx, &stored).await?;
    setup_secrets::clear(&mut tx, SetupKind::Key).await?;
    let details = json!({ "slug": made.slug, "owner": made.owner });
    audit::note(&mut tx, actor, "app.create", &format!("app:{}", made.id), details, now).await?;
    tx.commit().await?;
    take_up(svc).await?;
    tracing::info!(app.id = made.id, app.slug = made.slug, "the GitHub App was made on the setup page and is in use");
    Ok(Ok(()))
}

/// Uses the App that is stored, if it is another than the one in use.
pub async fn take_up(svc: &Services) -> anyhow::Result<()> {
    if svc.app.refresh(&svc.store, &svc.keys, &svc.secrets).await? {
        reconcile::schedule(svc).await?;
    }
    Ok(())
}
