//! Whether anything was committed since: told by SQLite itself, whichever process wrote.
//!
//! In WAL mode the first bytes of the file `…-shm` (the header of the WAL-index, <https://sqlite.org/walformat.html>)
//! change with every commit, before the commit returns. Reading them costs a microsecond, where a question to SQLite
//! costs a message to a thread and back. On Postgres nothing of the kind is as cheap: there is no version.

use std::fs::File;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One copy of the header.
const HEADER_BYTES: usize = 48;

/// The state of the database between two commits; another one means that something may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version([u8; HEADER_BYTES]);

#[cfg(test)]
impl Version {
    /// Some version that is another for another number.
    pub(crate) fn of_test(number: u8) -> Self {
        Self([number; HEADER_BYTES])
    }
}

/// The WAL-index of a database.
#[derive(Debug)]
pub(super) struct WalIndex {
    path: PathBuf,
    file: Mutex<Option<Arc<File>>>,
}

/// Files that are open. Closing one would take SQLite's locks on it away from the whole process (that is how POSIX
/// locks are), so one stays open until it is deleted, which SQLite does when its last connection ends.
static OPEN: Mutex<Vec<Arc<File>>> = Mutex::new(Vec::new());

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_there(file: &File) -> bool {
    file.metadata().is_ok_and(|about| about.nlink() > 0)
}

impl WalIndex {
    /// That of the database in `file`.
    pub(super) fn of(file: &Path) -> Self {
        let mut path = file.as_os_str().to_owned();
        path.push("-shm");
        Self { path: path.into(), file: Mutex::new(None) }
    }

    /// The present version; `None` when it cannot be known.
    pub(super) fn version(&self) -> Option<Version> {
        let file = self.file()?;
        let mut header = [0; HEADER_BYTES];
        file.read_exact_at(&mut header, 0).ok()?;
        // Zeros: no connection has read the log yet.
        (header != [0; HEADER_BYTES]).then_some(Version(header))
    }

    fn file(&self) -> Option<Arc<File>> {
        let mut known = held(&self.file);
        if let Some(file) = known.as_ref().filter(|file| is_there(file)) {
            return Some(Arc::clone(file));
        }
        let file = Arc::new(File::open(&self.path).ok()?);
        let mut open = held(&OPEN);
        open.retain(|file| is_there(file));
        open.push(Arc::clone(&file));
        drop(open);
        *known = Some(Arc::clone(&file));
        Some(file)
    }
}
