//! Many parts of one file at a time: those whose lines stand in it once, letter by letter, apart from each other. They
//! are looked up in one index of the file and written in one pass; every other part is made by itself, before or after.

use std::collections::BTreeMap;

use super::super::text::Line;
use super::change::{Change, Kind};
use super::find::Finder;
use super::key::Key;
use super::place::{Applied, Place, places};
use super::placeholder::placeholder;
use super::plan::{Part, Target};
use super::work::{LINE, Work};
use super::write::write;

/// How many of `parts`, from the first on, can be made together, and the lines after them.
pub fn change(target: &Target, lines: &[Line], parts: &[Part], work: &Work) -> (usize, Option<Vec<Line>>) {
    // One part alone gains nothing.
    if target.old.is_none() || !matches!(parts, [one, next, ..] if is_of_lines(one) && is_of_lines(next)) {
        return (0, None);
    }
    let finder = Finder::new(lines, work);
    let mut batch = Batch { finder: &finder, work, changes: Vec::new(), places: Vec::new(), taken: BTreeMap::new() };
    let done = parts.iter().take_while(|part| batch.take(part)).count();
    (done, batch.written())
}

fn is_of_lines(part: &Part) -> bool {
    matches!(part, Part::Replace(..) | Part::Hunks(_))
}

struct Batch<'f, 'd> {
    finder: &'f Finder<'d>,
    work: &'f Work,
    changes: Vec<Change>,
    places: Vec<Place>,
    /// By first line, the number of the change there.
    taken: BTreeMap<usize, usize>,
}

impl Batch<'_, '_> {
    /// Takes a part whole, if each of its changes is plain.
    fn take(&mut self, part: &Part) -> bool {
        let changes: Vec<Change> = match part {
            Part::Replace(search, replace, _) if search.iter().any(|l| !l.trim().is_empty()) => {
                vec![Change::of_replace(search, replace)]
            }
            Part::Hunks(hunks) => hunks.iter().map(Change::of_hunk).collect(),
            _ => return false,
        };
        let before = self.changes.len();
        for change in changes.into_iter().filter(Change::is_change) {
            let Some(place) = self.plain(&change) else {
                self.forget_from(before);
                return false;
            };
            self.taken.insert(place.start(), self.changes.len());
            self.changes.push(change);
            self.places.push(place);
        }
        true
    }

    fn forget_from(&mut self, number: usize) {
        for place in self.places.drain(number..) {
            self.taken.remove(&place.start());
        }
        self.changes.truncate(number);
    }

    /// The only place of a change, when nothing about it depends on the changes taken before.
    fn plain(&self, change: &Change) -> Option<Place> {
        let old = change.old_texts();
        let simple = change.anchors.is_empty() && !change.added().any(|op| placeholder(&op.text));
        if old.is_empty() || !simple {
            return None;
        }
        let exact = [Key::Raw, Key::Text].into_iter().map(|key| self.finder.all(&old, key)).find(|all| !all.is_empty());
        if exact?.len() != 1 {
            return None;
        }
        let Ok([place]) = <[Place; 1]>::try_from(places(change, self.finder).ok()?) else { return None };
        let written = place.rows.iter().any(|row| self.finder.lines().get(*row).is_some_and(|line| line.fresh));
        let alone = place.is_exact() && !written && self.is_apart(&place) && !self.is_applied_beside(change, &place);
        alone.then_some(place)
    }

    /// Whether no change taken before touches these lines, or the gaps before and after them.
    fn is_apart(&self, place: &Place) -> bool {
        self.beside(place, 0).is_empty()
    }

    /// The changes taken before whose lines come nearer than `distance`, in order of line.
    fn beside(&self, place: &Place, distance: usize) -> Vec<usize> {
        let end = place.start() + place.rows.len() + distance;
        let from = place.start().saturating_sub(distance);
        let mut found: Vec<usize> = Vec::new();
        // They do not overlap each other, so the first that ends before is the last to look at.
        for (start, number) in self.taken.range(..=end).rev() {
            let length = self.places.get(*number).map_or(0, |p| p.rows.len());
            if start + length < from {
                break;
            }
            found.push(*number);
        }
        self.work.spend(found.len() + 1);
        found.reverse();
        found
    }

    /// Whether what was written nearby makes the new lines stand around the place already.
    fn is_applied_beside(&self, change: &Change, place: &Place) -> bool {
        let reach = change.new_texts().len();
        let beside = self.beside(place, reach);
        if beside.is_empty() {
            return false;
        }
        let lines = self.finder.lines();
        let of = |number: &usize| Some((self.changes.get(*number)?.clone(), self.places.get(*number)?.clone()));
        let all: Vec<(Change, Place)> = beside.iter().filter_map(of).collect();
        let first = all.iter().map(|(_, p)| p.start()).chain([place.start()]).min().unwrap_or(0).saturating_sub(reach);
        let last = all.iter().map(|(_, p)| p.start() + p.rows.len()).chain([place.start() + place.rows.len()]);
        let last = last.max().unwrap_or(0).saturating_add(reach).min(lines.len());
        let near: Vec<Line> = lines.get(first..last).unwrap_or_default().to_vec();
        self.work.spend(near.len() * LINE);
        let moved = |p: &Place| Place { rows: p.rows.iter().map(|row| row - first).collect(), ..p.clone() };
        let (changes, places): (Vec<Change>, Vec<Place>) = all.iter().map(|(c, p)| (c.clone(), moved(p))).unzip();
        let Ok(written) = write(&near, &changes, &places) else { return true };
        let here = moved(place);
        let shift = shift_before(&here, &changes, &places);
        let Some(rows) = here.rows.iter().map(|row| row.checked_add_signed(shift)).collect::<Option<Vec<_>>>() else {
            return true;
        };
        let here = Place { rows, ..here };
        Applied::of(change, &Finder::new(&written, self.work), std::slice::from_ref(&here)).is_at(change, &here)
    }

