//! The form of a path that is safe in every tree and on every file system (M25, M28).

use super::refusal::Refusal;
use super::rules::Limits;

/// Checks length and form of one path.
pub fn check(_path: &str, _limits: &Limits) -> Result<(), Refusal> {
    Ok(())
}
