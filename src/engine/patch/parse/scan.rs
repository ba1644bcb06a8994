//! Walks over an answer line by line and hands each form of edit to its reader.

use std::cell::Cell;

use super::super::edit::{Body, Edit};
use super::super::text::without_cr;
use super::fence::{Fence, FenceLine};
use super::heading::Heading;
use super::{Parsed, Problem, begin, dedent, diff, header, heading, json, numbers, pairs, search, tags, whole};

const SUMMARY_CHARS: usize = 8_000;

/// The state of reading.
pub struct Scan<'a> {
    lines: Vec<&'a str>,
    /// Open fences, innermost last.
    fences: Vec<Fence>,
    /// The path named last, since the last edit.
    heading: Option<Heading>,
    /// The path of the last edit.
    last_path: Option<String>,
    prose: Vec<&'a str>,
    /// How many lines of prose there were at the last edit.
    told: usize,
    /// Lines that may still be looked at ahead.
    ahead: Cell<usize>,
    out: Parsed,
}

impl<'a> Scan<'a> {
    /// At the first line.
    pub fn new(text: &'a str) -> Self {
        let lines = text.strip_suffix('\n').unwrap_or(text).split('\n').collect();
        Self {
            lines,
            fences: Vec::new(),
            heading: None,
            last_path: None,
            prose: Vec::new(),
            told: 0,
            ahead: Cell::new(dedent::LOOKED_AT),
            out: Parsed::default(),
        }
    }

    /// Reads everything.
    pub fn run(mut self) -> Parsed {
        let mut at = 0;
        while at < self.lines.len() {
            at = self.step(at).max(at + 1);
        }
        self.out.summary = summary(&self.prose);
        self.out
    }

    /// Reads what starts at a line; gives the line after it.
    fn step(&mut self, at: usize) -> usize {
        dedent::dedent(self, at);
        let line = self.bare(at).unwrap_or_default();
        if let Some(marker) = search::opening(line) {
            return search::read(self, at, &marker);
        }
        if begin::starts(line) {
            return begin::read(self, at);
        }
        if diff::starts(self, at) {
            return diff::read(self, at);
        }
        if line.starts_with("@@") && (numbers::read_header(line).is_some() || self.in_diff_fence()) {
            return diff::read_bare(self, at);
        }
        if let Some(path) = self.lone_name(at) {
            self.heading = Some(Heading { path, line: at, alone: true, adjacent: true, sure: true });
            return at + 1;
        }
        if let Some(fence) = FenceLine::of(line) {
            return self.fence(at, &fence);
        }
        if let Some(next) = json::read(self, at) {
            return next;
        }
        tags::read(self, at).unwrap_or_else(|| self.prose(at))
    }

    fn fence(&mut self, at: usize, line: &FenceLine<'_>) -> usize {
        if self.fences.last().is_some_and(|open| line.closes(open)) {
            self.fences.pop();
            return at + 1;
        }
        let fence = Fence::opened(line, self.heading.as_ref());
        if let Some(next) = pairs::read(self, at, &fence) {
            return next;
        }
        let fence = whole::named_inside(self, at, fence);
        if whole::is_whole(self, at, &fence) {
            return whole::read(self, at, &fence);
        }
        let is_diff = fence.is_diff;
        self.fences.push(fence);
        let signed = if is_diff { self.signed_lines(at + 1) } else { None };
        signed.map_or(at + 1, |start| diff::read_signed(self, start))
    }

    /// Where the signed lines of a diff fence begin that has neither names nor `@@`.
    fn signed_lines(&mut self, at: usize) -> Option<usize> {
        let mut first = self.next_filled(at)?;
        let named = heading::of_line(self.bare(first)?, first).filter(|h| h.sure && !diff::starts(self, first));
        if let Some(found) = named {
            self.heading = Some(found);
            first = self.next_filled(first + 1)?;
        }
        let line = self.bare(first)?;
        let other = search::opening(line).is_some()
            || begin::starts(line)
            || diff::starts(self, first)
            || self.lone_name(first).is_some()
            || line.starts_with("@@")
            || line.starts_with("Index: ")
            || line.trim_start().starts_with(['<', '{'])
            || FenceLine::of(line).is_some();
        if other {
            return None;
        }
        for next in first..self.lines.len() {
            let line = self.bare(next)?;
            if !self.look() || self.closes_fence(next) || line.starts_with("@@") || diff::starts(self, next) {
                return None;
            }
            if line.starts_with(['+', '-']) {
                return Some(first);
            }
        }
        None
    }

    /// The path in a `---` or `+++` line that stands alone above a hunk.
    fn lone_name(&self, at: usize) -> Option<String> {
        let line = self.bare(at).filter(|l| l.starts_with("+++ ") || l.starts_with("--- "))?;
        self.bare(at + 1).filter(|l| l.starts_with("@@"))?;
        header::lone_name(line)
    }

    /// The next line from `at` on that is not blank.
    pub fn next_filled(&self, at: usize) -> Option<usize> {
        (at..self.lines.len()).find(|i| self.bare(*i).is_some_and(|l| !l.trim().is_empty()))
    }

    /// Takes spaces off the start of a line.
    pub fn cut(&mut self, at: usize, spaces: usize) {
        if let Some(line) = self.lines.get_mut(at) {
            let there = line.len() - line.trim_start_matches(' ').len();
            *line = line.get(there.min(spaces)..).unwrap_or(line);
        }
    }

