//! A tree with changes applied, written as new objects; what does not change keeps its bytes.

use std::collections::BTreeMap;

use git2::{ObjectType, Odb, Oid};

use super::GitError;
use super::rawtree::{Kind, RawEntry, take_entry, write_tree};
use crate::domain::tree::{Change, FileMode, TreeChange};

/// Writes objects and remembers which are new.
pub(super) struct Editor<'a> {
    odb: &'a Odb<'a>,
    new: Vec<Oid>,
}

/// Mode and id of the entries of one folder, by name.
type Entries = BTreeMap<Vec<u8>, (Vec<u8>, Oid)>;

/// A change and the part of its path that lies below the folder in hand.
type Below<'c> = (&'c str, &'c TreeChange);

impl<'a> Editor<'a> {
    /// `odb` must keep what is written in memory.
    pub(super) fn new(odb: &'a Odb<'a>) -> Self {
        Self { odb, new: Vec::new() }
    }

    /// Ids of the objects that were not there before, in order of writing.
    pub(super) fn into_new(self) -> Vec<Oid> {
        self.new
    }

    /// The tree `root` with `changes` applied.
    pub(super) fn edit(&mut self, root: Oid, changes: &[TreeChange]) -> Result<Oid, GitError> {
        let mut below: Vec<Below<'_>> = Vec::with_capacity(changes.len());
        for change in changes {
            check_path(&change.path)?;
            below.push((&change.path, change));
        }
        below.sort_by_key(|(path, _)| *path);
        if let Some([(path, _), _]) = below.array_windows().find(|[a, b]| a.0 == b.0) {
            return Err(GitError::BadChange(format!("{path} is changed twice")));
        }
        match self.folder(Some(root), &below)? {
            Some(id) => Ok(id),
            None => self.write(ObjectType::Tree, &[]),
        }
    }

    /// Writes an object unless it exists.
    pub(super) fn write(&mut self, kind: ObjectType, bytes: &[u8]) -> Result<Oid, GitError> {
        let id = Oid::hash_object(kind, bytes).map_err(|_| GitError::Crashed)?;
        if !self.odb.exists(id) {
            self.odb.write(kind, bytes).map_err(|_| GitError::Crashed)?;
            self.new.push(id);
        }
        Ok(id)
    }

    /// One folder after its changes; `None` when nothing is left in it.
    fn folder(&mut self, id: Option<Oid>, changes: &[Below<'_>]) -> Result<Option<Oid>, GitError> {
        let mut entries = match id {
            Some(id) => self.read(id)?,
            None => Entries::new(),
        };
        let (deeper, here): (Vec<Below<'_>>, Vec<Below<'_>>) =
            changes.iter().copied().partition(|(path, _)| path.contains('/'));
        // Files go before folders of their name come, and folders empty before files of their name come.
        for (name, change) in here.iter().filter(|(_, change)| change.change == Change::Delete) {
            delete(&mut entries, name, change)?;
        }
        for group in deeper.chunk_by(|a, b| first_part(a.0) == first_part(b.0)) {
            self.descend(&mut entries, group)?;
        }
        for (name, change) in here {
            if let Change::Write { mode, bytes } = &change.change {
                self.put(&mut entries, name, change, *mode, bytes)?;
            }
        }
        if entries.is_empty() {
            return Ok(None);
        }
        let raw = entries.iter().map(|(name, (mode, id))| RawEntry { mode, name, id: *id });
        self.write(ObjectType::Tree, &write_tree(raw)).map(Some)
    }

    fn descend(&mut self, entries: &mut Entries, group: &[Below<'_>]) -> Result<(), GitError> {
        let Some((name, change)) = group.first().map(|(path, change)| (first_part(path), *change)) else {
            return Ok(());
        };
        let known = entries.get(name.as_bytes());
        let id = match known.map(|(mode, id)| (kind_of(mode, *id), *id)) {
            Some((Ok(Kind::Folder), id)) => Some(id),
            Some(_) => return Err(GitError::BadChange(format!("{}: {name} is not a folder", change.path))),
            None => None,
        };
        let rest: Vec<Below<'_>> =
            group.iter().map(|(path, change)| (path.split_once('/').map_or("", |(_, rest)| rest), *change)).collect();
        match self.folder(id, &rest)? {
            Some(id) => entries.insert(name.as_bytes().to_vec(), (b"40000".to_vec(), id)),
            None => entries.remove(name.as_bytes()),
        };
        Ok(())
    }

    fn put(
        &mut self,
        entries: &mut Entries,
        name: &str,
        change: &TreeChange,
        mode: FileMode,
        bytes: &[u8],
    ) -> Result<(), GitError> {
        if !mode.is_file() {
            return Err(GitError::BadChange(format!("{} would not be an ordinary file", change.path)));
        }
        if let Some((old, id)) = entries.get(name.as_bytes())
            && kind_of(old, *id) == Ok(Kind::Folder)
        {
            return Err(GitError::BadChange(format!("{} is a folder", change.path)));
        }
        let blob = self.write(ObjectType::Blob, bytes)?;
        entries.insert(name.as_bytes().to_vec(), (mode.as_str().as_bytes().to_vec(), blob));
        Ok(())
    }

    fn read(&self, id: Oid) -> Result<Entries, GitError> {
        let object = self.odb.read(id).map_err(|_| GitError::Corrupt)?;
        if object.kind() != ObjectType::Tree {
            return Err(GitError::Corrupt);
        }
        let (mut rest, mut entries) = (object.data(), Entries::new());
        while let Some(entry) = take_entry(&mut rest)? {
            entries.insert(entry.name.to_vec(), (entry.mode.to_vec(), entry.id));
        }
        Ok(entries)
    }
}

fn delete(entries: &mut Entries, name: &str, change: &TreeChange) -> Result<(), GitError> {
    match entries.get(name.as_bytes()).map(|(mode, id)| kind_of(mode, *id)) {
        Some(Ok(Kind::File(_))) => {
            entries.remove(name.as_bytes());
            Ok(())
        }
        Some(_) => Err(GitError::BadChange(format!("{} is a folder", change.path))),
        None => Err(GitError::BadChange(format!("{} does not exist", change.path))),
    }
}

fn kind_of(mode: &[u8], id: Oid) -> Result<Kind, GitError> {
    RawEntry { mode, name: b"x", id }.kind()
}

fn first_part(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

/// The last line of defence: what a path may be at all is decided long before.
fn check_path(path: &str) -> Result<(), GitError> {
    let bad = |part: &str| part.is_empty() || part == "." || part == ".." || part.eq_ignore_ascii_case(".git");
    if path.len() > 4000 || path.contains('\0') || path.split('/').any(bad) {
        let shown: String = path.chars().take(200).collect();
        return Err(GitError::BadChange(format!("{} is not a path that git keeps", shown.escape_debug())));
    }
    Ok(())
}
