//! Prints checked changes, holds them to the limits of M25, and notes what a reviewer should know.

use crate::domain::patch::{FileDiff, Patch};

use super::super::base::{Action, BaseFiles, FileChange};
use super::super::ci::executed_by_ci;
use super::super::edit::{Body, Edit, Hunk, Tag};
use super::super::fold::is_invisible;
use super::super::print::{hunks_between, print};
use super::super::refusal::{Refusal, RefusalCode, Warning, shown};
use super::super::rules::Rules;
use super::super::text::decode;
use super::{Applied, Delta, Side, check, plan};

/// Checks, prints and measures.
pub fn finish(
    deltas: Vec<Delta>,
    base: &dyn BaseFiles,
    rules: &Rules,
    mut warnings: Vec<Warning>,
) -> Result<Applied, Refusal> {
    let deltas: Vec<Delta> = deltas.into_iter().filter(|d| d.old != d.new).collect();
    if deltas.len() > rules.limits.files {
        return Err(plan::too_many(rules));
    }
    check::check(&deltas, base, rules)?;
    let mut files = Vec::with_capacity(deltas.len());
    let mut changed_lines = 0;
    for delta in &deltas {
        let edit = edit(delta, rules)?;
        let (added, removed) = lines(&edit);
        changed_lines += added + removed;
        if changed_lines > rules.limits.changed_lines {
            let reason = format!("the patch changes more than {} lines", rules.limits.changed_lines);
            return Err(Refusal::whole(RefusalCode::TooManyLines, reason));
        }
        warnings.extend(noted(&edit));
        files.push(file_diff(delta, &edit, added, removed));
    }
    let patch = Patch::new(files);
    if patch.text().len() > rules.limits.patch_bytes {
        let reason =
            format!("the patch is {} bytes long; at most {} are taken", patch.text().len(), rules.limits.patch_bytes);
        return Err(Refusal::whole(RefusalCode::PatchTooLarge, reason));
    }
    let mut changes: Vec<FileChange> = deltas.into_iter().flat_map(changes).collect();
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Applied { patch, changes, warnings })
}

/// The change as the edit that is printed.
fn edit(delta: &Delta, rules: &Rules) -> Result<Edit, Refusal> {
    let path = delta.path();
    if let Some(new) = delta.new.as_ref().filter(|new| new.bytes.len() > rules.limits.file_bytes) {
        let reason = format!(
            "`{}` would be {} bytes long; at most {} are taken",
            shown(path),
            new.bytes.len(),
            rules.limits.file_bytes
        );
        return Err(Refusal::of(RefusalCode::FileTooLarge, path, reason));
    }
    let (old, new) = (delta.old.as_ref(), delta.new.as_ref());
    let bytes = |side: Option<&Side>| side.map(|s| s.bytes.clone()).unwrap_or_default();
    let (before, after) = (bytes(old), bytes(new));
    let hunks = if before == after {
        Vec::new()
    } else {
        let binary = || Refusal::of(RefusalCode::Binary, path, format!("`{}` is not text", shown(path)));
        let (before, after) = (decode(before).ok_or_else(binary)?, decode(after).ok_or_else(binary)?);
        hunks_between(&before, &after)
    };
    let name = |side: Option<&Side>| side.map(|s| s.path.clone());
    let mode = |side: Option<&Side>| side.map(|s| s.mode.as_str().to_owned());
    let mut edit = Edit::at(path, if hunks.is_empty() { Body::Same } else { Body::Hunks(hunks) }, 0);
    (edit.old_path, edit.new_path) = (name(old), name(new));
    (edit.old_mode, edit.new_mode) = (mode(old), mode(new));
    edit.rename = old.zip(new).is_some_and(|(old, new)| old.path != new.path);
    Ok(edit)
}

fn hunks(edit: &Edit) -> &[Hunk] {
    match &edit.body {
        Body::Hunks(hunks) => hunks,
        _ => &[],
    }
}

fn lines(edit: &Edit) -> (usize, usize) {
    let count = |tag: Tag| hunks(edit).iter().flat_map(|h| &h.lines).filter(|l| l.tag == tag).count();
    (count(Tag::Add), count(Tag::Remove))
}

fn noted(edit: &Edit) -> Vec<Warning> {
    let path = edit.path().to_owned();
    let mut warnings = Vec::new();
    if edit.new_path.as_deref().is_some_and(executed_by_ci) || edit.old_path.as_deref().is_some_and(executed_by_ci) {
        warnings.push(Warning::RunsInCi { path: path.clone() });
    }
    let odd = |c: &char| is_invisible(*c) || (c.is_control() && !matches!(c, '\t' | '\r' | '\u{c}'));
    let added = hunks(edit).iter().flat_map(|h| &h.lines).filter(|l| l.tag == Tag::Add);
    let count = added.map(|l| l.text.chars().filter(odd).count()).sum();
    if count > 0 {
        warnings.push(Warning::Invisible { path, count });
    }
    warnings
}

fn file_diff(delta: &Delta, edit: &Edit, added: usize, removed: usize) -> FileDiff {
    let count = |lines: usize| i64::try_from(lines).unwrap_or(i64::MAX);
    FileDiff {
        path: delta.path().to_owned(),
        old_path: edit.old_path.clone().filter(|_| edit.rename),
        added_lines: count(added),
        removed_lines: count(removed),
        patch: print(edit),
    }
}

fn changes(delta: Delta) -> Vec<FileChange> {
    let removed = delta.removed().map(|path| FileChange { path: path.to_owned(), action: Action::Delete });
    let written = delta
        .new
        .map(|side| FileChange { path: side.path, action: Action::Write { mode: side.mode, bytes: side.bytes } });
    removed.into_iter().chain(written).collect()
}
