//! The lines of one hunk: by its counts where those fit, else by their signs.

use super::super::edit::{Hunk, HunkLine, Numbers, Tag};
use super::super::text::without_cr;
use super::diff::is_name_pair;
use super::numbers::read_header;
use super::scan::Scan;
use super::{begin, search};

/// More blank lines than these end a hunk that has no fence.
const BLANK_LINES: usize = 3;

/// How a hunk ended that was read.
pub struct Read {
    /// The hunk.
    pub hunk: Hunk,
    /// The line after it.
    pub next: usize,
    /// The answer ends inside it: a fence is open and its counts ask for more.
    pub cut: bool,
}

/// Reads lines with signs that have no header; gives the line after them.
pub fn read_unheaded(scan: &Scan<'_>, at: usize) -> (Hunk, usize) {
    let crlf = scan.raw(at).is_some_and(|l| l.ends_with('\r'));
    let (lines, next) = Body { scan, crlf, git: false }.by_signs(at);
    (Hunk { lines, ..Hunk::default() }, next)
}

/// The same lines as those of a new file, when its signs were left out altogether.
pub fn all_new(scan: &Scan<'_>, at: usize, next: usize, hunk: &mut Hunk) {
    if hunk.lines.iter().any(|l| l.tag != Tag::Context) {
        return;
    }
    let crlf = scan.raw(at).is_some_and(|l| l.ends_with('\r'));
    let body = Body { scan, crlf, git: false };
    hunk.lines = (at + 1..next).filter_map(|i| scan.raw(i)).map(|raw| body.line(Tag::Add, raw)).collect();
    while hunk.lines.last().is_some_and(|l| l.text.is_empty()) {
        hunk.lines.pop();
    }
}

/// Reads the hunk whose header is at a line.
pub fn read(scan: &Scan<'_>, at: usize, git: bool) -> Read {
    let header = scan.bare(at).unwrap_or_default();
    let crlf = scan.raw(at).is_some_and(|l| l.ends_with('\r'));
    let (numbers, anchor) = match read_header(header) {
        Some((numbers, rest)) => (Some(numbers), rest),
        None => (None, header.trim_matches(['@', ' ', '.'])),
    };
    let anchors = if anchor.is_empty() { Vec::new() } else { vec![anchor.to_owned()] };
    let body = Body { scan, crlf, git };
    let counted = numbers.and_then(|n| body.by_counts(at + 1, n));
    let fits = counted.is_some();
    let (lines, next) = counted.unwrap_or_else(|| body.by_signs(at + 1));
    let hunk = Hunk { numbers, anchors, at_end: false, lines };
    let cut = !fits && next >= scan.len() && scan.open_fence().is_some() && lacks_lines(&hunk);
    Read { hunk, next, cut }
}

struct Body<'s, 'a> {
    scan: &'s Scan<'a>,
    crlf: bool,
    git: bool,
}

impl Body<'_, '_> {
    /// The lines as the header counts them; `None` when the counts do not fit what stands there.
    fn by_counts(&self, mut at: usize, numbers: Numbers) -> Option<(Vec<HunkLine>, usize)> {
        let (mut olds, mut news) = (numbers.old_count, numbers.new_count);
        let mut lines = Vec::new();
        while olds > 0 || news > 0 {
            let raw = self.scan.raw(at).filter(|_| !self.scan.closes_fence(at))?;
            at += 1;
            if raw.starts_with('\\') {
                mark(&mut lines);
                continue;
            }
            let line = self.signed(raw)?;
            olds = olds.checked_sub(u32::from(line.tag != Tag::Add))?;
            news = news.checked_sub(u32::from(line.tag != Tag::Remove))?;
            lines.push(line);
        }
        if self.scan.raw(at).is_some_and(|raw| raw.starts_with('\\')) {
            mark(&mut lines);
            at += 1;
        }
        let swallowed = !self.git && at >= 2 && is_name_pair(self.scan, at - 2);
        (!swallowed && self.is_over(at)).then_some((lines, at))
    }

