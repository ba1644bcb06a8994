//! A pack on its way in: indexed in a folder of its own, renamed into place when it is whole.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use git2::{Indexer, Odb};
use tokio::sync::mpsc::Receiver;

use super::GitError;
use super::store::open_odb;
use crate::domain::repo::CommitSha;

/// Names of the folders that packs arrive in.
const PREFIX: &str = "incoming-";

/// A piece of a pack, or its end. A stream that stops without `End` was cut off.
#[derive(Debug)]
pub(super) enum Piece {
    Data(Bytes),
    End,
}

/// Makes an empty bare repository unless there is one. A kill leaves a whole one or none.
pub(super) fn make_bare(folder: &Path) -> Result<(), GitError> {
    if folder.join("objects/pack").is_dir() {
        return Ok(());
    }
    let parent = folder.parent().ok_or(GitError::Disk(std::io::ErrorKind::InvalidFilename))?;
    fs::create_dir_all(parent)?;
    let fresh = tempfile::Builder::new().prefix("new-").tempdir_in(parent)?;
    fs::create_dir_all(fresh.path().join("objects/pack"))?;
    fs::create_dir_all(fresh.path().join("refs/heads"))?;
    fs::write(fresh.path().join("HEAD"), "ref: refs/heads/main\n")?;
    fs::write(fresh.path().join("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n")?;
    discard(folder)?;
    fs::rename(fresh.keep(), folder)?;
    Ok(())
}

/// Renames a folder away and deletes it, so that nobody sees half of it. Nothing there is fine.
pub(super) fn discard(folder: &Path) -> Result<(), GitError> {
    let Some(parent) = folder.parent().filter(|_| folder.exists()) else { return Ok(()) };
    let grave = tempfile::Builder::new().prefix("old-").tempdir_in(parent)?;
    fs::rename(folder, grave.path().join("mirror"))?;
    grave.close()?;
    Ok(())
}

/// Deletes what a killed process left: arriving packs in `folder`, and half-made or half-deleted
/// mirrors beside it, when they have not been touched for `age`.
pub(super) fn sweep(folder: &Path, age: Duration) {
    let old = |path: &Path| {
        let changed = fs::metadata(path).and_then(|m| m.modified()).unwrap_or_else(|_| SystemTime::now());
        changed.elapsed().is_ok_and(|since| since > age)
    };
    for (place, prefixes) in [(Some(folder), &[PREFIX][..]), (folder.parent(), &["new-", "old-"])] {
        let Some(entries) = place.and_then(|place| fs::read_dir(place).ok()) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if prefixes.iter().any(|prefix| name.starts_with(prefix)) && old(&path) {
                let _next_sweep_tries_again = fs::remove_dir_all(&path);
            }
        }
    }
}

/// A pack that is being indexed. Dropped before it is finished it leaves nothing.
pub(super) struct Incoming {
    indexer: Indexer<'static>,
    place: tempfile::TempDir,
    mirror: PathBuf,
    /// Where the indexer finds what a thin pack builds on. It keeps no hold of it, so this field goes last.
    _odb: Odb<'static>,
}

impl Incoming {
    pub(super) fn new(mirror: &Path) -> Result<Self, GitError> {
        let place = tempfile::Builder::new().prefix(PREFIX).tempdir_in(mirror)?;
        let odb = open_odb(mirror)?;
        let indexer = Indexer::new(Some(&odb), place.path(), 0o444, false).map_err(|_| GitError::Crashed)?;
        Ok(Self { indexer, place, mirror: mirror.to_owned(), _odb: odb })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), GitError> {
        self.indexer.write_all(bytes).map_err(|_| BAD_PACK)
    }

    /// Checks the whole, notes `shallow` and moves the pack in: the pack first, its index last, so
    /// that no reader sees an index without a pack.
    pub(super) fn finish(self, shallow: &[CommitSha]) -> Result<(), GitError> {
        let name = self.indexer.commit().map_err(|_| BAD_PACK)?;
        write_shallow(&self.mirror, shallow)?;
        // Every name is new: libgit2 keeps open packs by their path, for the whole process, and would
        // go on reading a damaged one that was replaced.
        let unique = self.place.path().to_string_lossy().rsplit('-').next().unwrap_or_default().to_owned();
        for end in ["pack", "idx"] {
            let to = self.mirror.join(format!("objects/pack/pack-{name}-{unique}.{end}"));
            fs::rename(self.place.path().join(format!("pack-{name}.{end}")), to)?;
        }
        Ok(())
    }
}

/// A pack that does not hold together.
pub(super) const BAD_PACK: GitError = GitError::Protocol("its pack is damaged");

/// Indexes the pieces of a pack until their end.
pub(super) fn receive(mirror: &Path, pieces: &mut Receiver<Piece>, shallow: &[CommitSha]) -> Result<(), GitError> {
    let mut incoming = Incoming::new(mirror)?;
    loop {
        match pieces.blocking_recv() {
            Some(Piece::Data(bytes)) => incoming.write(&bytes)?,
            Some(Piece::End) => return incoming.finish(shallow),
            None => return Err(GitError::Network("the answer was cut off")),
        }
    }
}

/// The commits whose parents a mirror does not have.
pub(super) fn read_shallow(mirror: &Path) -> Vec<CommitSha> {
    let text = fs::read_to_string(mirror.join("shallow")).unwrap_or_default();
    text.lines().filter_map(CommitSha::parse).collect()
}

fn write_shallow(mirror: &Path, more: &[CommitSha]) -> Result<(), GitError> {
    let mut all = read_shallow(mirror);
    all.extend_from_slice(more);
    all.sort();
    all.dedup();
    let mut file = tempfile::NamedTempFile::new_in(mirror)?;
    for commit in all {
        writeln!(file, "{commit}")?;
    }
    file.persist(mirror.join("shallow")).map_err(|error| GitError::from(error.error))?;
    Ok(())
}
