//! The lock file: one `serve` for one SQLite database (F122).

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Why the lock was not had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("another bakeoff serves this database already")]
    Held,
    /// The lock file cannot be made or locked.
    #[error("the lock file cannot be used")]
    Io(#[from] std::io::Error),
}

/// Held as long as this lives; the system gives it back when the process ends, however it ends.
/// The file stays, empty: removing it would let two processes hold two locks.
#[derive(Debug)]
pub struct ServeLock {
    _file: File,
}

impl ServeLock {
    /// Takes the lock or says at once that it is taken.
    pub fn acquire(path: &Path) -> Result<Self, LockError> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f122_the_second_is_refused_until_the_first_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("bakeoff.db.lock");
        let first = ServeLock::acquire(&path).unwrap();
        assert!(matches!(ServeLock::acquire(&path), Err(LockError::Held)));
        drop(first);
        assert!(ServeLock::acquire(&path).is_ok());
        assert!(matches!(ServeLock::acquire(&path.join("no")), Err(LockError::Io(_))));
    }
}
