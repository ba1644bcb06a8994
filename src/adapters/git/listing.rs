//! Every file of one tree, read once and kept small: about 30 bytes a file beside its path.

use std::sync::OnceLock;

use git2::{ObjectType, OdbObject, Oid};
use unicode_normalization::UnicodeNormalization;

use super::GitError;
use super::memo::Memo;
use super::rawtree::{Kind, RawEntry, take_entry};
use super::store::Store;
use super::tree::{BlobId, FileEntry};
use crate::domain::tree::FileMode;

/// Longer paths are left out (git itself refuses them on Linux).
const MAX_PATH: usize = 4096;

#[derive(Debug, Clone, Copy)]
struct Row {
    start: u32,
    len: u16,
    mode: FileMode,
    id: [u8; 20],
}

/// Files in order of path.
#[derive(Debug, Default)]
pub(super) struct Listing {
    paths: String,
    rows: Vec<Row>,
    skipped: usize,
    folded: OnceLock<Vec<Folded>>,
    memo: Memo,
}

/// A file's path or a folder above it, found by its folded form.
#[derive(Debug, Clone, Copy)]
struct Folded {
    hash: u64,
    row: u32,
    len: u16,
}

impl Listing {
    /// Lists a tree. `TooLarge` past `max_files` files or folders, which also ends trees that hold
    /// themselves many times over.
    pub(super) fn read(store: &Store, root: Oid, max_files: usize) -> Result<Self, GitError> {
        let mut walk = Walk { store, max_files, folders: 0, path: Vec::new(), list: Self::default() };
        let mut open = vec![walk.open(root, 0)?];
        while let Some(folder) = open.last_mut() {
            let mut rest = folder.object.data().get(folder.at..).unwrap_or_default();
            let before = rest.len();
            let Some(entry) = take_entry(&mut rest).map_err(|_| store.damage())? else {
                open.pop();
                continue;
            };
            folder.at += before - rest.len();
            walk.path.truncate(folder.prefix);
            if let Some(below) = walk.visit(&entry)? {
                open.push(below);
            }
        }
        let mut list = walk.list;
        if !list.files().is_sorted_by(|a, b| a.path <= b.path) {
            let paths = std::mem::take(&mut list.paths);
            list.rows.sort_by(|a, b| text(&paths, a).cmp(text(&paths, b)));
            list.paths = paths;
        }
        list.rows.shrink_to_fit();
        list.paths.shrink_to_fit();
        Ok(list)
    }

    pub(super) fn files(&self) -> impl Iterator<Item = FileEntry<'_>> {
        self.rows.iter().map(|row| self.entry(row))
    }

    pub(super) fn at(&self, place: usize) -> Option<FileEntry<'_>> {
        self.rows.get(place).map(|row| self.entry(row))
    }

    pub(super) fn memo(&self) -> &Memo {
        &self.memo
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn skipped(&self) -> usize {
        self.skipped
    }

    /// Bytes of memory it takes.
    pub(super) fn weight(&self) -> usize {
        self.paths.len() + self.rows.len() * (size_of::<Row>() + size_of::<Folded>())
    }

    pub(super) fn find(&self, path: &str) -> Option<FileEntry<'_>> {
        let at = self.rows.binary_search_by(|row| text(&self.paths, row).cmp(path)).ok()?;
        self.rows.get(at).map(|row| self.entry(row))
    }

    pub(super) fn is_dir(&self, path: &str) -> bool {
        let below = format!("{path}/");
        let at = self.rows.partition_point(|row| text(&self.paths, row) < below.as_str());
        self.rows.get(at).is_some_and(|row| text(&self.paths, row).starts_with(&below))
    }

    pub(super) fn folded(&self, path: &str) -> Option<&str> {
        let table = self.folded.get_or_init(|| self.fold_all());
        let key = fold(path);
        let hash = hash_of(&key);
        let from = table.partition_point(|entry| entry.hash < hash);
        let same = table.get(from..)?.iter().take_while(|entry| entry.hash == hash);
        same.filter_map(|entry| self.folded_path(*entry)).find(|known| fold(known) == key)
    }

    fn folded_path(&self, entry: Folded) -> Option<&str> {
        text(&self.paths, self.rows.get(entry.row as usize)?).get(..usize::from(entry.len))
    }

    fn fold_all(&self) -> Vec<Folded> {
        let mut table = Vec::with_capacity(self.rows.len());
        let mut before = "";
        for (row, entry) in (0u32..).zip(self.files()) {
            let ends = entry.path.match_indices('/').map(|(at, _)| at).chain([entry.path.len()]);
            for end in ends {
                let part = entry.path.get(..end).unwrap_or_default();
                // Folders that the file before lies in too are there already.
                let known = end < entry.path.len() && before.get(..=end) == entry.path.get(..=end);
                if !known {
                    let len = u16::try_from(end).unwrap_or(u16::MAX);
                    table.push(Folded { hash: hash_of(&fold(part)), row, len });
                }
            }
            before = entry.path;
        }
        table.sort_by_key(|entry| entry.hash);
        table
    }

    fn entry(&self, row: &Row) -> FileEntry<'_> {
        FileEntry { path: text(&self.paths, row), mode: row.mode, blob: BlobId(row.id) }
    }
}

