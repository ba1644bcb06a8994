//! Applies edits to a base tree: all of them, or none and the reason.

mod blocks;
mod change;
mod check;
mod choose;
mod content;
mod find;
mod finish;
mod indent;
mod key;
mod mend;
mod nearest;
mod place;
mod placeholder;
mod plan;
mod whole;
mod within;
mod work;
mod write;

use crate::domain::patch::Patch;

use super::base::{Action, BaseFiles, FileChange, Mode};
use super::edit::Edit;
use super::parse::parse;
use super::refusal::{Refusal, RefusalCode, Warning, shown};
use super::rules::Rules;
use super::text::{decode, join};
use plan::Target;
use work::Work;

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

/// One side of a changed file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Side {
    path: String,
    mode: Mode,
    bytes: Vec<u8>,
}

/// One changed file, checked and with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Delta {
    old: Option<Side>,
    new: Option<Side>,
}

impl Delta {
    fn path(&self) -> &str {
        self.new.as_ref().or(self.old.as_ref()).map_or("", |side| side.path.as_str())
    }

    /// The path that is gone afterwards.
    fn removed(&self) -> Option<&str> {
        let kept = self.new.as_ref().map(|new| &new.path);
        self.old.as_ref().map(|old| &old.path).filter(|old| kept != Some(old)).map(String::as_str)
    }
}

/// Applies all edits, or none and says why. The base is never changed.
pub fn apply(edits: &[Edit], base: &dyn BaseFiles, rules: &Rules) -> Result<Applied, Refusal> {
    let work = Work::new();
    let mut warnings = Vec::new();
    let mut deltas = Vec::new();
    for target in plan::plan(edits, base, rules)? {
        not_huge(&target, base, rules)?;
        deltas.push(delta(&target, base, &work, &mut warnings)?);
    }
    finish::finish(deltas, base, rules, warnings)
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
pub fn from_changes(changes: &[FileChange], base: &dyn BaseFiles, rules: &Rules) -> Result<Applied, Refusal> {
    let mut deltas = Vec::new();
    for change in changes {
        plan::allowed(&change.path, rules)?;
        let old = match base.entry(&change.path) {
            Some(_) => Some(side(&change.path, base)?),
            None if change.action == Action::Delete => {
                return Err(check::regular(&change.path, base).err().unwrap_or_else(|| gone(&change.path)));
            }
            None => None,
        };
        let new = match &change.action {
            Action::Write { mode, bytes } => {
                Some(Side { path: change.path.clone(), mode: *mode, bytes: bytes.clone() })
            }
            Action::Delete => None,
        };
        if let Some(new) = new.as_ref().filter(|new| !new.mode.is_regular()) {
            let reason = format!("`{}` would not be a regular file", shown(&new.path));
            return Err(Refusal::of(RefusalCode::NotAFile, &new.path, reason));
        }
        deltas.push(Delta { old, new });
    }
    finish::finish(deltas, base, rules, Vec::new())
}

fn gone(path: &str) -> Refusal {
    Refusal::of(RefusalCode::Missing, path, format!("`{}` does not exist", shown(path)))
}

fn side(path: &str, base: &dyn BaseFiles) -> Result<Side, Refusal> {
    let (mode, bytes) = check::regular(path, base)?;
    Ok(Side { path: path.to_owned(), mode, bytes })
}

/// A file that is far over the limit for results is not searched.
fn not_huge(target: &Target, base: &dyn BaseFiles, rules: &Rules) -> Result<(), Refusal> {
    let size = target.old.as_deref().and_then(|path| base.entry(path)).map_or(0, |entry| entry.size);
    if target.parts.is_empty() || size <= 2 * rules.limits.file_bytes as u64 {
        return Ok(());
    }
    let reason = format!("`{}` is {size} bytes long, too large to be edited", shown(target.path()));
    Err(Refusal::of(RefusalCode::FileTooLarge, target.path(), reason))
}

/// Makes the changes of one file.
fn delta(target: &Target, base: &dyn BaseFiles, work: &Work, warnings: &mut Vec<Warning>) -> Result<Delta, Refusal> {
    let old = target.old.as_deref().map(|path| side(path, base)).transpose()?;
    let before = old.as_ref().map(|side| side.bytes.clone()).unwrap_or_default();
    let bytes = if target.parts.is_empty() {
        before
    } else {
        let text = decode(before).ok_or_else(|| {
            let reason = format!("`{}` is not text", shown(target.path()));
            Refusal::of(RefusalCode::Binary, target.path(), reason)
        })?;
        join(&content::change(target, &text, work, warnings)?).into_bytes()
    };
    let Some(path) = target.new.clone() else {
        return deleted(target, old, &bytes);
    };
    let mode = target.mode.or(old.as_ref().map(|side| side.mode)).unwrap_or(Mode::File);
    Ok(Delta { old, new: Some(Side { path, mode, bytes }) })
}

/// A deletion whose diff removes only a part shows that the file is not what was meant.
fn deleted(target: &Target, old: Option<Side>, left: &[u8]) -> Result<Delta, Refusal> {
    if !target.parts.is_empty() && !left.is_empty() {
        let reason = format!("`{}` should be deleted, but the diff removes only a part of it", shown(target.path()));
        return Err(Refusal::of(RefusalCode::NotFound, target.path(), reason));
    }
    Ok(Delta { old, new: None })
}
