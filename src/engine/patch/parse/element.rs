//! One element in angle brackets: its opening tag, its lines and its end.

use super::super::text::without_cr;
use super::scan::Scan;

/// A tag at the start of a line.
pub struct Tag<'a> {
    /// Its name, or the name of the parameter it gives.
    pub name: &'a str,
    /// What stands between the name and the closing bracket.
    pub attributes: &'a str,
    /// What follows the closing bracket on the same line.
    pub rest: &'a str,
    /// It ends an element.
    pub closing: bool,
    /// It is written `<parameter name="…">` or `<parameter=…>`.
    pub is_parameter: bool,
}

impl<'a> Tag<'a> {
    /// Reads the tag that a line starts with.
    pub fn of(line: &'a str) -> Option<Self> {
        let inner = line.trim_start().strip_prefix('<')?;
        let (closing, inner) = inner.strip_prefix('/').map_or((false, inner), |rest| (true, rest));
        let name_end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
        let (name, after) = (inner.get(..name_end)?, inner.get(name_end..)?);
        let (attributes, rest) = after.split_once('>')?;
        let rest = if rest.trim().is_empty() { "" } else { rest };
        let attributes = attributes.trim();
        if name == "parameter" && !closing {
            let given = attributes.strip_prefix("name=").or_else(|| attributes.strip_prefix('='))?;
            let name = given.trim_matches(['"', '\'']);
            return Some(Self { name, attributes: "", rest, closing, is_parameter: true });
        }
        (!name.is_empty()).then_some(Self { name, attributes, rest, closing, is_parameter: false })
    }

    /// The tag that ends its element.
    pub fn closing(&self) -> String {
        if self.is_parameter { "</parameter>".to_owned() } else { format!("</{}>", self.name) }
    }
}

/// The content of an element.
pub struct Element {
    /// Its lines, with carriage returns, without CDATA marks.
    pub lines: Vec<String>,
    /// It starts on the line of its tag.
    pub inline: bool,
    /// The line after it.
    pub next: usize,
}

impl Element {
    /// Reads the element whose tag is at a line.
    pub fn read(scan: &Scan<'_>, at: usize, tag: &Tag<'_>) -> Option<Self> {
        let closing = tag.closing();
        let marked = tag.rest.trim_start().starts_with("<![CDATA[");
        let first = if marked { tag.rest.trim_start().get(9..)? } else { tag.rest };
        if let Some(inner) = first.trim_end().strip_suffix(&closing) {
            let inner = unmarked(inner, marked);
            let lines = if inner.is_empty() { Vec::new() } else { vec![inner.to_owned()] };
            return Some(Self { lines, inline: true, next: at + 1 });
        }
        let ends = |i: &usize| scan.bare(*i).is_some_and(|l| l.trim_end().ends_with(&closing));
        let end = (at + 1..scan.len()).take_while(|_| scan.look()).find(ends)?;
        let mut lines: Vec<String> = Vec::new();
        lines.extend((!first.is_empty()).then(|| first.to_owned()));
        lines.extend((at + 1..end).filter_map(|i| scan.raw(i)).map(str::to_owned));
        let last = unmarked(scan.bare(end)?.trim_end().strip_suffix(&closing)?, marked);
        lines.extend((!last.trim().is_empty()).then(|| last.to_owned()));
        Some(Self { lines, inline: !first.trim().is_empty(), next: end + 1 })
    }

    /// Its lines without carriage returns.
    pub fn plain(&self) -> Vec<String> {
        self.lines.iter().map(|l| without_cr(l).to_owned()).collect()
    }
}

fn unmarked(text: &str, marked: bool) -> &str {
    if marked { text.strip_suffix("]]>").unwrap_or(text) } else { text }
}
