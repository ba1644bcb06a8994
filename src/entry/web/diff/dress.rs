//! Colours and marked words of single lines.

use std::fmt::Write as _;
use std::ops::Range;

use super::html::escape;
use super::marks::marks;
use super::{Hunk, Tag};
use crate::engine::highlight::{Class, Highlighter, Span};

/// What one line wears.
pub(super) struct Dress {
    spans: Vec<Span>,
    marks: Vec<Range<usize>>,
}

/// Colours by the text of the line's own side.
pub(super) fn dress(hunk: &Hunk, path: &str, colours: &mut Highlighter) -> Vec<Dress> {
    let mut side = |other: Tag| {
        let text: String = hunk.lines.iter().filter(|l| l.tag != other).flat_map(|l| [l.text.as_str(), "\n"]).collect();
        colours.lines(path, &text).into_iter()
    };
    let (mut new, mut old) = (side(Tag::Removed), side(Tag::Added));
    let spans = hunk.lines.iter().map(|line| {
        let before = if line.tag == Tag::Added { None } else { old.next() };
        if line.tag == Tag::Removed { before } else { new.next() }
    });
    let spans: Vec<_> = spans.map(Option::unwrap_or_default).collect();
    spans.into_iter().zip(marks(hunk)).map(|(spans, marks)| Dress { spans, marks }).collect()
}

/// A line in pieces: where a span or a mark begins or ends, a piece ends.
pub(super) fn dressed(text: &str, dress: &Dress, out: &mut String) {
    let inside = |at: &usize| *at <= text.len() && text.is_char_boundary(*at);
    let spans = dress.spans.iter().flat_map(|span| [span.start, span.end]);
    let mut cuts: Vec<usize> =
        spans.chain(dress.marks.iter().flat_map(|mark| [mark.start, mark.end])).filter(inside).collect();
    cuts.extend([0, text.len()]);
    cuts.sort_unstable();
    cuts.dedup();
    let mut marked = false;
    for (start, end) in cuts.iter().zip(cuts.iter().skip(1)) {
        let now = dress.marks.iter().any(|mark| mark.start <= *start && end <= &mark.end);
        if now != marked {
            out.push_str(if now { "<b>" } else { "</b>" });
            marked = now;
        }
        let class = dress.spans.iter().find(|span| span.start <= *start && *end <= span.end).map(|span| span.class);
        piece(text.get(*start..*end).unwrap_or_default(), class, out);
    }
    if marked {
        out.push_str("</b>");
    }
}

fn piece(text: &str, class: Option<Class>, out: &mut String) {
    let name = match class {
        None => return escape(text, out),
        Some(Class::Keyword) => 'k',
        Some(Class::String) => 's',
        Some(Class::Comment) => 'c',
        Some(Class::Constant) => 'n',
        Some(Class::Function) => 'f',
        Some(Class::Type) => 't',
    };
    let _ = write!(out, "<span class=\"{name}\">");
    escape(text, out);
    out.push_str("</span>");
}
