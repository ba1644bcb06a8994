//! The way to GitHub and back: a browser is known by a cookie that its `state` is bound to.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::response::Response;
use secrecy::{ExposeSecret as _, SecretString};

use super::super::WebState;
use super::super::cookies::Cookie;
use super::super::token::Csrf;

/// The browser at the other end.
pub(super) struct Browser {
    secret: SecretString,
    is_new: bool,
}

impl Browser {
    /// The browser of a request; one that is not known yet gets a secret.
    pub(super) fn of(headers: &HeaderMap, state: &WebState) -> Self {
        match state.jar().get(headers, Cookie::Setup) {
            Some(secret) => Self { secret, is_new: false },
            None => Self { secret: hex::encode(rand::random::<[u8; 32]>()).into(), is_new: true },
        }
    }

    /// What only this browser and we know.
    pub(super) fn secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// The proof that its forms are ours, whichever process it meets.
    pub(super) fn csrf(&self, state: &WebState) -> Csrf {
        match &state.services.policy.public_url {
            Some(url) => {
                let origin = Arc::from(url.origin().ascii_serialization());
                Csrf::of_session(&self.secret, &origin)
            }
            None => state.csrf.clone(),
        }
    }

    /// The answer, with the cookie for a browser that has none.
    pub(super) fn remembered(&self, mut answer: Response, state: &WebState) -> Response {
        if self.is_new {
            state.jar().give(&mut answer, Cookie::Setup, &self.secret);
        }
        answer
    }
}

/// Whether it can be a code of GitHub's.
pub(super) fn is_code(text: &str) -> bool {
    (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::tokens::is_login;

    #[test]
    fn codes_and_logins_are_read_strictly() {
        assert!(is_code("0a1B-_") && is_login("octo-org") && is_login("octo_corp"));
        for wrong in ["", "a/b", "a b", "a\"b", "a?b", "ä", &"a".repeat(201)] {
            assert!(!is_code(wrong) && !is_login(wrong), "{wrong}");
        }
        for wrong in ["-octo", "octo-", &"a".repeat(40)] {
            assert!(!is_login(wrong), "{wrong}");
        }
    }
}
