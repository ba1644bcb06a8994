//! Texts of links and images that the page does not show: alt texts, titles, definitions.

use std::collections::HashMap;
use std::ops::Range;

use super::pieces::{Kind, pieces};

/// What stands for an image.
const IMAGE: &str = "[image]";

/// How many characters of an address are looked at.
const MAX_ADDRESS: usize = 4_096;

/// `text` without images, link titles and link definitions; code stays.
pub(super) fn without_titles(text: &str) -> String {
    let code: Vec<Range<usize>> =
        pieces(text).into_iter().filter(|piece| piece.kind == Kind::Code).map(|piece| piece.range).collect();
    let brackets = Brackets { text, partners: partners(text, &code) };
    let mut out = String::with_capacity(text.len());
    let (mut kept, mut free) = (0, 0);
    for at in marks(text, &code) {
        if at < free {
            continue;
        }
        if let Some((range, instead)) = brackets.unseen(at) {
            out.push_str(text.get(kept..range.start).unwrap_or_default());
            out.push_str(instead);
            (kept, free) = (range.end, range.end);
        }
    }
    out.push_str(text.get(kept..).unwrap_or_default());
    out
}

/// The places of unescaped `!`, `[` and `]` outside code.
fn marks(text: &str, code: &[Range<usize>]) -> Vec<usize> {
    let mut code = code.iter().peekable();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(step) = text.get(at..).and_then(|rest| rest.find(['!', '[', ']', '\\', '\n', '`', '~'])) {
        at += step;
        while code.next_if(|range| range.end <= at).is_some() {}
        if let Some(range) = code.peek().filter(|range| range.start <= at) {
            at = range.end;
            continue;
        }
        let escape = text.as_bytes().get(at) == Some(&b'\\');
        let escaped = escape && text.as_bytes().get(at + 1).is_some_and(u8::is_ascii_punctuation);
        if !escape {
            found.push(at);
        }
        at += 1 + usize::from(escaped);
    }
    found
}

/// For each `[` its `]`, within a paragraph.
fn partners(text: &str, code: &[Range<usize>]) -> HashMap<usize, usize> {
    let mut found = HashMap::new();
    let mut open = Vec::new();
    for at in marks(text, code) {
        match text.as_bytes().get(at..at + 2) {
            Some(b"\n\n") => open.clear(),
            Some([b'[', _]) => open.push(at),
            _ if text.as_bytes().get(at) == Some(&b']') => {
                found.extend(open.pop().map(|from| (from, at)));
            }
            _ => {}
        }
    }
    found
}

struct Brackets<'a> {
    text: &'a str,
    partners: HashMap<usize, usize>,
}

impl Brackets<'_> {
    fn from(&self, at: usize) -> &str {
        self.text.get(at..).unwrap_or_default()
    }

    /// What the page does not show around the mark at `at`, and what stands in its place.
    fn unseen(&self, at: usize) -> Option<(Range<usize>, &'static str)> {
        let rest = self.from(at);
        if rest.starts_with("![") {
            let after = self.partners.get(&(at + 1))? + 1;
            let target = if self.from(after).starts_with('(') { self.target(after).map(|(_, end)| end) } else { None };
            let label =
                || self.from(after).starts_with('[').then(|| self.partners.get(&after).map(|n| n + 1)).flatten();
            return Some((at..target.or_else(label).unwrap_or(after), IMAGE));
        }
        if rest.starts_with("](") {
            let (title, _) = self.target(at + 1)?;
            return (!title.is_empty()).then_some((title, ""));
        }
        let first = self.text.get(..at)?.rsplit('\n').next()?.trim_matches([' ', '>', '\t']).is_empty();
        if rest.starts_with('[') && !rest.starts_with("[^") && first {
            let close = *self.partners.get(&at)?;
            return self.from(close).starts_with("]:").then(|| (at..self.definition_end(close + 2), ""));
        }
        None
    }

    /// Of `(address "title")` at `at`: what stands between address and `)`, and the end of the whole.
    fn target(&self, at: usize) -> Option<(Range<usize>, usize)> {
        let inside = at + 1 + self.blanks(at + 1);
        let address = inside + address_length(self.from(inside));
        let mut end = address + self.blanks(address);
        if let Some(length) = title_length(self.from(end)) {
            end += length;
            end += self.blanks(end);
        }
        self.from(end).starts_with(')').then_some((address..end, end + 1))
    }

    /// The length of white space at `at` with at most one line end.
    fn blanks(&self, at: usize) -> usize {
        let rest = self.from(at);
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\n']).len();
        rest.get(..blanks).and_then(|blanks| blanks.find("\n\n")).unwrap_or(blanks)
    }

    /// The end of a definition whose colon ends at `at`: its address, its title and the rest of their line.
    fn definition_end(&self, at: usize) -> usize {
        let address = at + self.blanks(at);
        let address = address + address_length(self.from(address));
        let title = address + self.blanks(address);
        let end = title_length(self.from(title)).map_or(address, |length| title + length);
        end + self.from(end).find('\n').unwrap_or(self.from(end).len())
    }
}

/// The length of a link's address: in angle brackets, or up to a blank or the `)` that closes what is around it.
fn address_length(rest: &str) -> usize {
    if rest.starts_with('<') {
        return rest.find(['>', '\n']).map_or(0, |n| n + 1);
    }
    let mut depth = 0;
    for (n, c) in rest.char_indices().take(MAX_ADDRESS) {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return n,
            ')' => depth -= 1,
            c if c.is_whitespace() => return n,
            _ => {}
        }
    }
    rest.char_indices().nth(MAX_ADDRESS).map_or(rest.len(), |(n, _)| n)
}

/// The length of a quoted title within its paragraph.
fn title_length(rest: &str) -> Option<usize> {
    let close = match rest.chars().next()? {
        quote @ ('"' | '\'') => quote,
        '(' => ')',
        _ => return None,
    };
    let mut escaped = false;
    let mut last = ' ';
    for (n, c) in rest.char_indices().skip(1) {
        match c {
            '\n' if last == '\n' => return None,
            '(' if close == ')' && !escaped => return None,
            c if c == close && !escaped => return Some(n + 1),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        last = c;
    }
    None
}
