//! The pinned commit's tree as the patch rules see it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::adapters::git::TreeView;
use crate::domain::tree::{Change, FileMode, TreeChange};
use crate::engine::patch::base::prefixes;
use crate::engine::patch::fold::fold;
use crate::engine::patch::{Action, BaseEntry, BaseFiles, FileChange, Mode};

/// More than any file a patch may touch, in bytes; a larger one reads as missing.
const MAX_READ_BYTES: u64 = 8 << 20;

/// A tree for [`crate::engine::patch::apply`]; reads block, so it belongs where git objects may be read.
pub struct TreeBase {
    view: TreeView,
    folded: OnceLock<BTreeMap<String, Vec<String>>>,
}

impl TreeBase {
    /// The tree behind `view`.
    pub fn new(view: TreeView) -> Self {
        Self { view, folded: OnceLock::new() }
    }

    fn by_fold(&self) -> &BTreeMap<String, Vec<String>> {
        self.folded.get_or_init(|| {
            let mut map: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for path in self.view.files().flat_map(|file| prefixes(file.path)) {
                let known = map.entry(fold(path)).or_default();
                if known.last().is_none_or(|last| last != path) && !known.iter().any(|k| k == path) {
                    known.push(path.to_owned());
                }
            }
            map
        })
    }
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
        self.by_fold().get(folded).cloned().unwrap_or_default()
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
