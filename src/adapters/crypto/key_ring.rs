//! Fernet keys in a list: the first encrypts, all decrypt (M47).

use std::fmt;
use std::sync::Arc;

use fernet::Fernet;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// What a sealed value is for; a value sealed for one purpose cannot be opened for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A model profile's key.
    ModelKey,
    /// A part of the GitHub App's own credentials.
    AppCredential,
    /// What a web session holds of its user.
    Session,
    /// An answer kept for an `Idempotency-Key`.
    Answer,
    /// The row that tells whether the keys are the right ones.
    Sentinel,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::ModelKey => "model_key",
            Self::AppCredential => "app_credential",
            Self::Session => "session",
            Self::Answer => "answer",
            Self::Sentinel => "sentinel",
        }
    }
}

/// Where a sealed value belongs. It stands inside the ciphertext, because Fernet has no associated
/// data, so that a row copied over another row does not open.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// What for.
    pub purpose: Purpose,
    /// The id of the row.
    pub record: &'a str,
}

impl Place<'_> {
    fn prefix(&self) -> String {
        format!("{}:{}:{}:", self.purpose.as_str(), self.record.len(), self.record)
    }
}

const SENTINEL: Place<'static> = Place { purpose: Purpose::Sentinel, record: "keys" };
const SENTINEL_TEXT: &str = "bakeoff";

/// Why a key list or a sealed value was refused. No variant holds key material or plaintext.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The list held nothing.
    #[error("no encryption key is given")]
    Empty,
    /// One entry of the list (counted from 1) is not a Fernet key.
    #[error("encryption key {0} in the list is not 32 bytes in URL-safe base64")]
    Malformed(usize),
    /// No key of the list opens the value.
    #[error("none of the encryption keys opens this value")]
    WrongKey,
    /// The value opens, but was sealed for another record or purpose.
    #[error("this encrypted value belongs to another record")]
    WrongPlace,
}

/// The keys of this installation. Cheap to clone.
#[derive(Clone)]
pub struct KeyRing(Arc<Keys>);

struct Keys {
    first: Fernet,
    others: Vec<Fernet>,
    /// For keyed hashes, one of each key; the first one's first.
    hashers: Vec<Hmac<Sha256>>,
}

/// A key for hashes that tells nothing about the Fernet key it comes from.
fn hasher(word: &str) -> Option<Hmac<Sha256>> {
    let mut derived = Sha256::new();
    derived.update(b"bakeoff keyed hash\n");
    derived.update(word.as_bytes());
    Hmac::new_from_slice(&Zeroizing::new(<[u8; 32]>::from(derived.finalize()))[..]).ok()
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRing({} keys)", self.0.others.len() + 1)
    }
}

impl KeyRing {
    /// Reads comma- or line-separated Fernet keys, the first of which encrypts.
    pub fn parse(list: &SecretString) -> Result<Self, KeyError> {
        let words = list.expose_secret().split([',', '\n']).map(str::trim).filter(|word| !word.is_empty());
        let hashers = words.clone().filter_map(hasher).collect();
        let mut keys = words
            .enumerate()
            .map(|(index, word)| Fernet::new(word).ok_or(KeyError::Malformed(index + 1)))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter();
        let first = keys.next().ok_or(KeyError::Empty)?;
        Ok(Self(Arc::new(Keys { first, others: keys.collect(), hashers })))
    }

    /// Seals `secret` for `place` with the first key.
    pub fn encrypt(&self, place: Place<'_>, secret: &SecretString) -> String {
        let plain = Zeroizing::new(place.prefix() + secret.expose_secret());
        self.0.first.encrypt(plain.as_bytes())
    }

    /// Opens what was sealed for exactly this `place`, with whichever key fits.
    pub fn decrypt(&self, place: Place<'_>, sealed: &str) -> Result<SecretString, KeyError> {
        let plain = self.open(sealed).ok_or(KeyError::WrongKey)?;
        let secret = plain.strip_prefix(place.prefix().as_bytes()).ok_or(KeyError::WrongPlace)?;
        std::str::from_utf8(secret).map(SecretString::from).map_err(|_| KeyError::WrongPlace)
    }

    /// The same value sealed with the first key; `None` when it is already (rotation).
    pub fn reencrypt(&self, place: Place<'_>, sealed: &str) -> Result<Option<String>, KeyError> {
        let secret = self.decrypt(place, sealed)?;
        let current = self.0.first.decrypt(sealed).map(Zeroizing::new).is_ok();
        Ok((!current).then(|| self.encrypt(place, &secret)))
    }

    /// A hash that only a holder of the first key can make.
    pub fn mac(&self, bytes: &[u8]) -> String {
        let first = self.0.hashers.first();
        first.map(|hasher| hex::encode(hasher.clone().chain_update(bytes).finalize().into_bytes())).unwrap_or_default()
    }

