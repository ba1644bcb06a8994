//! The way to GitHub and back: a browser is known by a cookie that its `state` is bound to.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::super::WebState;
use super::super::token::Csrf;
use crate::service::setup::VISIT_LIFE;

const NAME: &str = "bakeoff_setup";
/// With https the cookie belongs to this host alone (M42).
const HOST_NAME: &str = "__Host-bakeoff_setup";

fn cookie_name(https: bool) -> &'static str {
    if https { HOST_NAME } else { NAME }
}

/// The browser at the other end.
pub(super) struct Browser {
    secret: String,
    is_new: bool,
}

impl Browser {
    /// What the browser's cookie holds. Two of one name are none: one of them was planted.
    pub(super) fn given(headers: &HeaderMap, https: bool) -> Option<String> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut ours = pairs.filter(|(name, _)| *name == cookie_name(https)).map(|(_, value)| value.trim());
        let only = ours.next().filter(|_| ours.next().is_none());
        only.filter(|value| (20..=200).contains(&value.len())).map(str::to_owned)
    }

    /// The browser of a request; one that is not known yet gets a secret.
    pub(super) fn of(headers: &HeaderMap, state: &WebState) -> Self {
        match Self::given(headers, state.is_https()) {
            Some(secret) => Self { secret, is_new: false },
            None => Self { secret: hex::encode(rand::random::<[u8; 32]>()), is_new: true },
        }
    }

    /// What only this browser and we know.
    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    /// The proof that its forms are ours, whichever process it meets.
    pub(super) fn csrf(&self, state: &WebState) -> Csrf {
        match &state.services.policy.public_url {
            Some(url) => {
                let origin = Arc::from(url.origin().ascii_serialization());
                Csrf::of_session(&self.secret.clone().into(), &origin)
            }
            None => state.csrf.clone(),
        }
    }

    /// The answer, with the cookie for a browser that has none.
    pub(super) fn remembered(&self, mut answer: Response, state: &WebState) -> Response {
        if self.is_new {
            cookie(&mut answer, state, &self.secret.clone().into());
        }
        answer
    }
}

/// Gives the browser its secret.
pub(super) fn cookie(answer: &mut Response, state: &WebState, secret: &secrecy::SecretString) {
    use secrecy::ExposeSecret as _;
    let (name, secure) = (cookie_name(state.is_https()), if state.is_https() { "; Secure" } else { "" });
    let text = format!(
        "{name}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}",
        secret.expose_secret(),
        VISIT_LIFE.as_secs()
    );
    if let Ok(mut value) = HeaderValue::from_str(&text) {
        value.set_sensitive(true);
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Whether it can be a code of GitHub's.
pub(super) fn is_code(text: &str) -> bool {
    (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Whether it can be the login of an organisation.
pub(super) fn is_login(text: &str) -> bool {
    let inside = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    (1..=39).contains(&text.len()) && inside && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(cookie: &str, https: bool) -> Option<String> {
        let headers = [(header::COOKIE, HeaderValue::from_str(cookie).unwrap())];
        Browser::given(&headers.into_iter().collect(), https)
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let secret = "0123456789abcdef0123456789abcdef";
        for (cookie, found) in [
            (format!("bakeoff_setup={secret}"), true),
            (format!("a=b; bakeoff_setup={secret}; c=d"), true),
            (format!("bakeoff_setup={secret}; bakeoff_setup={secret}1"), false),
            (format!("__Host-bakeoff_setup={secret}"), false),
            (format!("xbakeoff_setup={secret}"), false),
            ("bakeoff_setup=short".into(), false),
            ("bakeoff_setup".into(), false),
        ] {
            assert_eq!(given(&cookie, false).is_some(), found, "{cookie}");
        }
        assert!(given(&format!("__Host-bakeoff_setup={secret}"), true).is_some());
        assert!(given(&format!("bakeoff_setup={secret}"), true).is_none(), "M42: another host may have planted it");
    }

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
