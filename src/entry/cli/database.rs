//! `bakeoff migrate` and `bakeoff backup`.

use std::path::Path;

use crate::app::{StartError, parts};

use super::output::{line, remark};
use super::process::{Process, existing_store};

/// Brings the schema up to date.
pub async fn migrate(process: &Process) -> anyhow::Result<()> {
    let settings = process.settings()?;
    let store = parts::open_store(&settings).await?;
    store.migrate().await.map_err(StartError::from)?;
    store.close().await;
    line("The database is up to date.")
}

/// Copies the database.
pub async fn backup(process: &Process, file: &Path) -> anyhow::Result<()> {
    let settings = process.settings()?;
    let store = existing_store(&settings).await?;
    store.backup(file).await?;
    store.close().await;
    let keys = match settings.encryption_keys {
        None => format!("{} is", parts::key_file(&settings).display()),
        Some(_) => "the keys of BAKEOFF_ENCRYPTION_KEYS are".into(),
    };
    remark(&format!("{keys} not in the copy: keep both, the stored model keys open only with it"));
    line(&format!("The database was copied to {}.", file.display()))
}
