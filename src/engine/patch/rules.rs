//! What a patch may do: limits (M25), forbidden paths (M27), modes (M29), the asked-for part of the repository.

use super::forbidden::Matcher;

/// The rules for one repository.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Sizes and counts.
    pub limits: Limits,
    /// Paths that may not be touched.
    pub forbidden: Matcher,
    /// The operator lets patches add executables (100755).
    pub allow_executables: bool,
    /// Only this folder or file, from `path=…`; no leading or trailing `/`.
    pub scope: Option<String>,
    /// Only below one of these folders, when there are any; as `scope`.
    pub folders: Vec<String>,
}

/// Sizes and counts of M25; each is the largest that is still taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the printed patch.
    pub patch_bytes: usize,
    /// Files in the patch.
    pub files: usize,
    /// Lines added and removed together.
    pub changed_lines: usize,
    /// Bytes of a file afterwards.
    pub file_bytes: usize,
    /// Bytes of a path.
    pub path_bytes: usize,
    /// Bytes between two `/` of a path.
    pub component_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            patch_bytes: 1 << 20,
            files: 200,
            changed_lines: 20_000,
            file_bytes: 1 << 20,
            path_bytes: 1024,
            component_bytes: 255,
        }
    }
}
