//! The key file of an installation without given keys: made on the first start, private, synced.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use secrecy::ExposeSecret;

use super::key_ring::{KeyError, KeyRing, generate_key};
use super::private_file::{PrivateFileError, read_private};

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be read or is not private.
    #[error("the encryption key file cannot be used: {0}")]
    Unreadable(#[from] PrivateFileError),
    /// Its content is no key list.
    #[error("the encryption key file is damaged: {0}")]
    Keys(#[from] KeyError),
    /// It cannot be written.
    #[error("the encryption key file cannot be written")]
    Write(#[source] std::io::Error),
}

/// The keys of a key file.
#[derive(Debug)]
pub struct LoadedKeys {
    /// The ring.
    pub ring: KeyRing,
    /// Whether the file was made just now: the caller warns that it must be kept safe.
    pub generated: bool,
}

/// Reads the key file at `path`; makes one (0600, one fresh key, synced to disk) when there is none.
/// A file that exists is never overwritten.
pub fn load_or_generate(path: &Path) -> Result<LoadedKeys, KeyFileError> {
    match read_private(path) {
        Ok(list) => Ok(LoadedKeys { ring: KeyRing::parse(&list)?, generated: false }),
        Err(PrivateFileError::Io(error)) if error.kind() == ErrorKind::NotFound => generate(path),
        Err(other) => Err(other.into()),
    }
}

/// Writes beside and links into place, so that a kill leaves either no file or a whole one, and of
/// two processes that start at once the second takes the first one's key.
fn generate(path: &Path) -> Result<LoadedKeys, KeyFileError> {
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    let written = write_key(&beside).and_then(|()| std::fs::hard_link(&beside, path));
    let removed = std::fs::remove_file(&beside);
    let generated = match written {
        Ok(()) => true,
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.exists() => false,
        Err(error) => return Err(KeyFileError::Write(error)),
    };
    removed.and_then(|()| sync_folder(path)).map_err(KeyFileError::Write)?;
    let ring = KeyRing::parse(&read_private(path)?)?;
    Ok(LoadedKeys { ring, generated })
}

fn write_key(path: &Path) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(generate_key().expose_secret().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::crypto::{Place, Purpose};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_first_start_makes_a_private_file_and_the_second_reads_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        let first = load_or_generate(&path).unwrap();
        assert!(first.generated);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);

        let second = load_or_generate(&path).unwrap();
        assert!(!second.generated);
        let place = Place { purpose: Purpose::ModelKey, record: "a" };
        let sealed = first.ring.encrypt(place, &"s".into());
        assert!(second.ring.decrypt(place, &sealed).is_ok());
    }

    #[test]
    fn f125_a_damaged_or_open_file_is_refused_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        std::fs::write(&path, "nonsense").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(matches!(load_or_generate(&path), Err(KeyFileError::Unreadable(PrivateFileError::ReadableByOthers))));
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        assert!(matches!(load_or_generate(&path), Err(KeyFileError::Keys(KeyError::Malformed(1)))));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "nonsense");
    }
}
