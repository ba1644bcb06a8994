//! The files a patch is applied to, and the changes that come out.

use std::collections::BTreeMap;
use std::fmt;

use super::fold::fold;

/// What an entry of a git tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// 100644.
    File,
    /// 100755.
    Executable,
    /// 120000, a symbolic link.
    Link,
    /// 160000, a submodule.
    Submodule,
    /// 040000, a folder.
    Tree,
}

impl Mode {
    /// Reads six octal digits; 100664, which old trees hold, counts as a plain file.
    pub fn parse(digits: &str) -> Option<Self> {
        match digits {
            "100644" | "100664" => Some(Self::File),
            "100755" => Some(Self::Executable),
            "120000" => Some(Self::Link),
            "160000" => Some(Self::Submodule),
            "040000" | "40000" => Some(Self::Tree),
            _ => None,
        }
    }

    /// Six octal digits as git prints them.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "100644",
            Self::Executable => "100755",
            Self::Link => "120000",
            Self::Submodule => "160000",
            Self::Tree => "040000",
        }
    }

    /// Whether it holds bytes that may be edited.
    pub fn is_regular(self) -> bool {
        matches!(self, Self::File | Self::Executable)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One entry of the base tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseEntry {
    /// What it is.
    pub mode: Mode,
    /// Bytes of the blob; 0 for folders and submodules.
    pub size: u64,
}

/// The base tree, as far as applying needs it. Paths are exact, `/` between parts, without a leading one.
pub trait BaseFiles {
    /// The entry at `path`: file, link, submodule or folder.
    fn entry(&self, path: &str) -> Option<BaseEntry>;

    /// The bytes of the file at `path`; `None` for whatever is not a regular file.
    fn read(&self, path: &str) -> Option<Vec<u8>>;

    /// Every file or folder whose path has this folded form ([`fold()`]); `folded` is folded already.
    fn folded(&self, folded: &str) -> Vec<String>;

    /// Paths that end in this file name, for a hint in a refusal; may know none. At most five are shown.
    fn named(&self, _file_name: &str) -> Vec<String> {
        Vec::new()
    }
}

/// What happens to one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The path holds these bytes afterwards.
    Write {
        /// [`Mode::File`] or [`Mode::Executable`].
        mode: Mode,
        /// The whole content.
        bytes: Vec<u8>,
    },
    /// The path is gone afterwards.
    Delete,
}

/// One changed path. A rename is two of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The path in the tree.
    pub path: String,
    /// What happens to it.
    pub action: Action,
}

/// A tree held in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryFiles {
    files: BTreeMap<String, (Mode, Vec<u8>)>,
}

impl MemoryFiles {
    /// A tree of plain files.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.put(path, Mode::File, text.as_bytes().to_vec());
        }
        tree
    }

    /// Sets one path.
    pub fn put(&mut self, path: &str, mode: Mode, bytes: Vec<u8>) {
        self.files.insert(path.to_owned(), (mode, bytes));
    }

    /// Makes the changes.
    pub fn change(&mut self, changes: &[FileChange]) {
        for change in changes {
            match &change.action {
                Action::Write { mode, bytes } => self.put(&change.path, *mode, bytes.clone()),
                Action::Delete => drop(self.files.remove(&change.path)),
            }
        }
    }

    /// Everything in it, by path.
    pub fn files(&self) -> &BTreeMap<String, (Mode, Vec<u8>)> {
        &self.files
    }

    fn is_folder(&self, path: &str) -> bool {
        let below = format!("{path}/");
        self.files.range(below.clone()..).next().is_some_and(|(p, _)| p.starts_with(&below))
    }
}

impl BaseFiles for MemoryFiles {
    fn entry(&self, path: &str) -> Option<BaseEntry> {
        if let Some((mode, bytes)) = self.files.get(path) {
            return Some(BaseEntry { mode: *mode, size: bytes.len() as u64 });
        }
        self.is_folder(path).then_some(BaseEntry { mode: Mode::Tree, size: 0 })
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.files.get(path).filter(|(mode, _)| mode.is_regular()).map(|(_, bytes)| bytes.clone())
    }

    fn folded(&self, folded: &str) -> Vec<String> {
        let mut found: Vec<String> = self
            .files
            .keys()
            .flat_map(|path| prefixes(path))
            .filter(|prefix| fold(prefix) == folded)
            .map(str::to_owned)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn named(&self, file_name: &str) -> Vec<String> {
        let ends = |path: &&String| path.rsplit('/').next() == Some(file_name);
        self.files.keys().filter(ends).take(5).cloned().collect()
    }
}

/// A base tree with changes laid over it: what a tool-using model sees of its own edits.
pub struct Overlay<'a> {
    base: &'a dyn BaseFiles,
    changes: BTreeMap<String, Action>,
}

impl<'a> Overlay<'a> {
    /// Nothing changed yet.
    pub fn new(base: &'a dyn BaseFiles) -> Self {
        Self { base, changes: BTreeMap::new() }
    }

    /// Lays further changes over it; the later one of a path counts.
    pub fn change(&mut self, changes: &[FileChange]) {
        for change in changes {
            match &change.action {
                Action::Delete if self.base.entry(&change.path).is_none() => drop(self.changes.remove(&change.path)),
                action => drop(self.changes.insert(change.path.clone(), action.clone())),
            }
        }
    }

    /// What happens to `path`, if it is changed.
    pub fn change_of(&self, path: &str) -> Option<&Action> {
        self.changes.get(path)
    }

    /// Every changed path, in order.
    pub fn changed(&self) -> impl Iterator<Item = (&str, &Action)> {
        self.changes.iter().map(|(path, action)| (path.as_str(), action))
    }

    /// All changes against the base, by path.
    pub fn changes(&self) -> Vec<FileChange> {
        self.changes.iter().map(|(path, action)| FileChange { path: path.clone(), action: action.clone() }).collect()
    }
}

impl BaseFiles for Overlay<'_> {
    fn entry(&self, path: &str) -> Option<BaseEntry> {
        match self.changes.get(path) {
            Some(Action::Write { mode, bytes }) => Some(BaseEntry { mode: *mode, size: bytes.len() as u64 }),
            Some(Action::Delete) => None,
            None => {
                let below = format!("{path}/");
                let added = |(p, a): (&String, &Action)| p.starts_with(&below) && *a != Action::Delete;
                let folder = self.changes.range(below.clone()..).take_while(|(p, _)| p.starts_with(&below)).any(added);
                self.base.entry(path).or(folder.then_some(BaseEntry { mode: Mode::Tree, size: 0 }))
            }
        }
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        match self.changes.get(path) {
            Some(Action::Write { bytes, .. }) => Some(bytes.clone()),
            Some(Action::Delete) => None,
            None => self.base.read(path),
        }
    }

    fn folded(&self, folded: &str) -> Vec<String> {
        let written = self.changes.iter().filter(|(_, a)| **a != Action::Delete);
        let mut found: Vec<String> =
            written.flat_map(|(p, _)| prefixes(p)).filter(|p| fold(p) == folded).map(str::to_owned).collect();
        let deleted = |path: &String| self.changes.get(path) == Some(&Action::Delete);
        found.extend(self.base.folded(folded).into_iter().filter(|p| !deleted(p)));
        found.sort_unstable();
        found.dedup();
        found
    }

    fn named(&self, file_name: &str) -> Vec<String> {
        self.base.named(file_name)
    }
}

/// Every folder above `path`, then `path` itself.
pub fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(at, _)| path.get(..at)).chain(std::iter::once(path))
}
