//! The one error of a file that cannot be read: place, key, what was expected, what was probably meant.

use std::fmt;

/// How much of a long line is shown around the place, in characters to each side.
const CONTEXT_CHARS: usize = 60;

/// A place in the text, both counted from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub line: usize,
    pub column: usize,
}

/// Something wrong at a place, before the text is quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub at: Place,
    pub key: String,
    pub said: String,
    pub meant: Option<String>,
    /// The rest of the line may be a secret and is not repeated.
    pub hush: bool,
}

impl Fault {
    pub fn new(at: Place, key: &str, said: impl Into<String>) -> Self {
        Self { at, key: key.to_owned(), said: said.into(), meant: None, hush: false }
    }

    #[must_use]
    pub fn meaning(mut self, meant: Option<impl Into<String>>) -> Self {
        self.meant = meant.map(Into::into);
        self
    }
}

/// Why the file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoFileError {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// The key's path, as `budgets.run`; empty where there is none.
    pub key: String,
    /// What was expected, one sentence of ours; holds nothing of the file.
    pub said: String,
    /// The known word that was probably meant.
    pub meant: Option<String>,
    /// The line (cut around the place, as written) and `^` below it; empty without a line.
    pub marked: String,
}

impl RepoFileError {
    /// An error about the file as a whole.
    pub(super) fn whole(said: String) -> Self {
        Self { line: 1, column: 1, key: String::new(), said, meant: None, marked: String::new() }
    }

    pub(super) fn of(text: &str, fault: Fault) -> Self {
        Self {
            line: fault.at.line,
            column: fault.at.column,
            marked: marked(text, fault.at, fault.hush),
            key: fault.key,
            said: fault.said,
            meant: fault.meant,
        }
    }
}

impl fmt::Display for RepoFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)?;
        if !self.key.is_empty() {
            write!(f, ", `{}`", self.key)?;
        }
        write!(f, ": {}", self.said)?;
        self.meant.as_ref().map_or(Ok(()), |meant| write!(f, " Did you mean `{meant}`?"))
    }
}

impl std::error::Error for RepoFileError {}

/// The error for bytes that are no text, at the first bad one.
pub(super) fn not_utf8(bytes: &[u8], valid: usize) -> RepoFileError {
    let before = String::from_utf8_lossy(bytes.get(..valid).unwrap_or_default()).into_owned();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    RepoFileError { line, column, ..RepoFileError::whole("the file is not UTF-8 text from here on.".into()) }
}

/// Two lines for a fixed-width font.
fn marked(text: &str, at: Place, hush: bool) -> String {
    let Some(line) = text.lines().nth(at.line.saturating_sub(1)) else { return String::new() };
    let chars: Vec<char> = line.trim_end().trim_start_matches('\u{FEFF}').chars().collect();
    let index = at.column.saturating_sub(1).min(chars.len());
    let first = index.saturating_sub(CONTEXT_CHARS);
    let lead = if first > 0 { "…" } else { "" };
    let end = chars.iter().skip(index).position(|c| *c == ':').map(|n| index + n + 1).filter(|_| hush);
    let last = end.unwrap_or(index + CONTEXT_CHARS).min(chars.len());
    let shown: String = chars.get(first..last).unwrap_or_default().iter().collect();
    let tail = match (last < chars.len(), hush) {
        (false, _) => "",
        (true, true) => " …",
        (true, false) => "…",
    };
    let indent = " ".repeat(lead.chars().count() + index - first);
    format!("{lead}{shown}{tail}\n{indent}^")
}
