//! What a reader does not see as text within a paragraph: code spans, HTML comments, tags, code elements.

use std::collections::HashMap;
use std::ops::Range;

/// Bytes of the body that are code or hidden; may reach past the paragraph when something is not closed in it.
pub(super) type Hidden = Range<usize>;

/// HTML that hides everything up to its end, and that end.
const RAW: [(&str, &str); 3] = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];

/// Elements whose contents are code, quoted or not shown.
const ELEMENTS: [&str; 14] = [
    "pre",
    "code",
    "blockquote",
    "script",
    "style",
    "textarea",
    "title",
    "xmp",
    "kbd",
    "samp",
    "tt",
    "template",
    "noscript",
    "svg",
];

/// Whether a line begins a block of HTML that hides what it holds.
pub(super) fn opens_raw_block(content: &str) -> bool {
    let declaration =
        content.strip_prefix("<!").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    let element =
        ["pre", "script", "style", "textarea"].iter().any(|name| content.starts_with('<') && opens(content, name));
    declaration || element || RAW.iter().any(|(open, _)| starts_with(content, open))
}

/// The hidden parts of the paragraph `range`, in order; with `code` false it is raw HTML, in
/// which backticks and backslashes are ordinary characters.
pub(super) fn hidden(body: &str, range: Range<usize>, code: bool) -> Vec<Hidden> {
    let paragraph = body.get(range.clone()).unwrap_or_default();
    let mut runs = if code { Runs::of(paragraph, range.start) } else { Runs::default() };
    let mut found = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let rest = body.get(at..range.end).unwrap_or_default();
        let Some(step) = rest.find(['\\', '`', '<']) else { break };
        at += step;
        let rest = rest.get(step..).unwrap_or_default();
        let end = match rest.as_bytes() {
            [b'\\', next, ..] if code && next.is_ascii_punctuation() => {
                at += 2;
                continue;
            }
            [b'`', ..] => runs.close(at, rest),
            [b'<', ..] => html_end(body, at, range.end),
            _ => None,
        };
        match end {
            Some(end) => {
                found.push(at..end);
                at = end;
            }
            None => at += rest.bytes().take_while(|b| *b == b'`').count().max(1),
        }
    }
    found
}

/// Where the runs of backticks stand, by length, so that each look for a partner goes forward only.
#[derive(Default)]
struct Runs(HashMap<usize, (usize, Vec<usize>)>);

impl Runs {
    fn of(paragraph: &str, start: usize) -> Self {
        let mut runs: HashMap<usize, (usize, Vec<usize>)> = HashMap::new();
        let mut at = 0;
        while let Some(step) = paragraph.get(at..).and_then(|rest| rest.find('`')) {
            at += step;
            let length = paragraph.bytes().skip(at).take_while(|b| *b == b'`').count();
            runs.entry(length).or_default().1.push(start + at);
            at += length;
        }
        Self(runs)
    }

    /// The end of the code span that begins at `at`.
    fn close(&mut self, at: usize, rest: &str) -> Option<usize> {
        let length = rest.bytes().take_while(|b| *b == b'`').count();
        let (next, places) = self.0.get_mut(&length)?;
        while places.get(*next).is_some_and(|place| *place < at + length) {
            *next += 1;
        }
        places.get(*next).map(|place| place + length)
    }
}

/// The end of the HTML at `at`: of a tag within the paragraph, of what hides its contents wherever that is.
fn html_end(body: &str, at: usize, paragraph_end: usize) -> Option<usize> {
    let rest = body.get(at..)?;
    for (open, close) in RAW {
        if starts_with(rest, open) {
            // `<!-->` is a whole comment: its end may share the dashes of its start.
            let from = at + if open == "<!--" { 2 } else { open.len() };
            return Some(body.get(from..)?.find(close).map_or(body.len(), |n| from + n + close.len()));
        }
    }
    if rest.as_bytes().get(2).is_some_and(|b| rest.starts_with("<!") && b.is_ascii_alphabetic()) {
        return Some(rest.find('>').map_or(body.len(), |n| at + n + 1));
    }
    let element = ELEMENTS.iter().find(|name| opens(rest, name));
    match element {
        Some(name) => Some(closing(body, at + 1, name)),
        None => tag_end(body.get(at..paragraph_end)?).map(|n| at + n),
    }
}

pub(super) fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// Whether `rest` is the start tag of this element.
fn opens(rest: &str, name: &str) -> bool {
    let after = rest.get(1 + name.len()..).unwrap_or_default();
    rest.get(1..).is_some_and(|text| starts_with(text, name))
        && after.chars().next().is_none_or(|c| c == '>' || c == '/' || c.is_whitespace())
}

/// The end of the element's end tag, or of the text.
fn closing(body: &str, from: usize, name: &str) -> usize {
    let mut at = from;
    while let Some(step) = body.get(at..).and_then(|rest| rest.find("</")) {
        at += step + 2;
        if body.get(at..).is_some_and(|rest| starts_with(rest, name)) {
            return body.get(at..).and_then(|rest| rest.find('>')).map_or(body.len(), |n| at + n + 1);
        }
    }
    body.len()
}

/// The length of the complete tag that begins `text`, by CommonMark's rules.
pub(super) fn tag_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1 + usize::from(bytes.get(1) == Some(&b'/'));
    bytes.get(at).filter(|b| b.is_ascii_alphabetic())?;
    loop {
        match bytes.get(at)? {
            b'>' => return Some(at + 1),
            b'<' | b'`' => return None,
            b'=' => at = value_end(text, at + 1)?,
            _ => at += 1,
        }
    }
}

/// The end of an attribute's value that begins at `at`.
fn value_end(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let at = at + rest.len() - rest.trim_start().len();
    match text.as_bytes().get(at)? {
        quote @ (b'"' | b'\'') => text.get(at + 1..)?.find(char::from(*quote)).map(|n| at + n + 2),
        _ => Some(at),
    }
}
