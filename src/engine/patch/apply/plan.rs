//! Sorts edits by file: paths checked and resolved, several edits of one file put together.

use super::super::base::{BaseFiles, Mode};
use super::super::edit::{Body, Edit, Hunk, Numbers, Tag};
use super::super::path;
use super::super::refusal::{Refusal, RefusalCode, shown};
use super::super::rules::Rules;
use super::super::text::{decode, without_cr};
use super::key::is_telling;

/// All that happens to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The path in the base; `None` for a new file.
    pub old: Option<String>,
    /// The path afterwards; `None` for a deletion.
    pub new: Option<String>,
    /// A new mode, if one was asked for.
    pub mode: Option<Mode>,
    /// How the content changes, in order.
    pub parts: Vec<Part>,
}

/// One change of the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Hunks of one diff.
    Hunks(Vec<Hunk>),
    /// A search/replace block, as often as it was sent.
    Replace(Vec<String>, Vec<String>, usize),
    /// A piece of text that stands in the file once.
    Text(String, String),
    /// The whole content.
    Whole(Vec<String>),
}

/// How far back a part is compared with earlier ones.
const LOOKED_BACK: usize = 500;

/// One target for each file, in order of appearance.
pub fn plan(edits: &[Edit], base: &dyn BaseFiles, rules: &Rules) -> Result<Vec<Target>, Refusal> {
    let mut targets: Vec<Target> = Vec::new();
    for edit in edits {
        let target = resolve(edit, base, rules)?;
        match targets.iter_mut().find(|known| known.meets(&target)) {
            Some(known) => known.join(target, base)?,
            None => targets.push(target),
        }
        if targets.len() > rules.limits.files {
            return Err(too_many(rules));
        }
    }
    Ok(targets)
}

/// The refusal of a patch with too many files.
pub fn too_many(rules: &Rules) -> Refusal {
    let reason = format!("the patch changes more than {} files", rules.limits.files);
    Refusal::whole(RefusalCode::TooManyFiles, reason)
}

impl Target {
    /// The path people know it by.
    pub fn path(&self) -> &str {
        self.new.as_deref().or(self.old.as_deref()).unwrap_or_default()
    }

    fn is_plain_edit(&self) -> bool {
        self.old.is_some() && self.old == self.new && !self.parts.iter().any(|p| matches!(p, Part::Whole(_)))
    }

    /// Whether the other one speaks of the same file.
    fn meets(&self, other: &Self) -> bool {
        let mine = [&self.old, &self.new];
        [&other.old, &other.new].into_iter().flatten().any(|path| mine.contains(&&Some(path.clone())))
    }

    fn join(&mut self, other: Self, base: &dyn BaseFiles) -> Result<(), Refusal> {
        let counted = |p: &Part| matches!(p, Part::Replace(..)) || (self.old.is_none() && matches!(p, Part::Hunks(_)));
        if *self == other && !self.parts.iter().any(counted) {
            return Ok(());
        }
        // A file shown as it is, before or after the one that is meant, says nothing.
        if self.is_as_it_was(base) && other.is_whole() {
            self.parts = other.parts;
            return Ok(());
        }
        if self.is_whole() && other.is_as_it_was(base) {
            return Ok(());
        }
        let follows = other.is_plain_edit() && (self.new == other.new || self.old == other.old) && self.new.is_some();
        let mergeable = follows && self.old.is_some() && !self.parts.iter().any(|p| matches!(p, Part::Whole(_)));
        if !mergeable {
            let reason = format!("`{}` is changed twice in ways that contradict each other", shown(other.path()));
            return Err(Refusal::of(RefusalCode::Conflict, other.path(), reason));
        }
        self.mode = self.mode.or(other.mode);
        other.parts.into_iter().for_each(|part| self.add(part));
        Ok(())
    }

    /// Takes a further part; what came already in the same words is not made twice.
    fn add(&mut self, part: Part) {
        match part {
            Part::Replace(search, replace, _) => {
                let known = self.parts.iter_mut().rev().take(LOOKED_BACK).find_map(|p| match p {
                    Part::Replace(s, r, times) if *s == search && *r == replace => Some(times),
                    _ => None,
                });
                match known {
                    Some(times) => *times += 1,
                    None => self.parts.push(Part::Replace(search, replace, 1)),
                }
            }
            Part::Hunks(hunks) => {
                let known = |hunk: &Hunk| {
                    let same =
                        |o: &Hunk| o.lines == hunk.lines && o.numbers == hunk.numbers && o.anchors == hunk.anchors;
                    self.parts
                        .iter()
                        .rev()
                        .take(LOOKED_BACK)
                        .any(|p| matches!(p, Part::Hunks(old) if old.iter().any(same)))
                };
                let left: Vec<Hunk> = hunks.into_iter().filter(|hunk| !known(hunk)).collect();
                self.parts.extend((!left.is_empty()).then_some(Part::Hunks(left)));
            }
            part if self.parts.contains(&part) => {}
            part => self.parts.push(part),
        }
    }

