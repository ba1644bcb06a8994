//! Walks over an answer line by line and hands each form of edit to its reader.

use super::super::edit::Edit;
use super::super::text::without_cr;
use super::fence::{Fence, FenceLine};
use super::heading::Heading;
use super::{Parsed, Problem, begin, diff, heading, numbers, search, tags, whole};

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
    out: Parsed,
}

impl<'a> Scan<'a> {
    /// At the first line.
    pub fn new(text: &'a str) -> Self {
        let lines = text.strip_suffix('\n').unwrap_or(text).split('\n').collect();
        Self { lines, fences: Vec::new(), heading: None, last_path: None, prose: Vec::new(), out: Parsed::default() }
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
        if let Some(fence) = FenceLine::of(line) {
            return self.fence(at, &fence);
        }
        tags::read(self, at).unwrap_or_else(|| self.prose(at))
    }

    fn fence(&mut self, at: usize, line: &FenceLine<'_>) -> usize {
        if self.fences.last().is_some_and(|open| line.closes(open)) {
            self.fences.pop();
            return at + 1;
        }
        let fence = Fence::opened(line, self.heading.as_ref());
        if whole::is_whole(self, at, &fence) {
            return whole::read(self, at, &fence);
        }
        self.fences.push(fence);
        at + 1
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
        self.out.edits.push(edit);
    }

    /// Notes something that cannot be read.
    pub fn problem(&mut self, at: usize, reason: &str) {
        self.out.problems.push(Problem { line: at + 1, reason: reason.to_owned() });
    }
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
