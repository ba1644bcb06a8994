//! The App's own token: ours to make, because its times must follow GitHub's clock (F057).

use std::fmt;
use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::domain::clock::Timestamp;

use super::GithubError;

/// Issued this long ago, so that a GitHub slightly behind does not refuse it.
const BACK: Duration = Duration::from_mins(1);
/// GitHub takes at most ten minutes from now.
const LIFE: Duration = Duration::from_mins(9);

/// The App's number and key; the only holder of the key.
pub(super) struct AppKey {
    app_id: u64,
    key: EncodingKey,
}

#[derive(Serialize)]
struct Claims {
    iat: i64,
    exp: i64,
    iss: String,
}

impl AppKey {
    /// Parses the PEM once; `\n` written as two characters is understood.
    pub(super) fn new(app_id: u64, pem: &SecretString) -> Result<Self, GithubError> {
        if app_id == 0 {
            return Err(GithubError::NotConfigured("no App id is set"));
        }
        if pem.expose_secret().trim().is_empty() {
            return Err(GithubError::NotConfigured("no private key is set"));
        }
        let text = zeroize::Zeroizing::new(pem.expose_secret().replace("\\n", "\n"));
        let key = EncodingKey::from_rsa_pem(text.as_bytes())
            .map_err(|_| GithubError::NotConfigured("the private key is not an RSA key in PEM form"))?;
        Ok(Self { app_id, key })
    }

    /// A token valid around `now`, a moment of GitHub's clock.
    pub(super) fn sign(&self, now: Timestamp) -> Result<SecretString, GithubError> {
        let claims = Claims {
            iat: now.minus(BACK).0.div_euclid(1000),
            exp: now.plus(LIFE).0.div_euclid(1000),
            iss: self.app_id.to_string(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key)
            .map(SecretString::from)
            .map_err(|_| GithubError::NotConfigured("the private key cannot sign"))
    }
}

impl fmt::Debug for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppKey").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}
