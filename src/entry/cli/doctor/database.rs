//! The database: opens, has the right schema, is whole; its keys fit; its audit trail is unbroken.

use crate::adapters::crypto::{KeyRing, read_private};
use crate::adapters::store::{Store, StoreError, meta};
use crate::app::parts;
use crate::app::settings::Settings;
use crate::service::health::{self, Report};
use crate::service::keys::SENTINEL;

use super::super::process::database_exists;

/// A database that can be asked, and keys that open it.
pub struct Opened {
    pub store: Store,
    pub keys: Option<KeyRing>,
}

const RESTORE: &str = "stop bakeoff and put a backup in its place";

/// Looks at the database; `None` when there is nothing to ask.
pub async fn check(settings: &Settings, report: &mut Report) -> Option<Opened> {
    if !database_exists(settings) {
        report.ok("database", "is not made yet; the first start makes it");
        keys(settings, None, report);
        return None;
    }
    let store = match parts::open_store(settings).await {
        Ok(store) => store,
        Err(error) => {
            report.wrong("database", &error.to_string(), "check BAKEOFF_DATABASE_URL and the file or server it names");
            return None;
        }
    };
    match store.check_schema().await {
        Ok(()) => report.ok("database", "opens and has this version's schema"),
        Err(StoreError::Unmigrated) => {
            report.warning("database", "is not migrated yet", "start serve or run `bakeoff migrate`");
            keys(settings, None, report);
            return None;
        }
        Err(error) => {
            report.wrong("database", &error.to_string(), "start the version that made it, or restore a backup");
            return None;
        }
    }
    health::database::check(&store, report).await;
    match sentinel(&store).await {
        Ok(sealed) => {
            let keys = keys(settings, sealed.as_deref(), report);
            Some(Opened { store, keys })
        }
        Err(error) => {
            report.wrong("encryption keys", &error.to_string(), RESTORE);
            None
        }
    }
}

async fn sentinel(store: &Store) -> Result<Option<String>, StoreError> {
    meta::get(&mut *store.read().await?, SENTINEL).await
}

/// The keys, if they can be read and open `sealed`.
fn keys(settings: &Settings, sealed: Option<&str>, report: &mut Report) -> Option<KeyRing> {
    const PART: &str = "encryption keys";
    const FIX: &str = "give the keys this database was made with in BAKEOFF_ENCRYPTION_KEYS or encryption.key";
    let file = parts::key_file(settings);
    let list = match &settings.encryption_keys {
        Some(list) => list.clone(),
        None if settings.is_postgres() => {
            report.wrong(PART, "are required with Postgres", "make one with `bakeoff keys generate`");
            return None;
        }
        None if !file.exists() && sealed.is_none() => {
            report.ok(PART, "are not made yet; the first start makes them");
            return None;
        }
        None => match read_private(&file) {
            Ok(list) => list,
            Err(error) => {
                report.wrong(PART, &format!("encryption.key in the data folder: {error}"), FIX);
                return None;
            }
        },
    };
    let ring = match KeyRing::parse(&list) {
        Ok(ring) => ring,
        Err(error) => {
            report.wrong(PART, &error.to_string(), "make a key with `bakeoff keys generate`");
            return None;
        }
    };
    match sealed.map(|sealed| ring.check_sentinel(sealed)) {
        None => report.ok(PART, "can be read; nothing is encrypted yet"),
        Some(Ok(())) => report.ok(PART, "open what is stored"),
        Some(Err(error)) => {
            report.wrong(PART, &format!("do not fit this database: {error}"), FIX);
            return None;
        }
    }
    Some(ring)
}
