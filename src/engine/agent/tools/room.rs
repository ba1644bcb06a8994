//! What the tools work on: the pinned commit's files as the rules let a model see them, and an overlay in memory.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use crate::adapters::git::{BlobId, GitError, TreeView};
use crate::domain::patch::FileDiff;
use crate::engine::agent::TreeBase;
use crate::engine::agent::ground::whole;
use crate::engine::agent::tree_base::mode_of;
use crate::engine::patch::refusal::shown;
use crate::engine::patch::{
    Action, Applied, BaseFiles, Edit, FileChange, Mode, Overlay, Refusal, Rules, Warning, apply, apply_answer,
};

use super::Answer;

/// A larger file is neither read nor searched (M23), in bytes.
pub const MAX_FILE_BYTES: u64 = 256 * 1024;

/// The pinned commit for one run: shared by its turns, never changed.
pub struct Catalog {
    view: TreeView,
    base: TreeBase,
    rules: Rules,
    visible: OnceLock<Arc<Vec<bool>>>,
}

impl Catalog {
    /// The files behind `view`, as far as `rules` allow.
    pub fn new(view: TreeView, rules: Rules) -> Self {
        Self { base: TreeBase::new(view.clone()), view, rules, visible: OnceLock::new() }
    }

    /// For each file of the tree, whether a model may see it: worked out once for the runs of a round.
    fn visible(&self) -> &[bool] {
        let forbidden = &self.rules.forbidden;
        let ask = || self.view.files().map(|file| forbidden.forbids(file.path).is_none()).collect::<Vec<bool>>();
        self.visible.get_or_init(|| self.view.worked_out(forbidden.digest(), ask))
    }

    /// Why a path may not be seen, if so (M27).
    fn hides(&self, path: &str) -> Option<String> {
        let pattern = self.rules.forbidden.forbids(path)?;
        Some(format!("`{}` may not be looked at (pattern `{}`)", shown(path), shown(pattern)))
    }
}

/// Where an entry's content is.
#[derive(Debug, Clone, Copy)]
pub enum Content<'r> {
    /// In the pinned commit.
    Blob(BlobId),
    /// In the overlay.
    Bytes(&'r [u8]),
}

/// One path a model may see.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'r> {
    pub path: &'r str,
    pub mode: Mode,
    pub content: Content<'r>,
}

/// The tools' room during one turn.
pub struct Room<'r> {
    catalog: &'r Catalog,
    ground: Overlay<'r>,
    /// How places were found that were not there letter by letter.
    pub notes: Vec<Warning>,
    /// What `finish` said.
    pub finished: Option<String>,
    /// The repository could not be read; the run cannot go on.
    pub fault: Option<GitError>,
    /// When long work of this turn ends early.
    pub stop_at: Instant,
    /// Edits that were made.
    pub made: usize,
}

impl<'r> Room<'r> {
    /// The commit with `changes` laid over it.
    pub fn new(catalog: &'r Catalog, changes: &[FileChange], stop_at: Instant) -> Self {
        let mut ground = Overlay::new(&catalog.base);
        ground.change(changes);
        Self { catalog, ground, notes: Vec::new(), finished: None, fault: None, stop_at, made: 0 }
    }

    /// All changes against the pinned commit.
    pub fn changes(&self) -> Vec<FileChange> {
        self.ground.changes()
    }

    /// The patch of all changes; they were held to the rules one by one already.
    pub fn patch(&self, notes: Vec<Warning>) -> Result<Applied, Refusal> {
        whole(&self.ground, &self.catalog.base, &self.catalog.rules, notes)
    }

