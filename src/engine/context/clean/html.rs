//! HTML in a text: comments, declarations and tags, and what stands in their place.

use super::pieces::Kind;

/// What stands for the start and the end of a collapsed part.
const COLLAPSED: (&str, &str) = ("\n[collapsed part begins]\n", "\n[collapsed part ends]\n");

/// Elements whose contents no reader sees.
const UNSEEN: [&str; 12] = [
    "script", "style", "template", "noscript", "title", "head", "textarea", "iframe", "object", "svg", "math",
    "datalist",
];

/// Elements without contents.
const VOID: [&str; 8] = ["img", "br", "hr", "input", "link", "meta", "source", "wbr"];

/// Openings that hide everything up to their end, or to the end of the text.
const RAW: [(&str, &str); 3] = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];

/// Markup that was found.
pub(super) struct Tag {
    /// Where it ends.
    pub end: usize,
    /// What becomes of it.
    pub kind: Kind,
    /// `pre` or `/pre` for those, else nothing.
    pub name: &'static str,
}

/// The markup that begins with the `<` at `at`; `None` when that is only a sign. `first` says that nothing stands
/// before it on its line: there HTML is raw and its tags need not be well-formed.
pub(super) fn markup(text: &str, at: usize, first: bool) -> Option<Tag> {
    let rest = text.get(at..)?;
    for (open, close) in RAW {
        if rest.get(..open.len()).is_some_and(|head| head.eq_ignore_ascii_case(open)) {
            // `<!-->` is a whole comment: its end may share the dashes of its start.
            let from = if open == "<!--" { 2 } else { open.len() };
            let end = rest.get(from..)?.find(close).map_or(text.len(), |n| at + from + n + close.len());
            return Some(gone(end, ""));
        }
    }
    if rest.as_bytes().get(2).is_some_and(|b| rest.starts_with("<!") && b.is_ascii_alphabetic()) {
        return Some(gone(rest.find('>').map_or(text.len(), |n| at + n + 1), ""));
    }
    if let Some(end) = address_end(rest) {
        return Some(Tag { end: at + end, kind: Kind::Address, name: "" });
    }
    let closing = rest.starts_with("</");
    let name = name_of(rest.get(1 + usize::from(closing)..)?)?;
    let end = at + if first { raw_tag_end(rest)? } else { tag_end(rest)? };
    if !closing && (UNSEEN.contains(&name.as_str()) || is_unseen(text.get(at..end)?)) && !VOID.contains(&name.as_str())
    {
        return Some(gone(contents_end(text, end, &name), ""));
    }
    let named = match (name.as_str(), closing) {
        ("pre", false) => "pre",
        ("pre", true) => "/pre",
        _ => "",
    };
    Some(Tag { name: named, ..gone(end, instead_of(&name, closing)) })
}

fn gone(end: usize, instead: &'static str) -> Tag {
    Tag { end, kind: Kind::Markup(instead), name: "" }
}

fn name_of(text: &str) -> Option<String> {
    let length = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
    text.get(..length).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic())).map(str::to_ascii_lowercase)
}

fn instead_of(name: &str, closing: bool) -> &'static str {
    match (name, closing) {
        ("details", false) => COLLAPSED.0,
        ("details", true) => COLLAPSED.1,
        ("img", _) => "[image]",
        ("br" | "p" | "div" | "li" | "tr" | "hr" | "summary", _) => "\n",
        _ => "",
    }
}

/// `<https://…>` or `<name@host>`, without blanks or quotes.
fn address_end(rest: &str) -> Option<usize> {
    let end = rest.find('>')?;
    let inside = rest.get(1..end)?;
    let mark = inside.find(':').filter(|n| (2..=32).contains(n)).or_else(|| inside.find('@'))?;
    let name = inside.get(..mark)?;
    let scheme = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"+.-_".contains(&b));
    let right = scheme && inside.chars().all(|c| !c.is_whitespace() && !"<\"'".contains(c));
    right.then_some(end + 1)
}

/// Whether a tag says that what it holds is not shown.
fn is_unseen(tag: &str) -> bool {
    let tag: String = tag.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace() || *c == ' ').collect();
    let tight = tag.replace(' ', "");
    let styles = ["display:none", "visibility:hidden", "font-size:0", "opacity:0", "max-height:0", "left:-9"];
    let attribute = |word: &str| word.trim_end_matches(['>', '/']) == "hidden" || word.starts_with("hidden=");
    tag.split(' ').skip(1).any(attribute) || styles.iter().any(|style| tight.contains(style))
}

/// The length of the well-formed tag that begins `rest`, by CommonMark's rules.
fn tag_end(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut at = 1 + usize::from(bytes.get(1) == Some(&b'/'));
    at += rest.get(at..)?.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
    loop {
        let space = blanks(rest, at)?;
        at += space;
        match bytes.get(at)? {
            b'>' => return Some(at + 1),
            b'/' if bytes.get(at + 1) == Some(&b'>') => return Some(at + 2),
            b if space > 0 && (b.is_ascii_alphabetic() || b"_:".contains(b)) => at = attribute_end(rest, at)?,
            _ => return None,
        }
    }
}

fn attribute_end(rest: &str, at: usize) -> Option<usize> {
    let name = rest.get(at..)?.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(b)).count();
    let after = at + name;
    let equals = after + blanks(rest, after)?;
    if rest.as_bytes().get(equals) != Some(&b'=') {
        return Some(after);
    }
    let value = equals + 1 + blanks(rest, equals + 1)?;
    if let quote @ (b'"' | b'\'') = rest.as_bytes().get(value)? {
        let inside = rest.get(value + 1..)?;
        let end = inside.find(char::from(*quote))?;
        (!inside.get(..end)?.contains("\n\n")).then_some(value + end + 2)
    } else {
        let length = rest.get(value..)?.find(|c: char| c.is_whitespace() || "\"'=<>`".contains(c))?;
        (length > 0).then_some(value + length)
    }
}

/// How many bytes of white space stand at `at`; `None` when they hold an empty line.
fn blanks(rest: &str, at: usize) -> Option<usize> {
    let text = rest.get(at..)?;
    let space = text.get(..text.len() - text.trim_start().len())?;
    (space.matches('\n').count() < 2).then_some(space.len())
}

/// The length of a tag as a browser reads it: its `>` outside quotes; without one, up to the next empty line, or all
/// that is left when a quote stays open.
fn raw_tag_end(rest: &str) -> Option<usize> {
    let paragraph = rest.find("\n\n").unwrap_or(rest.len());
    if !rest.contains('>') {
        let quoted = ["=\"", "='"].iter().any(|open| rest.get(..paragraph).is_some_and(|text| text.contains(open)));
        return Some(if quoted { rest.len() } else { paragraph });
    }
    let mut quote = None;
    let mut last = ' ';
    for (n, c) in rest.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(n + 1),
            (None, '"' | '\'') if last == '=' => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        if !c.is_whitespace() {
            last = c;
        }
    }
    Some(if quote.is_some() { rest.len() } else { paragraph })
}

/// The end of what an element holds, its end tag included.
fn contents_end(text: &str, from: usize, name: &str) -> usize {
    let mut at = from;
    while let Some(step) = text.get(at..).and_then(|rest| rest.find("</")) {
        at += step;
        let head = text.get(at + 2..at + 2 + name.len());
        if head.is_some_and(|head| head.eq_ignore_ascii_case(name)) {
            return text.get(at..).and_then(|rest| rest.find('>')).map_or(text.len(), |n| at + n + 1);
        }
        at += 2;
    }
    text.len()
}
