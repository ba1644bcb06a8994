//! The form of a path that is safe in every tree and on every file system (M25, M28).

use unicode_normalization::UnicodeNormalization;

use super::fold::is_ignorable;
use super::refusal::{Refusal, RefusalCode, shown};
use super::rules::Limits;

/// Checks length and form of one path.
pub fn check(path: &str, limits: &Limits) -> Result<(), Refusal> {
    if path.len() > limits.path_bytes {
        let reason = format!("a path is {} bytes long; at most {} are taken", path.len(), limits.path_bytes);
        return Err(Refusal::of(RefusalCode::PathTooLong, path, reason));
    }
    if let Some(part) = path.split('/').find(|part| part.len() > limits.component_bytes) {
        let reason = format!(
            "a part of a path is {} bytes long; at most {} are taken between two slashes",
            part.len(),
            limits.component_bytes
        );
        return Err(Refusal::of(RefusalCode::PathTooLong, path, reason));
    }
    // What is safe as written must also be safe as a file system may normalise it.
    let compatible: String = path.nfkc().collect();
    match fault(path).or_else(|| fault(&compatible)) {
        Some(fault) => Err(Refusal::of(RefusalCode::BadPath, path, format!("the path `{}` {fault}", shown(path)))),
        None => Ok(()),
    }
}

fn fault(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("is empty");
    }
    if path.starts_with('/') {
        return Some("is absolute; paths start at the root of the repository");
    }
    if path.contains('\\') {
        return Some("holds a backslash; parts are separated by `/`");
    }
    if path.contains(':') {
        return Some("holds a colon");
    }
    if path.chars().any(is_ignorable) {
        return Some("holds a control or invisible character");
    }
    path.split('/').find_map(part_fault)
}

fn part_fault(part: &str) -> Option<&'static str> {
    match part {
        "" => Some("has an empty part"),
        "." | ".." => Some("has a part `.` or `..`"),
        _ if part.ends_with(|c: char| c == '.' || c.is_whitespace()) => Some("has a part that ends in a dot or space"),
        _ => None,
    }
}