    /// Whether no line of the same hunk follows.
    fn is_over(&self, at: usize) -> bool {
        let from = at;
        let mut at = at;
        for _ in 0..BLANK_LINES {
            at += usize::from(self.scan.bare(at).is_some_and(str::is_empty));
        }
        self.ends(at)
            || self.is_signature(from)
            || (at > from && self.is_bullet(at))
            || self.scan.raw(at).is_none_or(|raw| !raw.starts_with([' ', '+', '-']) && self.scan.open_fence().is_none())
    }

    /// Whether a mail ends here as `git format-patch` ends them: `-- ` and git's version.
    fn is_signature(&self, at: usize) -> bool {
        let version = self.scan.bare(at + 1).is_some_and(|line| {
            line.contains('.') && line.starts_with(|c: char| c.is_ascii_digit()) && !line.trim_end().contains(' ')
        });
        self.scan.bare(at).is_some_and(|line| line.trim_end() == "--") && version
    }

    /// Whether prose goes on with a list: a removed line with one space of indentation is not written by anybody.
    fn is_bullet(&self, at: usize) -> bool {
        let item = self.scan.bare(at).and_then(|l| l.strip_prefix("- "));
        self.scan.open_fence().is_none() && item.is_some_and(|i| !i.starts_with([' ', '*', '\t']) && !i.is_empty())
    }

    /// The lines by their signs, until something else begins.
    fn by_signs(&self, mut at: usize) -> (Vec<HunkLine>, usize) {
        let mut lines: Vec<HunkLine> = Vec::new();
        let fenced = self.scan.open_fence().is_some();
        while let Some(raw) = self.scan.raw(at).filter(|_| !self.ends(at) && !self.is_signature(at)) {
            if raw.starts_with('\\') {
                mark(&mut lines);
            } else if let Some(line) = self.signed(raw).filter(|_| fenced || !without_cr(raw).is_empty()) {
                lines.push(line);
            } else if fenced || (without_cr(raw).is_empty() && !self.is_over(at)) {
                // Context whose space was lost.
                lines.push(self.line(Tag::Context, raw));
            } else {
                break;
            }
            at += 1;
        }
        // Blank lines without a sign at the end belong to the prose or the fence, not to the file.
        let mut end = at;
        while lines.last().is_some_and(|l| l.tag == Tag::Context && l.text.is_empty())
            && end > 0
            && self.scan.bare(end - 1).is_some_and(str::is_empty)
        {
            lines.pop();
            end -= 1;
        }
        (lines, at)
    }

    /// Whether a line begins something else, or closes the fence.
    fn ends(&self, at: usize) -> bool {
        let Some(line) = self.scan.bare(at) else { return true };
        line.starts_with("@@")
            || line.starts_with("diff --git ")
            || begin::starts(line)
            || line.starts_with("*** End Patch")
            || search::opening(line).is_some()
            || is_closing_tag(line)
            || is_name_pair(self.scan, at)
            || self.scan.closes_fence(at)
            || (self.scan.open_fence().is_none() && line.starts_with("```"))
    }

    fn signed(&self, raw: &str) -> Option<HunkLine> {
        let tag = match raw.as_bytes().first() {
            None | Some(b'\r') => return Some(self.line(Tag::Context, raw)),
            Some(b' ') => Tag::Context,
            Some(b'-') => Tag::Remove,
            Some(b'+') => Tag::Add,
            Some(_) => return None,
        };
        raw.get(1..).map(|text| self.line(tag, text))
    }

    fn line(&self, tag: Tag, text: &str) -> HunkLine {
        let text = if self.crlf { without_cr(text) } else { text };
        HunkLine { tag, text: text.to_owned(), no_newline: false }
    }
}

/// Whether there are fewer lines than the header counts.
fn lacks_lines(hunk: &Hunk) -> bool {
    let below = |lines: usize, count: u32| u32::try_from(lines).is_ok_and(|lines| lines < count);
    hunk.numbers.is_some_and(|n| below(hunk.old().count(), n.old_count) && below(hunk.new_side().count(), n.new_count))
}

fn mark(lines: &mut [HunkLine]) {
    if let Some(last) = lines.last_mut() {
        last.no_newline = true;
    }
}

fn is_closing_tag(line: &str) -> bool {
    let name = line.trim_end().strip_prefix("</").and_then(|l| l.strip_suffix('>'));
    name.is_some_and(|n| matches!(n, "diff" | "patch" | "edit" | "file" | "answer" | "changes" | "udiff"))
}
