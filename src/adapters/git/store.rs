//! A mirror's objects on disk: packs only, read by libgit2, never written through it.

use std::collections::HashSet;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use git2::{ConfigLevel, ErrorCode, ObjectType, Odb, OdbObject, Oid};

use super::{BlobId, GitError};
use crate::domain::repo::CommitSha;

/// One generation of a mirror. When it turns out damaged it is replaced by a new one.
pub(super) struct Store {
    folder: PathBuf,
    odb: Odb<'static>,
    damaged: AtomicBool,
    /// Commits whose every tree and blob was seen here.
    verified: Mutex<HashSet<CommitSha>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("damaged", &self.is_damaged()).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the objects of a bare repository. `Corrupt` when anything but whole packs lies there.
    pub(super) fn open(folder: &Path) -> Result<Self, GitError> {
        for entry in std::fs::read_dir(folder.join("objects")).map_err(|_| GitError::Corrupt)? {
            let name = entry?.file_name();
            if name != "pack" && name != "info" {
                return Err(GitError::Corrupt);
            }
        }
        check_packs(&folder.join("objects/pack")).map_err(|_| GitError::Corrupt)?;
        Ok(Self {
            odb: open_odb(folder)?,
            folder: folder.to_owned(),
            damaged: AtomicBool::default(),
            verified: Mutex::default(),
        })
    }

    /// A second view of the same objects, for building in memory on top of it.
    pub(super) fn second_odb(&self) -> Result<Odb<'static>, GitError> {
        open_odb(&self.folder)
    }

    /// `Corrupt` when the blob is not here.
    pub(super) fn must_exist(&self, blob: BlobId) -> Result<(), GitError> {
        if self.odb.exists(blob.oid()?) { Ok(()) } else { Err(self.damage()) }
    }

    pub(super) fn is_verified(&self, commit: &CommitSha) -> bool {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner).contains(commit)
    }

    pub(super) fn set_verified(&self, commit: CommitSha) {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner).insert(commit);
    }

    /// Reads an object that must be there and of this type.
    pub(super) fn read(&self, id: Oid, kind: ObjectType) -> Result<OdbObject<'_>, GitError> {
        let object = self.odb.read(id).map_err(|_| self.damage())?;
        if object.kind() == kind { Ok(object) } else { Err(self.damage()) }
    }

    /// An object's size in bytes.
    pub(super) fn size(&self, id: Oid) -> Result<u64, GitError> {
        let (size, _) = self.odb.read_header(id).map_err(|_| self.damage())?;
        Ok(size as u64)
    }

    /// A commit's tree; `NotHere` when the commit is not here.
    pub(super) fn tree_of(&self, commit: &CommitSha) -> Result<Oid, GitError> {
        let object = match self.odb.read(oid(commit)?) {
            Ok(object) if object.kind() == ObjectType::Commit => object,
            Ok(_) => return Err(GitError::NotHere(commit.clone())),
            Err(error) if error.code() == ErrorCode::NotFound => return Err(GitError::NotHere(commit.clone())),
            Err(_) => return Err(self.damage()),
        };
        let line = object.data().strip_prefix(b"tree ").and_then(|rest| rest.get(..40));
        let id = line.and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| Oid::from_str(hex).ok());
        id.ok_or_else(|| self.damage())
    }

    /// Notes that this generation cannot be trusted (F132, F133).
    pub(super) fn damage(&self) -> GitError {
        self.damaged.store(true, Ordering::SeqCst);
        GitError::Corrupt
    }

    pub(super) fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::SeqCst)
    }
}

/// Compares the checksum at each pack's end with the one its index knows. libgit2 maps packs into
/// memory, where reading a truncated one would kill the process.
fn check_packs(folder: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let index = entry?.path();
        if index.extension().is_some_and(|end| end == "idx") {
            let (known, found) = (tail(&index, 40)?, tail(&index.with_extension("pack"), 20)?);
            if !known.starts_with(&found) {
                return Err(std::io::ErrorKind::InvalidData.into());
            }
        }
    }
    Ok(())
}

fn tail(file: &Path, bytes: u8) -> std::io::Result<Vec<u8>> {
    let mut file = std::fs::File::open(file)?;
    file.seek(SeekFrom::End(-i64::from(bytes)))?;
    let mut end = vec![0; usize::from(bytes)];
    file.read_exact(&mut end)?;
    Ok(end)
}

/// As an alternate, so that libgit2 has no place on disk to write to (M61).
pub(super) fn open_odb(folder: &Path) -> Result<Odb<'static>, GitError> {
    prepare_libgit2();
    let objects = folder.join("objects");
    let path = objects.to_str().ok_or(GitError::Disk(std::io::ErrorKind::InvalidFilename))?;
    let odb = Odb::new().map_err(|_| GitError::Corrupt)?;
    odb.add_disk_alternate(path).map_err(|_| GitError::Corrupt)?;
    Ok(odb)
}

/// libgit2's form of an id.
pub(super) fn oid(commit: &CommitSha) -> Result<Oid, GitError> {
    Oid::from_str(commit.as_str()).map_err(|_| GitError::NotHere(commit.clone()))
}

/// Our form of an id.
pub(super) fn sha(id: Oid) -> Result<CommitSha, GitError> {
    CommitSha::parse(&id.to_string()).ok_or(GitError::Corrupt)
}

/// Takes the machine's and the user's git configuration out of libgit2's sight (M46), once, and its
/// object cache away: what we read twice we keep ourselves.
pub(super) fn prepare_libgit2() {
    static PREPARED: Once = Once::new();
    PREPARED.call_once(|| {
        git2::opts::enable_caching(false);
        for level in [ConfigLevel::ProgramData, ConfigLevel::System, ConfigLevel::XDG, ConfigLevel::Global] {
            #[expect(
                unsafe_code,
                reason = "git2 wants the caller to keep other threads away: `Once` does, and \
                                            nothing else in the program calls libgit2 before this ran"
            )]
            // SAFETY: runs once, before any other use of libgit2.
            let emptied = unsafe { git2::opts::set_search_path(level, "") };
            if let Err(error) = emptied {
                tracing::error!(%error, "libgit2's configuration paths could not be emptied");
            }
        }
    });
}