    fn is_whole(&self) -> bool {
        self.old.is_some() && self.old == self.new && matches!(self.parts.as_slice(), [Part::Whole(_)])
    }

    /// Whether it gives a file's content as it is in the base.
    fn is_as_it_was(&self, base: &dyn BaseFiles) -> bool {
        let [Part::Whole(lines)] = self.parts.as_slice() else { return false };
        let text = self.old.as_deref().filter(|_| self.is_whole()).and_then(|path| base.read(path)).and_then(decode);
        text.is_some_and(|text| text.lines().eq(lines.iter().map(|l| without_cr(l))))
    }
}

fn resolve(edit: &Edit, base: &dyn BaseFiles, rules: &Rules) -> Result<Target, Refusal> {
    let (old, new) = named(edit, base);
    for path in [&old, &new].into_iter().flatten() {
        allowed(path, rules)?;
    }
    let path = new.as_deref().or(old.as_deref()).unwrap_or_default();
    let mode = mode(edit, path)?;
    if edit.body == Body::Binary {
        return Err(Refusal::of(RefusalCode::Binary, path, format!("`{}` is a binary patch", shown(path))));
    }
    let (old, new) = sides(edit, old, new, base)?;
    let parts = parts(edit, old.is_none());
    Ok(Target { old, new, mode, parts })
}

/// The paths as meant: a prefix that was taken off comes back if only then the file exists.
fn named(edit: &Edit, base: &dyn BaseFiles) -> (Option<String>, Option<String>) {
    let missing = |path: &Option<String>| path.as_deref().is_some_and(|p| base.entry(p).is_none());
    let real = edit.unstripped.as_ref().filter(|u| base.entry(u).is_some());
    match real.filter(|_| missing(&edit.old_path)) {
        Some(real) => (Some(real.clone()), edit.new_path.as_ref().map(|_| real.clone())),
        None => below_folders(edit, base).map_or_else(
            || (edit.old_path.clone(), edit.new_path.clone()),
            |real| (Some(real.clone()), edit.new_path.as_ref().map(|_| real)),
        ),
    }
}

/// The file that is meant by a path with folders before it that are not in the repository (its own name, say): the
/// lines of the edit must stand in it, and no other file may be called alike.
fn below_folders(edit: &Edit, base: &dyn BaseFiles) -> Option<String> {
    let path = edit.old_path.as_deref().filter(|_| edit.old_path == edit.new_path && needs_lines(edit))?;
    if base.entry(path).is_some() || path.starts_with('/') {
        return None;
    }
    // A folder or link of the first name is what was meant, whatever is missing below it.
    let (first, _) = path.split_once('/').filter(|(first, _)| base.entry(first).is_none())?;
    let below = path.match_indices('/').filter_map(|(at, _)| path.get(at + 1..));
    let real: Vec<&str> = below.filter(|p| base.entry(p).is_some()).collect();
    let [real] = real.as_slice() else { return None };
    if is_odd(first) {
        return None;
    }
    // A name alone says too little.
    let alike = base.named(real.rsplit('/').next().unwrap_or(real));
    (real.contains('/') && alike == [*real]).then(|| (*real).to_owned())
}

/// Names that mean something else than a folder that is not there.
fn is_odd(name: &str) -> bool {
    matches!(name, "" | "." | "..") || name.contains([':', '\\'])
}

/// Whether an edit can only be made where certain lines stand.
fn needs_lines(edit: &Edit) -> bool {
    match &edit.body {
        Body::Hunks(hunks) => {
            hunks.iter().all(|hunk| hunk.lines.iter().any(|l| l.tag != Tag::Add && is_telling(&l.text)))
        }
        Body::Replace { search, .. } => search.iter().any(|l| is_telling(l)),
        _ => false,
    }
}

