//! Proof that a form is ours (M42).

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use secrecy::SecretString;
use subtle::ConstantTimeEq as _;

use crate::adapters::crypto::derived;

const BYTES: usize = 16;

/// A secret that our forms carry; another site cannot know it. It is of this process in local mode, else of the
/// person's session, whichever process they meet. On a page it stands under a mask that is new each time: pages are
/// compressed, and their length must not tell it.
#[derive(Clone)]
pub(super) struct Csrf {
    secret: Arc<[u8; BYTES]>,
    /// Where our pages come from, as browsers write it; without it the address that was asked.
    origin: Option<Arc<str>>,
}

impl Csrf {
    pub(super) fn new() -> Self {
        Self { secret: Arc::new(rand::random()), origin: None }
    }

    /// That of a session on this origin.
    pub(super) fn of_session(cookie: &SecretString, origin: &Arc<str>) -> Self {
        let derived = derived("bakeoff form proof", &[cookie]);
        let secret = std::array::from_fn(|index| derived.get(index).copied().unwrap_or_default());
        Self { secret: Arc::new(secret), origin: Some(Arc::clone(origin)) }
    }

    /// What a form carries.
    pub(super) fn masked(&self) -> String {
        let mask: [u8; BYTES] = rand::random();
        format!("{}{}", hex::encode(mask), hex::encode(xor(&mask, &self.secret[..])))
    }

    /// Whether a form came from our own page: the secret fits and the browser names our origin.
    pub(super) fn proves(&self, token: &str, headers: &HeaderMap) -> bool {
        let mut both = [0; 2 * BYTES];
        if hex::decode_to_slice(token, &mut both).is_err() {
            return false;
        }
        let (mask, masked) = both.split_at(BYTES);
        let same: bool = xor(mask, masked).ct_eq(&self.secret[..]).into();
        same && same_origin(headers, self.origin.as_deref())
    }
}

fn xor(a: &[u8], b: &[u8]) -> Vec<u8> {
    a.iter().zip(b).map(|(a, b)| a ^ b).collect()
}

/// Whether the browser names our own origin. Our pages send no referrer, and of such a page it says `null` and tells by
/// `Sec-Fetch-Site` where the form stood; no script can set either header.
fn same_origin(headers: &HeaderMap, ours: Option<&str>) -> bool {
    let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some("null"), Some(_)) => text(HeaderName::from_static("sec-fetch-site")) == Some("same-origin"),
        (Some(origin), Some(_)) if ours.is_some() => Some(origin) == ours,
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, rest)| rest == host),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers_of(rows: &[(&'static str, &str)]) -> HeaderMap {
        rows.iter().map(|(n, v)| (HeaderName::from_static(n), v.parse().unwrap())).collect()
    }

    #[test]
    fn m42_a_form_needs_our_secret_and_our_origin() {
        let csrf = Csrf::new();
        let ours = headers_of(&[("host", "localhost:1"), ("origin", "http://localhost:1")]);
        let (one, two) = (csrf.masked(), csrf.masked());
        assert!(csrf.proves(&one, &ours) && csrf.proves(&two, &ours));
        assert_ne!(one, two, "the mask is new each time");
        for wrong in ["", "guess", &"0".repeat(64), &Csrf::new().masked(), &one[..62]] {
            assert!(!csrf.proves(wrong, &ours), "{wrong}");
        }
        let foreign = headers_of(&[("host", "localhost:1"), ("origin", "http://evil.example")]);
        assert!(!csrf.proves(&one, &foreign));
        assert!(!csrf.proves(&one, &headers_of(&[("host", "localhost:1")])));
        for (site, ours) in [("same-origin", true), ("same-site", false), ("cross-site", false), ("none", false)] {
            let silent = headers_of(&[("host", "localhost:1"), ("origin", "null"), ("sec-fetch-site", site)]);
            assert_eq!(csrf.proves(&one, &silent), ours, "{site}");
        }
        assert!(!csrf.proves(&one, &headers_of(&[("host", "localhost:1"), ("origin", "null")])));
    }

    #[test]
    fn m42_the_proof_of_a_session_is_its_own_in_every_process_and_on_the_public_address_only() {
        let (cookie, other): (SecretString, SecretString) = ("one".into(), "two".into());
        let origin: Arc<str> = "https://bakeoff.example".into();
        let (here, there) = (Csrf::of_session(&cookie, &origin), Csrf::of_session(&cookie, &origin));
        let ours = headers_of(&[("host", "inside:8000"), ("origin", "https://bakeoff.example")]);
        assert!(there.proves(&here.masked(), &ours), "behind a proxy and in another process");
        assert!(!Csrf::of_session(&other, &origin).proves(&here.masked(), &ours));
        for foreign in ["http://bakeoff.example", "https://inside:8000", "http://inside:8000"] {
            assert!(!here.proves(&here.masked(), &headers_of(&[("host", "inside:8000"), ("origin", foreign)])));
        }
    }
}
