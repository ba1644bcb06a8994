//! What kind of line Markdown sees: its containers (quote, list item), code, fence, heading, text.

/// One line, its containers taken off.
pub(super) struct Shape<'a> {
    /// Nothing but white space (after quote marks).
    pub blank: bool,
    /// Inside a quote.
    pub quoted: bool,
    /// Begins a list item.
    pub item: bool,
    /// Indented so far that it is code, unless it goes on a paragraph.
    pub code: bool,
    /// Ends with its own line end: a heading, a rule.
    pub single: bool,
    /// What is left of the line.
    pub content: &'a str,
    columns: Vec<usize>,
    column: usize,
    kept_lists: usize,
}

/// An open code fence.
pub(super) struct Fence {
    mark: u8,
    length: usize,
    quoted: bool,
    column: usize,
}

impl Fence {
    /// Whether a line leaves the quote or list item that the fence stands in.
    pub fn ended_by_container(&self, shape: &Shape<'_>) -> bool {
        (self.quoted && !shape.quoted) || (!shape.blank && shape.column < self.column)
    }

    /// Whether a line is its end.
    pub fn closed_by(&self, shape: &Shape<'_>) -> bool {
        let text = shape.content.trim_end();
        !shape.code && !shape.item && text.len() >= self.length && text.bytes().all(|b| b == self.mark)
    }
}

impl Shape<'_> {
    /// Leaves the list items that the line is not part of and enters those that it begins.
    pub fn enter(&self, lists: &mut Vec<usize>) {
        lists.truncate(self.kept_lists);
        lists.extend(&self.columns);
    }

    /// The fence that begins on this line.
    pub fn opens_fence(&self) -> Option<Fence> {
        let mark = self.content.bytes().next().filter(|b| matches!(b, b'`' | b'~'))?;
        let length = self.content.bytes().take_while(|b| *b == mark).count();
        let info = self.content.get(length..).unwrap_or_default();
        let right = !self.code && length >= 3 && (mark == b'~' || !info.contains('`'));
        let column = if self.columns.is_empty() && self.kept_lists == 0 { 0 } else { self.content_column() };
        right.then_some(Fence { mark, length, quoted: self.quoted, column })
    }

    fn content_column(&self) -> usize {
        self.columns.last().copied().unwrap_or(self.column.min(1))
    }

    /// Whether the line cannot go on a paragraph that began above it.
    pub fn starts_block(&self) -> bool {
        self.blank || self.item || (!self.code && (self.opens_fence().is_some() || self.content.starts_with('#')))
    }
}

/// Reads a line that stands inside list items whose contents begin at the columns `lists`.
pub(super) fn shape<'a>(line: &'a str, lists: &[usize]) -> Shape<'a> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let (mut content, mut column) = unindent(line, 0);
    let first_column = column;
    let kept_lists = lists.iter().take_while(|at| column >= **at).count();
    let mut base = lists.get(..kept_lists).and_then(<[usize]>::last).copied().unwrap_or(0);
    let (mut quoted, mut item, mut columns) = (false, false, Vec::new());
    while column < base + 4 {
        if let Some(rest) = content.strip_prefix('>') {
            quoted = true;
            base = column + 1 + usize::from(rest.starts_with([' ', '\t']));
            (content, column) = unindent(rest, column + 1);
        } else if let Some(width) = marker_width(content) {
            item = true;
            let (rest, next) = unindent(content.get(width..).unwrap_or_default(), column + width);
            let far = rest.is_empty() || next > column + width + 4;
            base = if far { column + width + 1 } else { next };
            columns.push(base);
            (content, column) = (rest, next);
        } else {
            break;
        }
    }
    let blank = content.trim().is_empty();
    Shape {
        blank: blank && !item,
        quoted,
        item,
        code: column >= base + 4,
        single: is_single(content),
        content,
        columns,
        column: first_column,
        kept_lists,
    }
}

/// Takes white space off; the column that follows it (tabs reach to the next multiple of four).
fn unindent(text: &str, mut column: usize) -> (&str, usize) {
    let rest = text.trim_start_matches([' ', '\t']);
    for b in text.bytes().take(text.len() - rest.len()) {
        column = if b == b'\t' { column / 4 * 4 + 4 } else { column + 1 };
    }
    (rest, column)
}

/// The width of a list marker that begins `content`; none for a rule such as `* * *`.
fn marker_width(content: &str) -> Option<usize> {
    let digits = content.bytes().take_while(u8::is_ascii_digit).count();
    let mark = content.as_bytes().get(digits)?;
    let right = if digits == 0 { b"-+*".contains(mark) } else { digits <= 9 && b".)".contains(mark) };
    let spaced = content.as_bytes().get(digits + 1).is_none_or(u8::is_ascii_whitespace);
    (right && spaced && !is_rule(content)).then_some(digits + 1)
}

/// `---`, `* * *`, `___`
fn is_rule(content: &str) -> bool {
    let marks: Vec<char> = content.chars().filter(|c| !c.is_whitespace()).take(4).collect();
    let first = marks.first().copied().unwrap_or(' ');
    "-*_".contains(first) && marks.len() >= 3 && content.chars().all(|c| c == first || c.is_whitespace())
}

fn is_single(content: &str) -> bool {
    let underline = |mark: char| !content.is_empty() && content.trim_end().chars().all(|c| c == mark);
    content.starts_with('#') || is_rule(content) || underline('=') || underline('-')
}
