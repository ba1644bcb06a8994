//! The pinned commit's tree as the patch rules see it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use crate::adapters::git::TreeView;
use crate::domain::tree::{Change, FileMode, TreeChange};
use crate::engine::patch::fold::fold;
use crate::engine::patch::{Action, BaseEntry, BaseFiles, FileChange, Mode};

/// More than any file a patch may touch, in bytes; a larger one reads as missing.
const MAX_READ_BYTES: u64 = 8 << 20;

/// A tree for [`crate::engine::patch::apply`]; reads block, so it belongs where git objects may be read.
pub struct TreeBase {
    view: TreeView,
}

/// Names the table of folded paths among what is kept of a tree.
const FOLDED: [u8; 32] = *b"bakeoff: paths by folded form v1";

/// A file's path or that of a folder above it, found by its folded form.
struct Folded {
    hash: u64,
    /// The file's place in the tree.
    place: u32,
    /// How many bytes of its path it is.
    len: u16,
}

impl TreeBase {
    /// The tree behind `view`.
    pub fn new(view: TreeView) -> Self {
        Self { view }
    }

    fn by_fold(&self) -> Arc<Vec<Folded>> {
        self.view.worked_out(FOLDED, || fold_all(&self.view))
    }

    fn path(&self, folded: &Folded) -> Option<&str> {
        self.view.at(folded.place as usize)?.path.get(..usize::from(folded.len))
    }
}

/// Every file and folder once, in order of hash.
fn fold_all(view: &TreeView) -> Vec<Folded> {
    let mut table = Vec::with_capacity(view.len());
    let mut before = "";
    for (place, file) in (0_u32..).zip(view.files()) {
        let ends = file.path.match_indices('/').map(|(at, _)| at).chain([file.path.len()]);
        // Folders that the file before lies in too are there already.
        let is_new = |end: &usize| *end == file.path.len() || before.get(..=*end) != file.path.get(..=*end);
        for end in ends.filter(is_new) {
            let hash = hash_of(&fold(file.path.get(..end).unwrap_or_default()));
            table.push(Folded { hash, place, len: u16::try_from(end).unwrap_or(u16::MAX) });
        }
        before = file.path;
    }
    table.sort_unstable_by_key(|folded| (folded.hash, folded.place, folded.len));
    table
}

fn hash_of(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A git tree's mode as the patch room names it.
pub(super) fn mode_of(mode: FileMode) -> Mode {
    match mode {
        FileMode::Regular => Mode::File,
        FileMode::Executable => Mode::Executable,
        FileMode::Symlink => Mode::Link,
        FileMode::Gitlink => Mode::Submodule,
    }
}

impl BaseFiles for TreeBase {
    fn entry(&self, path: &str) -> Option<BaseEntry> {
        match self.view.entry(path) {
            Some(entry) => {
                let size = if entry.mode == FileMode::Gitlink { 0 } else { self.view.size(entry.blob).ok()? };
                Some(BaseEntry { mode: mode_of(entry.mode), size })
            }
            None => self.view.is_dir(path).then_some(BaseEntry { mode: Mode::Tree, size: 0 }),
        }
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let entry = self.view.entry(path).filter(|entry| entry.mode.is_file())?;
        self.view.read_blob(entry.blob, MAX_READ_BYTES).ok()
    }

    fn folded(&self, folded: &str) -> Vec<String> {
        let (table, hash) = (self.by_fold(), hash_of(folded));
        let from = table.partition_point(|entry| entry.hash < hash);
        let same = table.iter().skip(from).take_while(|entry| entry.hash == hash);
        let paths = same.filter_map(|entry| self.path(entry)).filter(|path| fold(path) == folded);
        paths.map(str::to_owned).collect()
    }

    fn named(&self, file_name: &str) -> Vec<String> {
        let ends = |path: &&str| path.rsplit('/').next() == Some(file_name);
        self.view.files().map(|file| file.path).filter(ends).take(5).map(str::to_owned).collect()
    }
}

/// The patch room's changes as the git room takes them. `None` when a change would write something else than a
/// regular file, which no accepted patch holds.
pub fn tree_changes(changes: &[FileChange]) -> Option<Vec<TreeChange>> {
    let one = |change: &FileChange| {
        let change_to = match &change.action {
            Action::Delete => Change::Delete,
            Action::Write { mode: Mode::File, bytes } => {
                Change::Write { mode: FileMode::Regular, bytes: bytes.clone() }
            }
            Action::Write { mode: Mode::Executable, bytes } => {
                Change::Write { mode: FileMode::Executable, bytes: bytes.clone() }
            }
            Action::Write { .. } => return None,
        };
        Some(TreeChange { path: change.path.clone(), change: change_to })
    };
    changes.iter().map(one).collect()
}
