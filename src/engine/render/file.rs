//! What is said once about a broken repository file.

use crate::domain::ids::EffectId;
use crate::engine::repofile::{REPO_FILE, RepoFileError};

use super::marker::{Kind, marker};
use super::text::{code, fenced, shown_diff};

/// The comment as Markdown, with its hidden marker: place, key, what was expected, and the line in a fence.
pub fn repo_file_broken(effect: EffectId, error: &RepoFileError) -> String {
    let key = if error.key.is_empty() { String::new() } else { format!(" ({})", code(&error.key, 120)) };
    let meant = error.meant.as_ref().map_or_else(String::new, |meant| format!(" Did you mean {}?", code(meant, 80)));
    let quoted = if error.marked.is_empty() {
        String::new()
    } else {
        format!("{}\n", fenced("text", &shown_diff(&error.marked)))
    };
    format!(
        "{}\n`{REPO_FILE}` on the default branch cannot be read. Line {}, column {}{key}: {}{meant}\n\n{quoted}\
         Until it is mended, the defaults apply as if there were no file. This is said once for each version of the file.\n",
        marker(effect, Kind::Reply),
        error.line,
        error.column,
        error.said,
    )
}
