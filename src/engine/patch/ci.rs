//! Files that CI or tools execute (M32): allowed, but shown.

/// Whether CI or a developer's tools run this file, or code that it names.
pub fn executed_by_ci(_path: &str) -> bool {
    false
}
