//! Lines that begin a block of HTML, in which backticks and fences mean nothing up to the next empty line.

use super::inline::tag_end;

/// CommonMark's block elements (start condition 6), and those that only GitHub's older version has.
const NAMES: [&str; 64] = [
    "address",
    "article",
    "aside",
    "base",
    "basefont",
    "blockquote",
    "body",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "iframe",
    "legend",
    "li",
    "link",
    "main",
    "menu",
    "menuitem",
    "nav",
    "noframes",
    "ol",
    "optgroup",
    "option",
    "p",
    "param",
    "search",
    "section",
    "source",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "track",
    "ul",
    "meta",
];

/// Whether a line begins such a block where no paragraph is open: a block element, or a tag alone on its line.
pub(super) fn begins(content: &str) -> bool {
    let alone = content.starts_with('<')
        && tag_end(content).is_some_and(|end| content.get(end..).is_some_and(|rest| rest.trim().is_empty()));
    interrupts(content) || alone
}

/// Whether a line begins such a block even in the middle of a paragraph.
pub(super) fn interrupts(content: &str) -> bool {
    let Some(inside) = content.strip_prefix('<') else { return false };
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    let length = inside.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (name, after) = inside.split_at(length);
    let ends = after.is_empty() || after.starts_with([' ', '\t', '>']) || after.starts_with("/>");
    ends && NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}
