//! Secrets: the Fernet key ring, REST tokens, what browsers hold, webhook signatures, and files that must be private.

mod key_file;
mod key_ring;
mod private_file;
mod rest_token;
mod visit;
mod webhook;

pub use key_file::{KeyFileError, LoadedKeys, load_or_generate};
pub use key_ring::{KeyError, KeyRing, Place, Purpose, generate_key};
pub use private_file::{PrivateFileError, is_runtime_secret, read_private, unreadable};
pub use rest_token::{NewSecret, same_hash, secret_hash};
pub use visit::{Pkce, derived, is_visit_secret, visit_secret};
pub use webhook::{Signature, WebhookSecrets};
