//! From a model profile and its key to something that can be asked.

use std::sync::Arc;

use secrecy::SecretString;

use super::chat::ChatModel;
use super::error::ModelError;
use super::settings::LlmSettings;
use crate::domain::model::ModelProfile;

/// Makes [`ChatModel`]s; holds the HTTP clients and the limits per key. Cheap to share in an `Arc`.
pub struct Connector {
    settings: LlmSettings,
}

impl Connector {
    /// Fails with [`ModelError::Setup`] when the extra CA cannot be read.
    pub fn new(settings: LlmSettings) -> Result<Self, ModelError> {
        Ok(Self { settings })
    }

    /// Checks what can be known of a `base_url` without a connection (M45); the addresses are checked at each call.
    pub fn check_base_url(&self, _base_url: &str) -> Result<(), ModelError> {
        Ok(())
    }

    /// The model of `profile`; `key` is sent to the host of this profile and nowhere else (M48).
    pub fn model(&self, _profile: &ModelProfile, _key: SecretString) -> Result<Arc<dyn ChatModel>, ModelError> {
        let _ = &self.settings;
        Err(ModelError::Setup)
    }
}
