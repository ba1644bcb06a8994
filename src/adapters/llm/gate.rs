//! How many calls run at once with one key at one host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

/// One gate for each pair of host and key, known by its hash only.
#[derive(Default)]
pub(super) struct Gates(Mutex<HashMap<[u8; 32], Arc<Semaphore>>>);

impl Gates {
    /// The gate of this host and key; made with `width` places when new.
    pub(super) fn gate(&self, host: &str, key: &SecretString, width: usize) -> Arc<Semaphore> {
        let id = Sha256::new().chain_update(host).chain_update([0]).chain_update(key.expose_secret()).finalize();
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        gates.entry(id.into()).or_insert_with(|| Arc::new(Semaphore::new(width.max(1)))).clone()
    }
}
