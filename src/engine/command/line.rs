//! What kind of line Markdown sees: its containers (quote, list item), code, fence, heading, text.

/// One line, its containers taken off.
pub(super) struct Shape<'a> {
    /// Nothing but white space (after quote marks).
    pub blank: bool,
    /// Inside a quote.
    pub quoted: bool,
    /// Inside how many quotes.
    depth: usize,
    /// Begins a list item.
    pub item: bool,
    /// Indented so far that it is code, unless it goes on a paragraph.
    pub code: bool,
    /// Begins a list item that may interrupt a paragraph: not an empty one, and a number only when it is 1.
    item_interrupts: bool,
    /// Ends a paragraph with its own line end: an underline, a rule.
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
    depth: usize,
    column: usize,
}

impl Fence {
    /// Whether a line leaves the quote or list item that the fence stands in.
    pub fn ended_by_container(&self, shape: &Shape<'_>) -> bool {
        shape.depth < self.depth || (!shape.blank && shape.column < self.column)
    }

    /// Whether a line is its end.
    pub fn closed_by(&self, shape: &Shape<'_>) -> bool {
        let text = shape.content.trim_end();
        !shape.code
            && !shape.item
            && shape.depth == self.depth
            && text.len() >= self.length
            && text.bytes().all(|b| b == self.mark)
    }
}

impl Shape<'_> {
    /// Leaves the list items that the line is not part of and enters those that it begins.
    pub fn enter(&self, lists: &mut Vec<usize>) {
        lists.truncate(self.kept_lists);
        lists.extend(&self.columns);
    }

    /// Whether the line ends a block of HTML that began with `first`: it is empty there, or leaves its quote or
    /// list item. What looks like a quote within HTML is HTML.
    pub fn ends_html(&self, first: &Self, lists: &[usize]) -> bool {
        let empty = self.blank && self.depth <= first.depth;
        empty || self.depth < first.depth || self.kept_lists < lists.len()
    }

    /// The fence that begins on this line.
    pub fn opens_fence(&self) -> Option<Fence> {
        let mark = self.content.bytes().next().filter(|b| matches!(b, b'`' | b'~'))?;
        let length = self.content.bytes().take_while(|b| *b == mark).count();
        let info = self.content.get(length..).unwrap_or_default();
        let right = !self.code && length >= 3 && (mark == b'~' || !info.contains('`'));
        let column = if self.columns.is_empty() && self.kept_lists == 0 { 0 } else { self.content_column() };
        right.then_some(Fence { mark, length, depth: self.depth, column })
    }

    fn content_column(&self) -> usize {
        self.columns.last().copied().unwrap_or(self.column.min(1))
    }

    /// Whether the line cannot go on a paragraph that began with `first`, inside these list items.
    pub fn interrupts(&self, first: &Self, lists: &[usize]) -> bool {
        let item = self.item && (self.kept_lists < lists.len() || self.item_interrupts);
        let rule = !self.code && self.is_outside(first, lists) && is_rule(self.content);
        self.blank || item || rule || (!self.code && (self.opens_fence().is_some() || is_heading(self.content)))
    }

    /// Whether the line is a heading or a rule by itself.
    pub fn is_whole(&self) -> bool {
        is_heading(self.content) || is_rule(self.content)
    }

    /// Whether the line looks like the underline of a heading but stands outside the quote or list item in which the
    /// paragraph began: then it is text of that paragraph.
    pub fn is_lazy_underline(&self, first: &Self, lists: &[usize]) -> bool {
        self.is_outside(first, lists) && !is_rule(self.content)
    }

    fn is_outside(&self, first: &Self, lists: &[usize]) -> bool {
        self.depth < first.depth || self.kept_lists < lists.len()
    }
}

/// Reads a line that stands inside list items whose contents begin at the columns `lists`.
pub(super) fn shape<'a>(line: &'a str, lists: &[usize]) -> Shape<'a> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let (mut content, mut column) = unindent(line, 0);
    let first_column = column;
    let kept_lists = lists.iter().take_while(|at| column >= **at).count();
    let mut base = lists.get(..kept_lists).and_then(<[usize]>::last).copied().unwrap_or(0);
    let (mut depth, mut item, mut item_interrupts, mut columns) = (0, false, false, Vec::new());
    while column < base + 4 {
        if let Some(rest) = content.strip_prefix('>') {
            depth += 1;
            base = column + 1 + usize::from(rest.starts_with([' ', '\t']));
            (content, column) = unindent(rest, column + 1);
        } else if let Some(width) = marker_width(content) {
            let first_number =
                !content.starts_with(|c: char| c.is_ascii_digit()) || matches!(content.get(..width), Some("1." | "1)"));
            let filled = content.get(width..).is_some_and(|rest| !rest.trim().is_empty());
            item_interrupts |= !item && depth == 0 && first_number && filled;
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
        quoted: depth > 0,
        depth,
        item,
        item_interrupts,
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
    is_heading(content) || is_rule(content) || underline('=') || underline('-')
}

/// `# title`, up to six signs.
fn is_heading(content: &str) -> bool {
    let signs = content.bytes().take_while(|b| *b == b'#').count();
    (1..=6).contains(&signs)
        && content.get(signs..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}
