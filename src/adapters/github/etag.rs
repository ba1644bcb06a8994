//! What GitHub last said at an address, so that "not modified" costs nothing.

use std::sync::Mutex;

use crate::domain::ids::InstallationId;

use super::bounded::Bounded;
use super::gate::lock;

/// Tags and what they stood for, by installation and address.
#[derive(Debug)]
pub(super) struct Etags<T>(Mutex<Bounded<(InstallationId, String), Tagged<T>>>);

/// A remembered answer.
#[derive(Debug, Clone)]
pub(super) struct Tagged<T> {
    pub etag: String,
    pub next: Option<url::Url>,
    pub value: T,
}

impl<T: Clone> Etags<T> {
    pub(super) fn new(most: usize) -> Self {
        Self(Mutex::new(Bounded::new(most)))
    }

    pub(super) fn get(&self, installation: InstallationId, address: &str) -> Option<Tagged<T>> {
        lock(&self.0).get(&(installation, address.to_owned()))
    }

    pub(super) fn put(&self, installation: InstallationId, address: &str, tagged: Tagged<T>) {
        lock(&self.0).insert((installation, address.to_owned()), tagged);
    }

    pub(super) fn forget(&self, installation: InstallationId) {
        lock(&self.0).retain(|(id, _)| *id != installation);
    }
}