/// Case and composition taken away, as file systems of other machines do.
fn fold(path: &str) -> String {
    if path.is_ascii() { path.to_ascii_lowercase() } else { path.nfc().flat_map(char::to_lowercase).nfc().collect() }
}

fn hash_of(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn text<'a>(paths: &'a str, row: &Row) -> &'a str {
    let start = row.start as usize;
    paths.get(start..start + usize::from(row.len)).unwrap_or_default()
}

/// A folder whose entries are being read.
struct Folder<'a> {
    object: OdbObject<'a>,
    at: usize,
    prefix: usize,
}

struct Walk<'a> {
    store: &'a Store,
    max_files: usize,
    folders: usize,
    path: Vec<u8>,
    list: Listing,
}

impl<'a> Walk<'a> {
    fn open(&mut self, id: Oid, prefix: usize) -> Result<Folder<'a>, GitError> {
        self.folders += 1;
        self.check_count(self.folders)?;
        Ok(Folder { object: self.store.read(id, ObjectType::Tree)?, at: 0, prefix })
    }

    fn visit(&mut self, entry: &RawEntry<'_>) -> Result<Option<Folder<'a>>, GitError> {
        self.path.extend_from_slice(entry.name);
        let kind = entry.kind().map_err(|_| self.store.damage())?;
        if self.path.len() >= MAX_PATH {
            self.list.skipped += 1;
            return Ok(None);
        }
        match kind {
            Kind::Folder => {
                self.path.push(b'/');
                self.open(entry.id, self.path.len()).map(Some)
            }
            Kind::File(mode) => self.add(mode, entry.id).map(|()| None),
        }
    }

    fn add(&mut self, mode: FileMode, id: Oid) -> Result<(), GitError> {
        self.check_count(self.list.rows.len() + self.list.skipped + 1)?;
        let Ok(path) = std::str::from_utf8(&self.path) else {
            self.list.skipped += 1;
            return Ok(());
        };
        let too_large = || GitError::TooLarge { what: "the list of files", limit_bytes: u64::from(u32::MAX) };
        let start = u32::try_from(self.list.paths.len()).map_err(|_| too_large())?;
        let len = u16::try_from(path.len()).map_err(|_| too_large())?;
        let id = id.as_bytes().try_into().map_err(|_| GitError::Corrupt)?;
        self.list.paths.push_str(path);
        self.list.rows.push(Row { start, len, mode, id });
        Ok(())
    }

    fn check_count(&self, count: usize) -> Result<(), GitError> {
        if count <= self.max_files { Ok(()) } else { Err(GitError::TooManyFiles { limit: self.max_files }) }
    }
}