    /// The rules of this run.
    pub fn rules(&self) -> &'r Rules {
        &self.catalog.rules
    }

    /// The files as they are now.
    pub fn files(&self) -> &dyn BaseFiles {
        &self.ground
    }

    /// The pinned commit's tree.
    pub fn view(&self) -> &'r TreeView {
        &self.catalog.view
    }

    /// Everything a model may see, in order of path.
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let unchanged = |path: &str| self.ground.change_of(path).is_none();
        let base =
            self.catalog.view.files().zip(self.catalog.visible()).filter(|(file, seen)| **seen && unchanged(file.path));
        let mut entries: Vec<Entry<'_>> = base
            .map(|(file, _)| Entry { path: file.path, mode: mode_of(file.mode), content: Content::Blob(file.blob) })
            .collect();
        let before = entries.len();
        entries.extend(self.ground.changed().filter_map(|(path, action)| match action {
            Action::Write { mode, bytes } if self.catalog.hides(path).is_none() => {
                Some(Entry { path, mode: *mode, content: Content::Bytes(bytes) })
            }
            _ => None,
        }));
        if entries.len() > before {
            entries.sort_by(|a, b| a.path.cmp(b.path));
        }
        entries
    }

    /// The folders that a call is about: the one it names, else those the task is limited to, else the root.
    pub fn folders<'p>(&self, named: Option<&'p str>) -> Vec<&'p str>
    where
        'r: 'p,
    {
        if let Some(folder) = named {
            return vec![folder];
        }
        let rules = &self.catalog.rules;
        let limited: Vec<&str> = rules.scope.iter().chain(&rules.folders).map(|f| f.trim_matches('/')).collect();
        if limited.is_empty() || limited.contains(&"") { vec![""] } else { limited }
    }

    /// Refuses what may not be seen.
    pub fn must_be_visible(&self, path: &str) -> Result<(), String> {
        self.catalog.hides(path).map_or(Ok(()), Err)
    }

    /// The text of a file; a reason for whatever is not shown.
    pub fn text(&self, path: &str) -> Result<String, String> {
        self.must_be_visible(path)?;
        let name = shown(path);
        let entry = self.ground.entry(path).ok_or_else(|| self.missing(path, "file"))?;
        match entry.mode {
            Mode::Tree => return Err(format!("`{name}` is a folder; use list")),
            Mode::Link => return Err(format!("`{name}` is a link, which is not followed")),
            Mode::Submodule => return Err(format!("`{name}` is a submodule, which is not here")),
            Mode::File | Mode::Executable => {}
        }
        if entry.size > MAX_FILE_BYTES {
            return Err(format!("`{name}` is {} bytes long; files over {MAX_FILE_BYTES} are not shown", entry.size));
        }
        let bytes = self.ground.read(path).ok_or_else(|| self.missing(path, "file"))?;
        let text = if bytes.contains(&0) { None } else { String::from_utf8(bytes).ok() };
        text.ok_or_else(|| format!("`{name}` is no text in UTF-8, so it is not shown"))
    }

    /// That something is not there, with files of the same name.
    pub fn missing(&self, path: &str, what: &str) -> String {
        let name = path.rsplit('/').next().unwrap_or(path);
        let alike = self.catalog.base.named(name);
        let alike: Vec<String> =
            alike.iter().filter(|p| self.catalog.hides(p).is_none()).map(|p| format!("`{}`", shown(p))).collect();
        let hint = if alike.is_empty() { String::new() } else { format!("; files of this name: {}", alike.join(", ")) };
        format!("there is no {what} `{}`{hint}", shown(path))
    }

    /// Makes edits: all of them, or none. What would break a rule for the whole patch is not taken either, so that
    /// the patch so far can always be shown.
    pub fn make(&mut self, edits: &[Edit]) -> Answer {
        let applied = apply(edits, &self.ground, self.rules()).map_err(|refusal| refusal.detail)?;
        if applied.changes.is_empty() {
            return Err("nothing would change by this".into());
        }
        let notes = self.lay_over(&applied).map_err(|refusal| refusal.detail)?;
        let lines = |file: &FileDiff| {
            format!("changed `{}` (+{} −{})", shown(&file.path), file.added_lines, file.removed_lines)
        };
        let changed = applied.patch.files().iter().map(lines);
        Ok(changed.chain(notes.iter().map(|note| format!("note: {note}"))).collect::<Vec<_>>().join("\n"))
    }

    /// Takes a change over, unless the whole patch would break a rule by it. Gives how places were found.
    fn lay_over(&mut self, applied: &Applied) -> Result<Vec<Warning>, Refusal> {
        let before = self.changes();
        let changes = self.keeping_modes(applied.changes.clone());
        self.ground.change(&changes);
        if let Err(refusal) = self.patch(Vec::new()) {
            self.ground = Overlay::new(&self.catalog.base);
            self.ground.change(&before);
            return Err(refusal);
        }
        let fuzzy = |warning: &&Warning| matches!(warning, Warning::Fuzzy { .. });
        let notes: Vec<Warning> = applied.warnings.iter().filter(fuzzy).cloned().collect();
        self.notes.extend(notes.iter().cloned());
        self.made += 1;
        Ok(notes)
    }

    /// Makes the edits of an answer in plain text; gives the words around them.
    pub fn make_answer(&mut self, answer: &str) -> Result<String, Refusal> {
        let (applied, summary) = apply_answer(answer, &self.ground, self.rules())?;
        self.lay_over(&applied)?;
        Ok(summary)
    }

    /// A file that was deleted and comes again keeps the mode it has in the commit.
    fn keeping_modes(&self, mut changes: Vec<FileChange>) -> Vec<FileChange> {
        for change in &mut changes {
            let was = self.catalog.base.entry(&change.path).map(|entry| entry.mode);
            if let (Action::Write { mode, .. }, Some(Mode::Executable)) = (&mut change.action, was)
                && self.ground.entry(&change.path).is_none()
            {
                *mode = Mode::Executable;
            }
        }
        changes
    }
}
