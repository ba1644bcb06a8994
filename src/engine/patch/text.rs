//! A text file as lines that remember their own ends.

/// One line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its text without the line feed; a carriage return before that stays.
    pub raw: String,
    /// A line feed follows; only the last line may lack it.
    pub newline: bool,
    /// An edit of this patch wrote it.
    pub fresh: bool,
}

impl Line {
    /// The text without a line end of either kind.
    pub fn text(&self) -> &str {
        without_cr(&self.raw)
    }

    /// Whether it ends in carriage return and line feed.
    pub fn has_cr(&self) -> bool {
        self.raw.ends_with('\r')
    }
}

/// Text without one carriage return at its end.
pub fn without_cr(text: &str) -> &str {
    text.strip_suffix('\r').unwrap_or(text)
}

/// The text of a file; `None` when it is not text: NUL bytes or no UTF-8.
pub fn decode(bytes: Vec<u8>) -> Option<String> {
    if bytes.contains(&0) {
        return None;
    }
    String::from_utf8(bytes).ok()
}

/// Splits a file into its lines.
pub fn split(text: &str) -> Vec<Line> {
    let line = |piece: &str| {
        let raw = piece.strip_suffix('\n');
        Line { raw: raw.unwrap_or(piece).to_owned(), newline: raw.is_some(), fresh: false }
    };
    text.split_inclusive('\n').map(line).collect()
}

/// Puts lines together again.
pub fn join(lines: &[Line]) -> String {
    let mut text = String::with_capacity(lines.iter().map(|l| l.raw.len() + 1).sum());
    for line in lines {
        text.push_str(&line.raw);
        if line.newline {
            text.push('\n');
        }
    }
    text
}

/// The numbers that a listing puts before its lines, and the texts after them (`12| text`, `12: text`,
/// `12<tab>text`), in every spelling that fits all lines, counting up.
pub fn strip_numbers<'t>(lines: &[&'t str]) -> Vec<Vec<(usize, &'t str)>> {
    let marks = ["|", "| ", ":", ": ", "\t", " | ", ".", ". ", "\u{2502}", "\u{2502} ", "\u{2192}"];
    let read = |mark: &&str| -> Option<Vec<(usize, &'t str)>> {
        lines.iter().map(|line| numbered(line, mark)).collect::<Option<Vec<_>>>().filter(|all| counts_up(all))
    };
    marks.iter().filter_map(read).collect()
}

fn numbered<'t>(line: &'t str, mark: &str) -> Option<(usize, &'t str)> {
    let text = line.trim_start();
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = text.get(..text.len() - rest.len())?.parse().ok()?;
    let empty = (rest.trim() == mark.trim()).then_some("");
    rest.strip_prefix(mark).or(empty).map(|text| (number, text))
}

fn counts_up(all: &[(usize, &str)]) -> bool {
    all.iter().zip(all.iter().skip(1)).all(|(a, b)| a.0 < b.0)
}

/// The white space a line starts with.
pub fn indent_of(text: &str) -> &str {
    let end = text.len() - text.trim_start().len();
    text.get(..end).unwrap_or_default()
}
