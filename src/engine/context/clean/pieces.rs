//! Cuts a text into what the page shows as text, as code, and what it does not show.
//!
//! Where Markdown leaves room for doubt something is text, not code: in text HTML is taken out.

use std::ops::Range;

use super::html::{self, Tag};

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Shown as text.
    Text,
    /// Shown as it is: a fenced block or a code span.
    Code,
    /// HTML; this stands in its place.
    Markup(&'static str),
    /// An address in angle brackets, shown without them.
    Address,
}

/// A part of a text.
pub(super) struct Piece {
    pub kind: Kind,
    pub range: Range<usize>,
}

/// The pieces of `text`, in order, nothing left out.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut scan = Scan { text, at: 0, sure: true, html_block: false, pre: false, pieces: Vec::new(), text_from: 0 };
    scan.line_start();
    while scan.at < text.len() {
        scan.step();
    }
    scan.end_text(text.len());
    scan.pieces
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// Whether every backtick of this paragraph so far has its partner on its own line.
    sure: bool,
    /// Whether this paragraph began with HTML, in which backticks mean nothing.
    html_block: bool,
    /// Whether a `<pre>` is open, in which fences mean nothing.
    pre: bool,
    pieces: Vec<Piece>,
    text_from: usize,
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn end_text(&mut self, at: usize) {
        if self.text_from < at {
            self.pieces.push(Piece { kind: Kind::Text, range: self.text_from..at });
        }
    }

    fn take(&mut self, kind: Kind, length: usize) {
        self.end_text(self.at);
        let end = self.at + length;
        self.pieces.push(Piece { kind, range: self.at..end });
        (self.at, self.text_from) = (end, end);
    }

    fn step(&mut self) {
        let rest = self.rest();
        let Some(n) = rest.find(['\n', '`', '<', '\\']) else {
            self.at = self.text.len();
            return;
        };
        self.at += n;
        match rest.as_bytes().get(n) {
            Some(b'\n') => {
                self.at += 1;
                self.line_start();
            }
            Some(b'`') => self.backticks(),
            Some(b'\\') => {
                self.at += 1 + usize::from(self.rest().as_bytes().get(1).is_some_and(|b| b"`<\\".contains(b)));
            }
            _ => self.angle(),
        }
    }

    /// At the start of a line: a new paragraph, a block of HTML, a fence.
    fn line_start(&mut self) {
        let line = self.rest().lines().next().unwrap_or_default();
        let before = self.text.get(..self.at).unwrap_or_default();
        let content = line.trim_start_matches(' ');
        if before.is_empty() || before.ends_with("\n\n") || content.trim().is_empty() {
            (self.sure, self.html_block) = (true, false);
        }
        if content.starts_with('<') {
            (self.sure, self.html_block) = (false, true);
        }
        let fence =
            if line.len() - content.len() <= 3 && !self.html_block && !self.pre { fence_length(content) } else { 0 };
        if fence > 0 {
            let length = self.fence_end(content, fence);
            self.take(Kind::Code, length);
            self.sure = true;
        }
    }

    /// The length of the fenced block that begins on this line.
    fn fence_end(&self, content: &str, fence: usize) -> usize {
        let mark = content.get(..1).unwrap_or_default();
        let mut length = 0;
        for (index, line) in self.rest().split_inclusive('\n').enumerate() {
            length += line.len();
            let text = line.trim_end();
            let bare = text.trim_start_matches(' ');
            let closes = text.len() - bare.len() <= 3 && bare.len() >= fence && bare.replace(mark, "").is_empty();
            if index > 0 && closes {
                break;
            }
        }
        length
    }

    /// A code span that ends on its line, when all before it in the paragraph did too.
    fn backticks(&mut self) {
        let line = self.rest().lines().next().unwrap_or_default();
        let run = line.bytes().take_while(|b| *b == b'`').count();
        let end = if self.sure { span_end(line, run) } else { None };
        if let Some(end) = end {
            self.take(Kind::Code, end);
        } else {
            self.sure = false;
            self.at += run;
        }
    }

    fn angle(&mut self) {
        let line = self.text.get(..self.at).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
        match html::markup(self.text, self.at, line.trim().is_empty()) {
            Some(Tag { end, kind, name }) => {
                match name {
                    "pre" => self.pre = true,
                    "/pre" => self.pre = false,
                    _ => {}
                }
                self.take(kind, end - self.at);
            }
            None => self.at += 1,
        }
    }
}

/// The length of the run that opens a fence; 0 when there is none.
fn fence_length(content: &str) -> usize {
    let Some(mark) = content.bytes().next().filter(|b| matches!(b, b'`' | b'~')) else { return 0 };
    let length = content.bytes().take_while(|b| *b == mark).count();
    let info = content.get(length..).unwrap_or_default();
    if length >= 3 && (mark == b'~' || !info.contains('`')) { length } else { 0 }
}

/// The end of the code span that begins `line` with `run` backticks.
fn span_end(line: &str, run: usize) -> Option<usize> {
    let mut at = run;
    while let Some(step) = line.get(at..).and_then(|rest| rest.find('`')) {
        at += step;
        let length = line.bytes().skip(at).take_while(|b| *b == b'`').count();
        at += length;
        if length == run {
            return Some(at);
        }
    }
    None
}
