//! Finds the lines of a comment that are commands: at the start of a line, outside quotes, code and HTML (M09).
//!
//! Where Markdown leaves room for doubt the line is taken for text: a command that is not run costs a
//! second comment, one that is run by mistake costs money. The work is linear in the length of the text.

use std::ops::Range;

use super::COMMAND_WORD;
use super::html_block;
use super::inline::{self, Hidden};
use super::line::{Fence, Shape, shape};

/// A line that holds a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCommand<'a> {
    /// The line as written, without indentation and line end.
    pub line: &'a str,
    /// Where the text below it begins, in bytes of the body.
    pub below: usize,
    /// Where the line begins, in bytes of the body.
    pub at: usize,
}

/// Every command line of `body`, in order.
pub fn find_commands(body: &str) -> Vec<FoundCommand<'_>> {
    let mut scan = Scan { body, at: 0, lists: Vec::new(), fence: None, found: Vec::new() };
    while scan.at < body.len() {
        scan.block();
    }
    scan.found
}

/// The command on the line that begins at `at`, if it has that shape.
fn command_at(body: &str, at: usize) -> Option<FoundCommand<'_>> {
    let line = body.get(at..line_end(body, at))?;
    let text = line.trim_start_matches(' ');
    let indent = line.len() - text.len();
    let head = text.get(..COMMAND_WORD.len())?;
    let rest = text.get(COMMAND_WORD.len()..)?;
    let alone = rest.is_empty() || rest.starts_with(char::is_whitespace);
    let right = indent <= 3 && head.eq_ignore_ascii_case(COMMAND_WORD) && alone;
    right.then(|| FoundCommand { line: text.trim_end(), below: next_line(body, at), at })
}

/// The end of the line at `at`, before its line end.
fn line_end(body: &str, at: usize) -> usize {
    body.get(at..).and_then(|rest| rest.find('\n')).map_or(body.len(), |n| at + n)
}

/// The start of the line after the one at `at`.
fn next_line(body: &str, at: usize) -> usize {
    (line_end(body, at) + 1).min(body.len())
}

struct Scan<'a> {
    body: &'a str,
    at: usize,
    /// Columns where the contents of the open list items begin.
    lists: Vec<usize>,
    fence: Option<Fence>,
    found: Vec<FoundCommand<'a>>,
}

impl<'a> Scan<'a> {
    fn shape_at(&self, at: usize) -> Shape<'a> {
        shape(self.body.get(at..line_end(self.body, at)).unwrap_or_default(), &self.lists)
    }

    /// Takes the next line or paragraph.
    fn block(&mut self) {
        let shape = self.shape_at(self.at);
        if let Some(fence) = &self.fence {
            if !fence.ended_by_container(&shape) {
                if fence.closed_by(&shape) {
                    self.fence = None;
                }
                self.at = next_line(self.body, self.at);
                return;
            }
            self.fence = None;
        }
        if shape.blank {
            self.at = next_line(self.body, self.at);
            return;
        }
        shape.enter(&mut self.lists);
        if let Some(fence) = shape.opens_fence() {
            self.fence = Some(fence);
            self.at = next_line(self.body, self.at);
        } else if shape.code || shape.content.trim().is_empty() {
            self.at = next_line(self.body, self.at);
        } else if inline::opens_raw_block(shape.content) {
            self.raw_block(&shape);
        } else {
            self.paragraph(&shape);
        }
    }

    /// HTML that hides what it holds, from the start of a line: ends with the line that closes it.
    fn raw_block(&mut self, shape: &Shape<'a>) {
        let line = line_end(self.body, self.at);
        let start = line - shape.content.len();
        let first = inline::hidden(self.body, start..line, false).into_iter().next().map_or(line, |hidden| hidden.end);
        let contained = shape.quoted || !self.lists.is_empty();
        if contained && first > line {
            return self.leave(line, first);
        }
        let end = line_end(self.body, first);
        match inline::hidden(self.body, first..end, false).into_iter().find(|hidden| hidden.end > end) {
            Some(hidden) => self.leave(end, hidden.end),
            None => self.at = next_line(self.body, first),
        }
    }

    /// Goes on after something hidden that began before `from` and ends at `reach`, in another paragraph. Markdown
    /// and browsers do not agree on what lies between, so nothing counts up to the next empty line, and nothing at
    /// all when a fence or more HTML in there leaves open what follows.
    fn leave(&mut self, from: usize, reach: usize) {
        let mut end = line_end(self.body, reach);
        while end < self.body.len() {
            let next = next_line(self.body, end);
            let next_end = line_end(self.body, next);
            if self.body.get(next..next_end).is_none_or(|line| line.trim().is_empty()) {
                break;
            }
            end = next_end;
        }
        let between = self.body.get(from..end).unwrap_or_default();
        let open = inline::hidden(self.body, from..end, false).iter().any(|hidden| hidden.end > end);
        let doubt = open || ["```", "~~~", "<!"].iter().any(|mark| between.contains(mark));
        self.at = if doubt { self.body.len() } else { next_line(self.body, end) };
    }

    /// Lines that belong together, in which code and HTML may reach over line ends.
    fn paragraph(&mut self, first: &Shape<'a>) {
        let start = line_end(self.body, self.at) - first.content.len();
        let mut lines = vec![(self.at, !first.quoted && !first.item)];
        let mut end = line_end(self.body, self.at);
        let mut at = next_line(self.body, self.at);
        let html = html_block::begins(first.content);
        while at < self.body.len() && (html || !first.is_whole()) && end < self.body.len() {
            let shape = self.shape_at(at);
            let left = shape.ends_html(first, &self.lists);
            let interrupted = shape.interrupts(first, &self.lists)
                || (shape.quoted && !first.quoted)
                || html_block::interrupts(shape.content)
                || inline::opens_raw_block(shape.content);
            if if html { left } else { interrupted } {
                break;
            }
            lines.push((at, !first.quoted));
            end = line_end(self.body, at);
            at = next_line(self.body, at);
            if shape.single && !html && !shape.is_lazy_underline(first, &self.lists) {
                break;
            }
        }
        let mut hidden = inline::hidden(self.body, start..end, true);
        if first.content.starts_with('<') {
            hidden.extend(inline::hidden(self.body, start..end, false));
        }
        self.take(&lines, &hidden);
        match hidden.iter().map(|hidden| hidden.end).filter(|reach| *reach > end).max() {
            Some(reach) => self.leave(end, reach),
            None => self.at = at,
        }
    }

    /// Keeps the commands among `lines` that are not hidden.
    fn take(&mut self, lines: &[(usize, bool)], hidden: &[Hidden]) {
        let mut spans: Vec<Range<usize>> = hidden.to_vec();
        spans.sort_by_key(|span| span.start);
        let (mut next, mut reach) = (0, 0);
        for (at, may) in lines {
            while let Some(span) = spans.get(next).filter(|span| span.start <= *at) {
                reach = reach.max(span.end);
                next += 1;
            }
            let shown = *may && reach <= *at;
            self.found.extend(shown.then(|| command_at(self.body, *at)).flatten());
        }
    }
}
