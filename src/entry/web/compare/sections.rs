//! The files of the shown candidates, each with a cell for every candidate that changes it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::place::{Asked, Place, key};
use crate::domain::characters::made_visible;
use crate::domain::patch::FileDiff;
use crate::domain::run::Run;
use crate::engine::highlight::Highlighter;
use crate::entry::web::diff::{
    Drawing, Hunk, Look, Parsed, Pen, Unfold, draw, open, read, widen, without_space_changes,
};

/// Lines drawn on a page with many files.
const PAGE_LINES: usize = 480;
/// Lines of one cell on such a page.
const CELL_LINES: usize = 160;
/// Lines of one cell where a single file is looked at.
const FILE_LINES: usize = 20_000;
/// A longer cell has neither colours nor links for every line.
const RICH_LINES: usize = 1_200;
/// Processor time for the colours of a page.
const COLOR_TIME: Duration = Duration::from_millis(120);
/// Files on one page.
pub(super) const PAGE_FILES: usize = 150;

/// A file, side by side.
pub(super) struct Section {
    pub(super) key: String,
    pub(super) path: String,
    /// The page with this file alone.
    pub(super) href: String,
    pub(super) cells: Vec<Cell>,
}

/// What one candidate does to a file.
pub(super) struct Cell {
    /// The name of its place on the page.
    pub(super) id: String,
    pub(super) letter: String,
    pub(super) model: String,
    pub(super) kind: &'static str,
    pub(super) notes: Vec<String>,
    pub(super) added: i64,
    pub(super) removed: i64,
    pub(super) body: Body,
}

/// What a cell holds.
pub(super) enum Body {
    /// The same change as another candidate's, shown there.
    Twin { letter: String, href: String },
    /// The drawn diff; behind it how many lines are left out, and where they are.
    Drawn { html: String, left_out: usize, more: String },
    /// Not drawn here: how many lines there are, and where.
    Closed { lines: usize, href: String },
    /// Nothing to draw, and why.
    Nothing(&'static str),
}

/// Draws cells until the page is full.
pub(super) struct Drawer<'a> {
    place: &'a Place,
    /// The text before the change, where it was asked for.
    before: Option<&'a str>,
    plain: bool,
    /// For our own script, which puts it into a page.
    part: bool,
    pen: Pen,
    room: usize,
}

impl<'a> Drawer<'a> {
    pub(super) fn new(place: &'a Place, before: Option<&'a str>, asked: &Asked) -> Self {
        let (plain, part) = (asked.plain.is_some(), asked.part.is_some());
        Self { place, before, plain, part, pen: Pen(Highlighter::new(COLOR_TIME)), room: PAGE_LINES }
    }

    /// The files of `runs`, by path.
    pub(super) fn sections(&mut self, runs: &[&Run]) -> Vec<Section> {
        let mut paths: BTreeMap<&str, Vec<(&Run, &FileDiff)>> = BTreeMap::new();
        for run in runs {
            for file in &run.result.files_changed {
                paths.entry(&file.path).or_default().push((run, file));
            }
        }
        let wanted = |path: &str| self.place.file.as_deref().is_none_or(|only| only == key(path));
        let paths: Vec<_> = paths.into_iter().filter(|(path, _)| wanted(path)).take(PAGE_FILES).collect();
        paths.into_iter().map(|(path, changes)| self.section(path, &changes)).collect()
    }

    fn section(&mut self, path: &str, changes: &[(&Run, &FileDiff)]) -> Section {
        let key = key(path);
        let href = self.place.at_file(&key).to_string();
        let cells = changes.iter().enumerate().map(|(index, (run, file))| {
            let twin = changes.iter().take(index).find(|(_, other)| other.patch == file.patch);
            self.cell(&key, (run, file), twin.map(|(run, _)| *run))
        });
        let cells = cells.collect();
        Section { key, path: made_visible(path), href, cells }
    }

    fn cell(&mut self, key: &str, (run, file): (&Run, &FileDiff), twin: Option<&Run>) -> Cell {
        let parsed = read(file);
        let id = format!("{}-{key}", run.letter);
        let body = match twin {
            Some(twin) => Body::Twin { letter: twin.letter.to_string(), href: format!("#{}-{key}", twin.letter) },
            None => self.body(&id, key, (run, file), &parsed),
        };
        Cell {
            id,
            letter: run.letter.to_string(),
            model: run.answerer(),
            kind: parsed.kind.word(),
            notes: parsed.notes,
            added: file.added_lines,
            removed: file.removed_lines,
            body,
        }
    }

