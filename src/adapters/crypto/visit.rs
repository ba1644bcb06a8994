//! Secrets of a browser's visit: 256 random bits each, and what is derived from them, so that the database need not
//! hold them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Characters of such a secret.
const LENGTH: usize = 43;

/// A fresh one, as URL-safe base64.
pub fn visit_secret() -> SecretString {
    let bits = Zeroizing::new(rand::random::<[u8; 32]>());
    SecretString::from(URL_SAFE_NO_PAD.encode(bits.as_slice()))
}

/// Whether a text has the form of one.
pub fn is_visit_secret(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// What is derived from secrets for one purpose; nobody who knows it learns them, or what is derived for another.
pub fn derived(purpose: &str, secrets: &[&SecretString]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(purpose);
    for secret in secrets {
        hash.update(b"\n");
        hash.update(secret.expose_secret());
    }
    hash.finalize().into()
}

/// RFC 7636: who redeems a code proves that they began the sign-in.
#[derive(Debug)]
pub struct Pkce {
    /// Sent with the code.
    pub verifier: SecretString,
    /// Sent at the beginning; its method is `S256`.
    pub challenge: String,
}

impl Pkce {
    /// The pair of one sign-in, from the two secrets that only its browser can bring back together.
    pub fn of(browser: &SecretString, state: &SecretString) -> Self {
        let verifier = URL_SAFE_NO_PAD.encode(derived("bakeoff sign-in verifier", &[browser, state]));
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        Self { verifier: SecretString::from(verifier), challenge }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m40_secrets_of_a_visit_have_256_bits_and_tell_nothing_of_each_other() {
        let (one, two) = (visit_secret(), visit_secret());
        assert_ne!(one.expose_secret(), two.expose_secret());
        assert!(is_visit_secret(one.expose_secret()));
        for wrong in ["", "short", &"x".repeat(44), &format!("{}=", "x".repeat(42)), &format!("{};", "x".repeat(42))] {
            assert!(!is_visit_secret(wrong), "{wrong}");
        }
        assert_ne!(derived("a", &[&one]), derived("b", &[&one]));
        assert_ne!(derived("a", &[&one]), derived("a", &[&two]));
        let (pair, other) = (Pkce::of(&one, &two), Pkce::of(&two, &one));
        assert_eq!(pair.verifier.expose_secret().len(), 43, "RFC 7636 wants 43 to 128 characters");
        assert_eq!(pair.challenge, URL_SAFE_NO_PAD.encode(Sha256::digest(pair.verifier.expose_secret())));
        assert_ne!(pair.challenge, other.challenge);
    }
}
