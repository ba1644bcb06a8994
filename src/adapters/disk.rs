//! How full the disk below a folder is.

use std::path::Path;

use rustix::fs::statvfs;

/// The free part of the disk that holds `folder`, or will hold it once it is made, in percent. `None` where it cannot be
/// asked.
pub fn free_percent(folder: &Path) -> Option<u64> {
    let full = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let stat = full.ancestors().find_map(|place| statvfs(place).ok())?;
    // A file system that does not say its size (an overlay) has room as far as anyone knows.
    Some(stat.f_bavail.saturating_mul(100).checked_div(stat.f_blocks).unwrap_or(100))
}