    fn body(&mut self, id: &str, key: &str, (run, file): (&Run, &FileDiff), parsed: &Parsed) -> Body {
        let hunks =
            if self.place.no_space { without_space_changes(parsed.hunks.clone()) } else { parsed.hunks.clone() };
        if hunks.is_empty() {
            let only_space = !parsed.hunks.is_empty();
            return Body::Nothing(if only_space { "Only white space changes." } else { "No line changes." });
        }
        let (hunks, unfolded) = self.unfolded(hunks);
        let lines: usize = hunks.iter().map(|hunk| hunk.lines.len()).sum();
        let alone = self.place.file.is_some();
        if !alone && self.room == 0 {
            return Body::Closed { lines, href: self.page_of(run, key, id) };
        }
        let max_lines = if alone { FILE_LINES } else { self.room.min(CELL_LINES) };
        let place = self.place;
        let unfold = Unfold {
            whole: Place { whole: true, ..place.only(run.letter).at_file(key) }.to_string(),
            some: Box::new(|step| place.opened(run.letter, key, step).to_string()),
        };
        let is_changed = matches!(parsed.kind.word(), "changed" | "renamed");
        let is_rich = !self.plain && lines.min(max_lines) <= RICH_LINES;
        let look = Look {
            id,
            path: &file.path,
            compact: self.part && !is_rich,
            rich: is_rich,
            max_lines,
            unfold: Some(&unfold).filter(|_| is_changed && !unfolded),
        };
        let Drawing { html, lines, left_out } = draw(&hunks, &look, &mut self.pen);
        self.room = self.room.saturating_sub(lines);
        Body::Drawn { html, left_out, more: self.page_of(run, key, id) }
    }

    /// With what was asked for of the lines between; and whether there is nothing more to unfold.
    fn unfolded(&self, hunks: Vec<Hunk>) -> (Vec<Hunk>, bool) {
        let Some(text) = self.before else { return (hunks, false) };
        if self.place.whole {
            return widen(&hunks, text).map_or((hunks, false), |whole| (vec![whole], true));
        }
        (open(hunks.clone(), text, &self.place.open).unwrap_or(hunks), false)
    }

    /// The page with all of one candidate's file.
    fn page_of(&self, run: &Run, key: &str, id: &str) -> String {
        format!("{}#{id}", self.place.only(run.letter).at_file(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::web::compare::sample;

    fn bodies(sections: &[Section]) -> Vec<Vec<&'static str>> {
        let name = |cell: &Cell| match cell.body {
            Body::Twin { .. } => "twin",
            Body::Drawn { left_out: 0, .. } => "drawn",
            Body::Drawn { .. } => "cut",
            Body::Closed { .. } => "closed",
            Body::Nothing(_) => "nothing",
        };
        sections.iter().map(|section| section.cells.iter().map(name).collect()).collect()
    }

    #[test]
    fn a_page_is_filled_and_the_rest_stays_closed() {
        let runs =
            [sample::run("A", &[("a.py", 100), ("b.py", 400)]), sample::run("B", &[("b.py", 300), ("c.py", 300)])];
        let runs: Vec<&Run> = runs.iter().collect();
        let place = sample::place("");
        let sections = Drawer::new(&place, None, &Asked::default()).sections(&runs);
        assert_eq!(bodies(&sections), [vec!["drawn"], vec!["cut", "cut"], vec!["cut"]]);
        let more = [sample::run("A", &[("a.py", 500), ("b.py", 500), ("c.py", 500), ("d.py", 10)])];
        let more: Vec<&Run> = more.iter().collect();
        let sections = Drawer::new(&place, None, &Asked::default()).sections(&more);
        assert_eq!(bodies(&sections), [vec!["cut"], vec!["cut"], vec!["cut"], vec!["closed"]]);
        let alone = sample::place(&key("a.py"));
        assert_eq!(bodies(&Drawer::new(&alone, None, &Asked::default()).sections(&more)), [vec!["drawn"]]);
    }

    #[test]
    fn the_same_change_is_drawn_once() {
        let runs =
            [sample::run("A", &[("a.py", 3)]), sample::run("B", &[("a.py", 3)]), sample::run("C", &[("a.py", 4)])];
        let runs: Vec<&Run> = runs.iter().collect();
        let place = sample::place("");
        assert_eq!(
            bodies(&Drawer::new(&place, None, &Asked::default()).sections(&runs)),
            [vec!["drawn", "twin", "drawn"]]
        );
    }
}
