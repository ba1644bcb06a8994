//! Files of a commit's tree: their modes, and changes to them.

/// The modes git keeps for an entry that is not a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileMode {
    /// `100644`.
    Regular,
    /// `100755`.
    Executable,
    /// `120000`: the blob holds the target.
    Symlink,
    /// `160000`: a submodule's commit; there is no blob.
    Gitlink,
}

impl FileMode {
    /// Six octal digits as a diff writes them.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Regular => "100644",
            Self::Executable => "100755",
            Self::Symlink => "120000",
            Self::Gitlink => "160000",
        }
    }

    /// Whether it is an ordinary file, executable or not.
    pub fn is_file(self) -> bool {
        matches!(self, Self::Regular | Self::Executable)
    }
}

/// One path of a tree and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeChange {
    /// From the root, parts joined by `/`, neither first nor last.
    pub path: String,
    /// What happens there.
    pub change: Change,
}

/// What happens at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The file is made or replaced.
    Write {
        /// Its mode afterwards.
        mode: FileMode,
        /// Its whole content afterwards.
        bytes: Vec<u8>,
    },
    /// The file goes, and folders that become empty with it.
    Delete,
}

impl TreeChange {
    /// A file made or replaced.
    pub fn write(path: &str, mode: FileMode, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.to_owned(), change: Change::Write { mode, bytes: bytes.into() } }
    }

    /// A file removed.
    pub fn delete(path: &str) -> Self {
        Self { path: path.to_owned(), change: Change::Delete }
    }
}
