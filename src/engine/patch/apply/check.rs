//! What must be true of the changed files together and against the base tree (M29, M30).

use std::collections::HashMap;

use super::super::base::{BaseFiles, Mode, prefixes};
use super::super::fold::fold;
use super::super::refusal::{Refusal, RefusalCode, shown};
use super::super::rules::Rules;
use super::Delta;

/// Checks all changed files.
pub fn check(deltas: &[Delta], base: &dyn BaseFiles, rules: &Rules) -> Result<(), Refusal> {
    let removed: Vec<&str> = deltas.iter().filter_map(Delta::removed).collect();
    for delta in deltas {
        if let Some(new) = delta.new.as_ref() {
            let is_new = delta.old.as_ref().is_none_or(|old| old.path != new.path);
            if is_new {
                may_be_new(&new.path, base, &removed)?;
            }
            let was = delta.old.as_ref().map(|old| old.mode);
            may_have(&new.path, new.mode, was, rules)?;
        }
    }
    together(deltas)
}

/// The mode and bytes of a file in the base; a refusal for whatever cannot be edited.
pub fn regular(path: &str, base: &dyn BaseFiles) -> Result<(Mode, Vec<u8>), Refusal> {
    let name = shown(path);
    let Some(entry) = base.entry(path) else {
        return Err(missing(path, base));
    };
    if entry.mode == Mode::Tree {
        return Err(Refusal::of(RefusalCode::NotAFile, path, format!("`{name}` is a folder")));
    }
    if !entry.mode.is_regular() {
        return Err(Refusal::of(RefusalCode::NotAFile, path, format!("`{name}` is a link or submodule")));
    }
    let bytes = base.read(path).ok_or_else(|| missing(path, base))?;
    Ok((entry.mode, bytes))
}

fn missing(path: &str, base: &dyn BaseFiles) -> Refusal {
    let below = prefixes(path).filter(|p| *p != path).find(|p| base.entry(p).is_some_and(|e| e.mode != Mode::Tree));
    if let Some(parent) = below {
        return not_a_folder(path, parent);
    }
    let refusal = Refusal::of(RefusalCode::Missing, path, format!("`{}` does not exist", shown(path)));
    let name = path.rsplit('/').next().unwrap_or(path);
    let alike: Vec<String> = base.named(name).iter().take(5).map(|p| format!("`{}`", shown(p))).collect();
    if alike.is_empty() { refusal } else { refusal.with_detail(&format!("Files of this name: {}", alike.join(", "))) }
}

fn not_a_folder(path: &str, parent: &str) -> Refusal {
    let reason = format!("`{}` would lie below `{}`, which is no folder", shown(path), shown(parent));
    Refusal::of(RefusalCode::NotAFile, path, reason)
}

fn may_be_new(path: &str, base: &dyn BaseFiles, removed: &[&str]) -> Result<(), Refusal> {
    if let Some(entry) = base.entry(path) {
        let what = if entry.mode == Mode::Tree { "is a folder" } else { "exists" };
        let reason = format!("`{}` should be new but {what}", shown(path));
        return Err(Refusal::of(RefusalCode::Exists, path, reason));
    }
    for prefix in prefixes(path) {
        let entry = base.entry(prefix);
        if entry.is_some_and(|e| e.mode != Mode::Tree) {
            return Err(not_a_folder(path, prefix));
        }
        if entry.is_some() {
            continue;
        }
        let other = base.folded(&fold(prefix)).into_iter().find(|p| p != prefix && !removed.contains(&p.as_str()));
        if let Some(other) = other {
            return Err(collision(path, prefix, &other));
        }
    }
    Ok(())
}

fn collision(path: &str, one: &str, other: &str) -> Refusal {
    let reason = format!("`{}` and `{}` are one path for some file systems", shown(one), shown(other));
    Refusal::of(RefusalCode::CaseCollision, path, reason)
}

fn may_have(path: &str, mode: Mode, was: Option<Mode>, rules: &Rules) -> Result<(), Refusal> {
    if mode == Mode::Executable && was != Some(Mode::Executable) && !rules.allow_executables {
        let reason = format!("`{}` would become executable, which the operator has not allowed", shown(path));
        return Err(Refusal::of(RefusalCode::BadMode, path, reason));
    }
    Ok(())
}

/// No path twice, no two paths that fold to one, none below another that is a file.
fn together(deltas: &[Delta]) -> Result<(), Refusal> {
    let mut files: HashMap<String, &str> = HashMap::new();
    let mut folders: HashMap<String, &str> = HashMap::new();
    for path in deltas.iter().filter_map(|d| d.new.as_ref()).map(|side| side.path.as_str()) {
        match files.insert(fold(path), path) {
            Some(other) if other == path => return Err(twice(path)),
            Some(other) => return Err(collision(path, path, other)),
            None => {}
        }
        for folder in prefixes(path).filter(|p| *p != path) {
            let other = folders.insert(fold(folder), folder);
            if let Some(other) = other.filter(|o| *o != folder) {
                return Err(collision(path, folder, other));
            }
        }
    }
    let both = folders.iter().find(|(folded, _)| files.contains_key(*folded));
    if let Some((_, folder)) = both {
        return Err(not_a_folder(folder, folder));
    }
    let mut removed: Vec<&str> = deltas.iter().filter_map(|d| d.old.as_ref()).map(|side| side.path.as_str()).collect();
    removed.sort_unstable();
    let again = removed.iter().zip(removed.iter().skip(1)).find(|(a, b)| a == b);
    again.map_or(Ok(()), |(path, _)| Err(twice(path)))
}

fn twice(path: &str) -> Refusal {
    Refusal::of(RefusalCode::Conflict, path, format!("`{}` is changed twice", shown(path)))
}