    fn written(self) -> Option<Vec<Line>> {
        self.work.spend(self.finder.lines().len() * LINE);
        write(self.finder.lines(), &self.changes, &self.places).ok()
    }
}

/// By how many lines the changes before a place move it.
fn shift_before(place: &Place, changes: &[Change], places: &[Place]) -> isize {
    let before = changes.iter().zip(places).filter(|(_, other)| other.start() < place.start());
    let of = |kind: Kind, change: &Change| change.ops.iter().filter(|op| op.kind == kind).count().cast_signed();
    before.map(|(change, _)| of(Kind::Add, change) - of(Kind::Remove, change)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::super::text::join;
    use super::super::content;
    use super::*;

    fn file(lines: usize) -> String {
        (0..lines).map(|n| format!("let value_{n} = {n};\n}}\n\n")).collect()
    }

    fn block(n: usize) -> Part {
        Part::Replace(
            vec![format!("let value_{n} = {n};"), "}".into()],
            vec![format!("let value_{n} = 0;"), "}".into()],
            1,
        )
    }

    fn target(parts: Vec<Part>) -> Target {
        Target { old: Some("a.rs".into()), new: Some("a.rs".into()), mode: None, parts }
    }

    /// What it takes to make every `step`th line another.
    fn spent(lines: usize, step: usize, part: impl Fn(usize) -> Part) -> u64 {
        let target = target((0..lines).step_by(step).map(part).collect());
        let (work, mut warnings) = (Work::new(), Vec::new());
        let after = content::change(&target, &file(lines), &work, &mut warnings).unwrap();
        let wanted: String =
            (0..lines).map(|n| format!("let value_{n} = {};\n}}\n\n", if n % step == 0 { 0 } else { n })).collect();
        assert!(join(&after) == wanted && warnings.is_empty(), "{lines} lines");
        work.spent()
    }

    #[test]
    fn work_grows_with_the_sizes_and_not_with_their_product() {
        let hunk = |n: usize| {
            use super::super::super::edit::{Hunk, HunkLine, Tag};
            let line = |tag: Tag, text: String| HunkLine { tag, text, no_newline: false };
            let lines = vec![
                line(Tag::Remove, format!("let value_{n} = {n};")),
                line(Tag::Add, format!("let value_{n} = 0;")),
                line(Tag::Context, "}".into()),
            ];
            Part::Hunks(vec![Hunk { numbers: None, anchors: Vec::new(), at_end: false, lines }])
        };
        let all_hunks = |lines: usize| {
            let hunks = (0..lines).step_by(4).flat_map(|n| match hunk(n) {
                Part::Hunks(hunks) => hunks,
                _ => Vec::new(),
            });
            let target = target(vec![Part::Hunks(hunks.collect())]);
            let work = Work::new();
            content::change(&target, &file(lines), &work, &mut Vec::new()).unwrap();
            work.spent()
        };
        let ways: [(&str, &dyn Fn(usize) -> u64); 4] = [
            ("blocks", &|lines| spent(lines, 4, block)),
            ("blocks side by side", &|lines| spent(lines, 1, block)),
            ("diffs", &|lines| spent(lines, 4, hunk)),
            ("hunks of one diff", &all_hunks),
        ];
        for (name, way) in ways {
            let (small, large) = (way(1_000), way(4_000));
            assert!(large <= small * 6, "{name}: {small} for a file, {large} for one four times as long");
        }
    }

    #[test]
    fn what_an_earlier_block_wrote_beside_a_place_is_seen() {
        let import = |before: &str, after: &[&str]| {
            Part::Replace(vec![before.into()], after.iter().map(|l| (*l).to_owned()).collect(), 1)
        };
        // Both put the same line between `a` and `b`: it comes once, or not at all.
        let target = target(vec![import("a", &["a", "use x;"]), import("b", &["use x;", "b"])]);
        let work = Work::new();
        let result = content::change(&target, "a\nb\nc\n", &work, &mut Vec::new());
        assert_eq!(result.unwrap_err().code, super::super::super::refusal::RefusalCode::AlreadyApplied);
        // A block that needs what the one before it wrote is made after it.
        let target = self::target(vec![import("a", &["x", "y"]), import("y", &["z"]), import("c", &["d"])]);
        let after = content::change(&target, "a\nb\nc\n", &work, &mut Vec::new()).unwrap();
        assert_eq!(join(&after), "x\nz\nb\nd\n");
    }
}