/// Checks form, prohibition and scope of one path.
pub fn allowed(path: &str, rules: &Rules) -> Result<(), Refusal> {
    // Forbidden paths have the more telling reason, so they are looked at first where the form allows it.
    if let Some(pattern) = rules.forbidden.forbids(path).filter(|_| path.len() <= rules.limits.path_bytes) {
        let by = if rules.forbidden.is_of_repository(pattern) {
            "from the repository's own file"
        } else {
            "only the operator can lift it with `forbidden_paths_except`"
        };
        let reason = format!("`{}` may not be touched (pattern `{}`; {by})", shown(path), shown(pattern));
        return Err(Refusal::of(RefusalCode::Forbidden, path, reason));
    }
    path::check(path, &rules.limits)?;
    let folders: Vec<&str> = rules.scope.iter().chain(&rules.folders).map(|f| f.trim_matches('/')).collect();
    let below = |folder: &&str| path.strip_prefix(*folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if folders.is_empty() || folders.iter().any(|folder| folder.is_empty() || below(folder)) {
        return Ok(());
    }
    let listed: Vec<String> = folders.iter().map(|folder| format!("`{}`", shown(folder))).collect();
    let reason = format!("`{}` lies outside {}, to which this task is limited", shown(path), listed.join(", "));
    Err(Refusal::of(RefusalCode::OutsideScope, path, reason))
}

/// The mode asked for, if it is another one than before.
fn mode(edit: &Edit, path: &str) -> Result<Option<Mode>, Refusal> {
    for written in [&edit.old_mode, &edit.new_mode].into_iter().flatten() {
        match Mode::parse(written) {
            Some(Mode::File | Mode::Executable) if written != "100664" => {}
            Some(Mode::Link | Mode::Submodule | Mode::Tree) => {
                let reason = format!("`{}` would be a link, submodule or folder (mode {written})", shown(path));
                return Err(Refusal::of(RefusalCode::NotAFile, path, reason));
            }
            _ => {
                let reason = format!("`{}` has mode {}; only 100644 and 100755 are taken", shown(path), shown(written));
                return Err(Refusal::of(RefusalCode::BadMode, path, reason));
            }
        }
    }
    let changed = edit.new_mode.as_deref().filter(|_| edit.new_mode != edit.old_mode);
    Ok(changed.and_then(Mode::parse))
}

type Sides = (Option<String>, Option<String>);

/// Which of both sides exist.
fn sides(edit: &Edit, old: Option<String>, new: Option<String>, base: &dyn BaseFiles) -> Result<Sides, Refusal> {
    let exists = |path: &str| base.entry(path).is_some();
    match (old, new) {
        (Some(old), Some(new)) if old != new && !edit.rename => {
            if exists(&old) || !exists(&new) {
                let reason = format!("a diff names `{}` and `{}` but no rename", shown(&old), shown(&new));
                return Err(Refusal::of(RefusalCode::Conflict, &new, reason));
            }
            Ok((Some(new.clone()), Some(new)))
        }
        (Some(old), Some(new)) if old == new && !exists(&old) && creates(edit) => {
            if matches!(edit.body, Body::Whole { sure: false, .. }) {
                let reason =
                    format!("`{}` does not exist, and it is not clear that it should be a new file", shown(&new));
                return Err(Refusal::of(RefusalCode::Unclear, &new, reason));
            }
            Ok((None, Some(new)))
        }
        sides => Ok(sides),
    }
}

/// Whether the edit makes sense for a file that does not exist.
fn creates(edit: &Edit) -> bool {
    match &edit.body {
        Body::Whole { .. } => true,
        Body::Replace { search, .. } => search.iter().all(|l| l.trim().is_empty()),
        Body::Text { old, .. } => old.trim().is_empty(),
        Body::Hunks(hunks) => match hunks.as_slice() {
            [hunk] => {
                let from_nothing = matches!(hunk.numbers, Some(Numbers { old_start: 0, old_count: 0, .. }));
                from_nothing && hunk.lines.iter().all(|l| l.tag == Tag::Add)
            }
            _ => false,
        },
        Body::Same | Body::Binary => false,
    }
}

fn lines_of(text: &str) -> Vec<String> {
    text.strip_suffix('\n').unwrap_or(text).split('\n').map(str::to_owned).collect()
}

fn parts(edit: &Edit, is_new: bool) -> Vec<Part> {
    match &edit.body {
        Body::Same | Body::Binary => Vec::new(),
        Body::Hunks(hunks) => vec![Part::Hunks(hunks.clone())],
        Body::Text { new, .. } if is_new => vec![Part::Whole(lines_of(new))],
        Body::Text { old, new } => vec![Part::Text(old.clone(), new.clone())],
        Body::Replace { replace, .. } if is_new => vec![Part::Whole(replace.clone())],
        Body::Replace { search, replace } => vec![Part::Replace(search.clone(), replace.clone(), 1)],
        Body::Whole { lines, .. } => vec![Part::Whole(lines.clone())],
    }
}
