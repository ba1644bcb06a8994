//! `bakeoff keys`: the keys that stored secrets are encrypted with.

use clap::Subcommand;
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::adapters::crypto::generate_key;
use crate::app::parts;
use crate::domain::clock::{Clock as _, SystemClock};
use crate::service;

use super::output;
use super::process::{Process, existing_store};

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Prints a fresh key for BAKEOFF_ENCRYPTION_KEYS.
    Generate,
    /// Encrypts everything stored anew with the first key of the list.
    ///
    /// First put a fresh key before the old ones (BAKEOFF_ENCRYPTION_KEYS, or a line at the top of encryption.key in
    /// the data folder) and restart serve. Then run this; it may be stopped and run again, and serve goes on meanwhile.
    /// At last take the old keys away and restart serve.
    Rotate {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Runs one of them.
pub async fn keys(process: &Process, command: &KeysCommand) -> anyhow::Result<()> {
    match command {
        KeysCommand::Generate => output::line(generate_key().expose_secret()),
        KeysCommand::Rotate { json } => rotate(process, *json).await,
    }
}

async fn rotate(process: &Process, as_json: bool) -> anyhow::Result<()> {
    let settings = process.settings()?;
    let store = existing_store(&settings).await?;
    let ring = parts::open_keys(&settings, &store).await?;
    let rotated = service::keys::rotate(&store, &ring, service::audit::LOCAL, SystemClock.now()).await?;
    store.close().await;
    if as_json {
        return output::json(&json!({ "renewed": rotated.renewed, "current": rotated.current }));
    }
    output::line(&format!(
        "{} stored secrets were encrypted anew, {} were already encrypted with the first key.",
        rotated.renewed, rotated.current
    ))
}