    /// Counts one line looked at ahead; false once there were too many.
    pub fn look(&self) -> bool {
        self.look_at(1)
    }

    /// The same for many lines.
    pub fn look_at(&self, lines: usize) -> bool {
        self.ahead.set(self.ahead.get().saturating_sub(lines));
        self.ahead.get() > 0
    }

    /// The text from a line on.
    pub fn text_from(&self, at: usize) -> String {
        self.lines.get(at..).unwrap_or_default().join("\n")
    }

    /// Takes what was read from a text inside the answer, told with the answer's line.
    pub fn take_parsed(&mut self, at: usize, parsed: Parsed) {
        for mut edit in parsed.edits {
            edit.line = at + 1;
            self.take(edit);
        }
        parsed.problems.into_iter().for_each(|p| self.problem(at, &p.reason));
    }

    /// Whether an edit of this path was read.
    pub fn has_edit_of(&self, path: &str) -> bool {
        self.out.edits.iter().any(|e| e.path() == path)
    }

    fn prose(&mut self, at: usize) -> usize {
        let line = self.bare(at).unwrap_or_default();
        let blank = line.trim().is_empty();
        if let Some(found) = heading::of_line(line, at) {
            self.heading = Some(found);
        } else if let Some(found) = heading::mentioned(line, at).filter(|_| self.may_mention()) {
            self.heading = Some(found);
        } else if !blank {
            // A heading further up still names the place of a search, but no whole file.
            if let Some(known) = &mut self.heading {
                known.adjacent = false;
            }
        }
        if self.fences.is_empty() {
            self.prose.push(line);
        }
        at + 1
    }

    /// A path in a sentence counts where no heading names one.
    fn may_mention(&self) -> bool {
        self.fences.is_empty() && self.heading.as_ref().is_none_or(|h| !h.alone)
    }

    /// A line without its line end.
    pub fn bare(&self, at: usize) -> Option<&'a str> {
        self.lines.get(at).map(|l| without_cr(l))
    }

    /// A line with the carriage return that may end it.
    pub fn raw(&self, at: usize) -> Option<&'a str> {
        self.lines.get(at).copied()
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// The innermost open fence.
    pub fn open_fence(&self) -> Option<&Fence> {
        self.fences.last()
    }

    fn in_diff_fence(&self) -> bool {
        self.fences.last().is_some_and(|f| f.is_diff)
    }

    /// Whether a line closes the innermost fence.
    pub fn closes_fence(&self, at: usize) -> bool {
        let line = self.bare(at).and_then(FenceLine::of);
        line.is_some_and(|line| self.fences.last().is_some_and(|open| line.closes(open)))
    }

    /// The path that an edit without a path of its own is about.
    pub fn path_hint(&self) -> Option<String> {
        let inside = self.heading.as_ref().filter(|h| self.fences.last().is_none_or(|f| h.line > f.line));
        let hint = inside.map(|h| h.path.clone());
        let hint = hint.or_else(|| self.fences.iter().rev().find_map(|f| f.hint.clone()));
        hint.or_else(|| self.heading.as_ref().map(|h| h.path.clone())).or_else(|| self.last_path.clone())
    }

    /// The path that a tag named since the last edit.
    pub fn tag_path(&self) -> Option<String> {
        self.heading.as_ref().filter(|h| h.sure && h.alone && h.adjacent).map(|h| h.path.clone())
    }

    /// Sets the heading from a tag.
    pub fn set_heading(&mut self, heading: Heading) {
        self.heading = Some(heading);
    }

    /// Takes an edit; the line that named its path is no prose.
    pub fn take(&mut self, edit: Edit) {
        if let Some(heading) = self.heading.take() {
            let named = self.bare(heading.line).unwrap_or_default();
            if heading.alone && self.prose.iter().rev().find(|l| !l.trim().is_empty()) == Some(&named) {
                while self.prose.pop().is_some_and(|l| l != named) {}
            }
        }
        self.last_path = Some(edit.path().to_owned());
        self.supersede(&edit);
        self.told = self.prose.len();
        self.out.edits.push(edit);
    }

    /// A whole file takes the place of an earlier attempt at it, if the prose between says so.
    fn supersede(&mut self, edit: &Edit) {
        let is_whole = |e: &Edit| matches!(e.body, Body::Whole { .. });
        let since = self.prose.get(self.told.min(self.prose.len())..).unwrap_or_default();
        if is_whole(edit) && since.iter().any(|l| corrects(l)) {
            self.out.edits.retain(|e| !is_whole(e) || e.path() != edit.path());
        }
    }

    /// Notes something that cannot be read.
    pub fn problem(&mut self, at: usize, reason: &str) {
        self.out.problems.push(Problem { line: at + 1, reason: reason.to_owned() });
    }
}

/// Whether a line of prose takes back what was said before.
fn corrects(line: &str) -> bool {
    let words = ["wait", "correct", "actually", "mistake", "instead", "oops", "revised", "better", "fixed", "final"];
    let line = line.to_lowercase();
    words.iter().any(|w| line.contains(w))
}

fn summary(prose: &[&str]) -> String {
    let mut text = String::new();
    let mut blank = true;
    for line in prose.iter().map(|l| l.trim_end()) {
        if line.is_empty() && blank {
            continue;
        }
        blank = line.is_empty();
        text.push_str(line);
        text.push('\n');
    }
    text.trim().chars().take(SUMMARY_CHARS).collect()
}
