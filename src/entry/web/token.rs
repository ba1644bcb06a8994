//! Proof that a form is ours (M42).

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use subtle::ConstantTimeEq as _;

const BYTES: usize = 16;

/// A secret of this process that our forms carry; another site cannot know it. On a page it stands under a mask that
/// is new each time: pages are compressed, and their length must not tell it.
#[derive(Clone)]
pub(super) struct Csrf(Arc<[u8; BYTES]>);

impl Csrf {
    pub(super) fn new() -> Self {
        Self(Arc::new(rand::random()))
    }

    /// What a form carries.
    pub(super) fn masked(&self) -> String {
        let mask: [u8; BYTES] = rand::random();
        format!("{}{}", hex::encode(mask), hex::encode(xor(&mask, &self.0[..])))
    }

    /// Whether a form came from our own page: the secret fits and the browser names our origin.
    pub(super) fn proves(&self, token: &str, headers: &HeaderMap) -> bool {
        let mut both = [0; 2 * BYTES];
        if hex::decode_to_slice(token, &mut both).is_err() {
            return false;
        }
        let (mask, masked) = both.split_at(BYTES);
        let same: bool = xor(mask, masked).ct_eq(&self.0[..]).into();
        same && same_origin(headers)
    }
}

fn xor(a: &[u8], b: &[u8]) -> Vec<u8> {
    a.iter().zip(b).map(|(a, b)| a ^ b).collect()
}

/// Whether the browser names our own origin. Our pages send no referrer, and of such a page it says `null` and tells by
/// `Sec-Fetch-Site` where the form stood; no script can set either header.
fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some("null"), Some(_)) => text(HeaderName::from_static("sec-fetch-site")) == Some("same-origin"),
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
}
