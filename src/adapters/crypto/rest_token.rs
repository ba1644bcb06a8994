//! REST tokens: 256 random bits behind a prefix; only their SHA-256 is stored (M44).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::domain::sha256::Sha256Hex;

const PREFIX: &str = "bko_";
/// Keys of the setup page begin otherwise: they stand in the log on purpose, which would blot a token out.
const SETUP_PREFIX: &str = "setup-";

/// A fresh token: shown once, then only its hash is known.
#[derive(Debug)]
pub struct NewSecret {
    /// `bko_` and 43 characters of URL-safe base64.
    pub secret: SecretString,
    /// What is stored.
    pub hash: Sha256Hex,
}

impl NewSecret {
    /// Makes one.
    pub fn generate() -> Self {
        Self::with(PREFIX)
    }

    /// One for the setup page.
    pub fn setup_key() -> Self {
        Self::with(SETUP_PREFIX)
    }

    fn with(prefix: &str) -> Self {
        let bits = Zeroizing::new(rand::random::<[u8; 32]>());
        let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bits.as_slice()));
        Self { hash: secret_hash(&text), secret: SecretString::from(text) }
    }
}

/// The stored form of a presented token, whatever it looks like.
pub fn secret_hash(presented: &str) -> Sha256Hex {
    Sha256Hex::of(presented)
}

/// Whether two stored forms are the same, in constant time.
pub fn same_hash(one: &Sha256Hex, other: &Sha256Hex) -> bool {
    one.as_str().as_bytes().ct_eq(other.as_str().as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn m44_a_token_has_256_bits_behind_its_prefix_and_is_found_by_its_hash() {
        let (one, two) = (NewSecret::generate(), NewSecret::generate());
        let text = one.secret.expose_secret();
        assert_eq!(text.strip_prefix("bko_").map(str::len), Some(43));
        assert!(same_hash(&one.hash, &secret_hash(text)));
        assert!(!same_hash(&one.hash, &two.hash));
        assert!(!format!("{one:?}").contains(text));
    }
}