    /// Whether it is the hash of these bytes with any of the keys.
    pub fn is_mac(&self, mac: &str, bytes: &[u8]) -> bool {
        let Ok(mac) = hex::decode(mac) else { return false };
        self.0.hashers.iter().any(|hasher| hasher.clone().chain_update(bytes).verify_slice(&mac).is_ok())
    }

    /// A fresh value for the sentinel row, which refuses a start with the wrong keys.
    pub fn sentinel(&self) -> String {
        self.encrypt(SENTINEL, &SecretString::from(SENTINEL_TEXT))
    }

    /// Whether these keys open the sentinel row.
    pub fn check_sentinel(&self, sealed: &str) -> Result<(), KeyError> {
        let text = self.decrypt(SENTINEL, sealed)?;
        if text.expose_secret() == SENTINEL_TEXT { Ok(()) } else { Err(KeyError::WrongPlace) }
    }

    /// As [`Self::reencrypt`], for the sentinel row.
    pub fn reencrypt_sentinel(&self, sealed: &str) -> Result<Option<String>, KeyError> {
        self.reencrypt(SENTINEL, sealed)
    }

    fn open(&self, sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
        let keys = std::iter::once(&self.0.first).chain(&self.0.others);
        keys.into_iter().find_map(|key| key.decrypt(sealed).ok()).map(Zeroizing::new)
    }
}

/// A fresh random Fernet key.
pub fn generate_key() -> SecretString {
    SecretString::from(Fernet::generate_key())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(keys: &[&SecretString]) -> KeyRing {
        let list: Vec<_> = keys.iter().map(|key| key.expose_secret()).collect();
        KeyRing::parse(&SecretString::from(list.join(","))).unwrap()
    }

    const PLACE: Place<'static> = Place { purpose: Purpose::ModelKey, record: "a" };

    #[test]
    fn m47_the_first_key_encrypts_and_all_decrypt() {
        let (old, new) = (generate_key(), generate_key());
        let sealed = ring(&[&old]).encrypt(PLACE, &"sk-1".into());
        let both = ring(&[&new, &old]);
        assert_eq!(both.decrypt(PLACE, &sealed).unwrap().expose_secret(), "sk-1");
        let moved = both.reencrypt(PLACE, &sealed).unwrap().unwrap();
        assert_eq!(both.reencrypt(PLACE, &moved).unwrap(), None);
        assert_eq!(ring(&[&new]).decrypt(PLACE, &moved).unwrap().expose_secret(), "sk-1");
        assert_eq!(ring(&[&new]).decrypt(PLACE, &sealed).unwrap_err(), KeyError::WrongKey);
    }

    #[test]
    fn m47_swapped_rows_are_refused() {
        let keys = ring(&[&generate_key()]);
        let sealed = keys.encrypt(PLACE, &"sk-1".into());
        let other_row = Place { record: "b", ..PLACE };
        let other_purpose = Place { purpose: Purpose::Session, ..PLACE };
        for place in [other_row, other_purpose] {
            assert_eq!(keys.decrypt(place, &sealed).unwrap_err(), KeyError::WrongPlace);
        }
        let tricky = keys.encrypt(Place { record: "a:1", ..PLACE }, &"x".into());
        assert_eq!(keys.decrypt(PLACE, &tricky).unwrap_err(), KeyError::WrongPlace);
    }

    #[test]
    fn keyed_hashes_outlive_an_exchange_of_keys() {
        let (old, new) = (generate_key(), generate_key());
        let mac = ring(&[&old]).mac(b"POST /v1/tasks");
        assert!(ring(&[&new, &old]).is_mac(&mac, b"POST /v1/tasks"));
        assert!(!ring(&[&new, &old]).is_mac(&mac, b"POST /v1/models"));
        assert!(!ring(&[&new]).is_mac(&mac, b"POST /v1/tasks"));
        assert!(!ring(&[&old]).is_mac("", b"") && !ring(&[&old]).is_mac("zz", b""));
    }

    #[test]
    fn f125_the_sentinel_tells_wrong_keys() {
        let (old, new) = (generate_key(), generate_key());
        let sealed = ring(&[&old]).sentinel();
        assert_eq!(ring(&[&new, &old]).check_sentinel(&sealed), Ok(()));
        assert_eq!(ring(&[&new]).check_sentinel(&sealed), Err(KeyError::WrongKey));
        let moved = ring(&[&new, &old]).reencrypt_sentinel(&sealed).unwrap().unwrap();
        assert_eq!(ring(&[&new]).check_sentinel(&moved), Ok(()));
    }

    #[test]
    fn a_bad_list_names_the_entry_and_not_the_key() {
        let good = generate_key();
        let list = format!("{},hunter2", good.expose_secret());
        let error = KeyRing::parse(&list.into()).unwrap_err();
        assert_eq!(error, KeyError::Malformed(2));
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        assert_eq!(KeyRing::parse(&" , ".into()).unwrap_err(), KeyError::Empty);
        assert_eq!(format!("{:?}", ring(&[&good])), "KeyRing(1 keys)");
    }
}
