//! Webhook signatures: HMAC-SHA256 over the raw bytes with each of our secrets (M01, M02).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

type HmacSha256 = Hmac<Sha256>;

/// A read `X-Hub-Signature-256` header: 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 32]);

impl Signature {
    /// Reads `sha256=` and exactly 64 hexadecimal digits of either case.
    pub fn parse(header: &str) -> Option<Self> {
        let digits = header.strip_prefix("sha256=")?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(digits, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

/// The secrets accepted now: one, or the new and the old while they are exchanged. Cheap to clone; clones count together.
#[derive(Clone)]
pub struct WebhookSecrets(Arc<Counted>);

struct Counted {
    keyed: Vec<HmacSha256>,
    /// How often each has signed a body, and how often none had.
    matched: Vec<AtomicU64>,
    unmatched: AtomicU64,
}

/// How many bodies were signed with which secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matches {
    /// With each secret, in the order of the settings.
    pub by_secret: Vec<u64>,
    /// With none of them.
    pub none: u64,
}

impl fmt::Debug for WebhookSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookSecrets({})", self.0.keyed.len())
    }
}

impl WebhookSecrets {
    /// The secrets in the order of the settings; empty ones are left out, because anybody can sign
    /// with an empty secret.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let texts = secrets.into_iter().map(|secret| secret.expose_secret().as_bytes());
        let keyed: Vec<_> = texts
            .filter(|secret| !secret.is_empty())
            .filter_map(|secret| HmacSha256::new_from_slice(secret).ok())
            .collect();
        let matched = keyed.iter().map(|_| AtomicU64::new(0)).collect();
        Self(Arc::new(Counted { keyed, matched, unmatched: AtomicU64::new(0) }))
    }

    /// Whether no secret is configured (the route answers 503).
    pub fn is_empty(&self) -> bool {
        self.0.keyed.is_empty()
    }

    /// Which secret (counted from 0) signed exactly these bytes; `None` when none did.
    pub fn verify(&self, signature: &Signature, body: &[u8]) -> Option<usize> {
        let signed = |keyed: &HmacSha256| keyed.clone().chain_update(body).verify_slice(&signature.0).is_ok();
        let found = self.0.keyed.iter().position(signed);
        let counter = found.and_then(|nth| self.0.matched.get(nth)).unwrap_or(&self.0.unmatched);
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// What [`Self::verify`] has found since the start: when the old secret is no longer met, it can go (M02).
    pub fn matches(&self) -> Matches {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Matches { by_secret: self.0.matched.iter().map(read).collect(), none: read(&self.0.unmatched) }
    }

    /// The header's value for `body`, made with the first secret.
    pub fn sign(&self, body: &[u8]) -> Option<String> {
        let code = self.0.keyed.first()?.clone().chain_update(body).finalize();
        Some(format!("sha256={}", hex::encode(code.into_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(texts: &[&str]) -> WebhookSecrets {
        let texts: Vec<_> = texts.iter().map(|text| SecretString::from(*text)).collect();
        WebhookSecrets::new(&texts)
    }

    /// GitHub's own example (docs, "Validating webhook deliveries").
    const BODY: &[u8] = b"Hello, World!";
    const SECRET: &str = "It's a Secret to Everybody";
    const CODE: &str = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    #[test]
    fn m01_only_the_exact_signature_of_the_raw_bytes_is_taken() {
        let own = secrets(&[SECRET]);
        let changed = format!("857{}", &CODE[3..]);
        let table = [
            ("valid", format!("sha256={CODE}"), BODY, true),
            ("upper case", format!("sha256={}", CODE.to_uppercase()), BODY, true),
            ("no prefix", CODE.to_owned(), BODY, false),
            ("upper-case prefix", format!("SHA256={CODE}"), BODY, false),
            ("sha1 prefix", format!("sha1={CODE}"), BODY, false),
            ("short", format!("sha256={}", &CODE[..62]), BODY, false),
            ("odd", format!("sha256={}", &CODE[..63]), BODY, false),
            ("long", format!("sha256={CODE}00"), BODY, false),
            ("not hex", format!("sha256={}", CODE.replace('7', "g")), BODY, false),
            ("space before", format!("sha256= {CODE}"), BODY, false),
            ("space after", format!("sha256={CODE} "), BODY, false),
            ("empty", String::new(), BODY, false),
            ("one bit changed", format!("sha256={changed}"), BODY, false),
            ("body changed", format!("sha256={CODE}"), b"Hello, World".as_slice(), false),
            ("body re-serialised", format!("sha256={CODE}"), b"Hello,World!".as_slice(), false),
        ];
        for (case, header, body, valid) in table {
            let matched = Signature::parse(&header).and_then(|signature| own.verify(&signature, body));
            assert_eq!(matched.is_some(), valid, "{case}");
        }
        assert_eq!(own.sign(BODY), Some(format!("sha256={CODE}")));
    }

    #[test]
    fn m02_each_secret_is_tried_and_the_one_that_matched_is_told() {
        let signed_with = |text| Signature::parse(&secrets(&[text]).sign(BODY).unwrap()).unwrap();
        let both = secrets(&["new", "old"]);
        assert_eq!(both.verify(&signed_with("new"), BODY), Some(0));
        assert_eq!(both.verify(&signed_with("old"), BODY), Some(1));
        assert_eq!(secrets(&["new"]).verify(&signed_with("old"), BODY), None);
    }

    #[test]
    fn an_empty_secret_counts_as_none() {
        let none = secrets(&["", ""]);
        assert!(none.is_empty());
        assert_eq!(none.sign(BODY), None);
        assert_eq!(format!("{:?}", secrets(&["new"])), "WebhookSecrets(1)");
    }
}
