//! What every command needs of the process around it: settings, the database, signals.

use std::path::PathBuf;

use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use secrecy::ExposeSecret as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::adapters::store::{Store, sqlite_file};
use crate::app::settings::{Loaded, Problems, Settings, from_process};
use crate::app::{StartError, parts};
use crate::engine::render::redact::Secrets;

/// The process a command runs in.
pub struct Process {
    /// The file of `--config`.
    pub config: Option<PathBuf>,
    /// What no line of output may hold.
    pub secrets: Secrets,
}

impl Process {
    /// Reads the settings; from then on no other process of this user may look into this one (M39).
    pub fn load(&self) -> Result<Loaded, Problems> {
        close_to_debuggers();
        let loaded = from_process(self.config.as_deref())?;
        parts::register_secrets(&loaded.settings, &self.secrets);
        Ok(loaded)
    }

    /// The settings alone.
    pub fn settings(&self) -> Result<Settings, Problems> {
        Ok(self.load()?.settings)
    }
}

/// No core file and no debugger of the same user may show what this process holds.
fn close_to_debuggers() {
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "this process could not be closed to debuggers");
    }
}

/// The database of the settings, which must be there and of this version.
pub async fn existing_store(settings: &Settings) -> anyhow::Result<Store> {
    if !database_exists(settings) {
        anyhow::bail!("there is no database yet: start `bakeoff serve` or run `bakeoff migrate` first");
    }
    let store = parts::open_store(settings).await?;
    store.check_schema().await.map_err(StartError::from)?;
    Ok(store)
}

/// Whether the database's file is there; of a server nothing can be said without asking it.
pub fn database_exists(settings: &Settings) -> bool {
    sqlite_file(settings.database_url().expose_secret()).is_none_or(|file| file.exists())
}

/// SIGTERM and SIGINT.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes the signals from the system's usual treatment.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Completes when the program is asked to stop.
    pub async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m39_the_process_is_closed_to_debuggers() {
        close_to_debuggers();
        assert_eq!(rustix::process::dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
    }
}
