//! Why a patch is not taken, and what a reviewer should know about one that is.

use std::fmt;

/// The rule that refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalCode {
    /// The patch is over its limit of bytes.
    PatchTooLarge,
    /// Too many files.
    TooManyFiles,
    /// Too many changed lines.
    TooManyLines,
    /// A file would be too large.
    FileTooLarge,
    /// The path, or a part of it, is too long.
    PathTooLong,
    /// The path has no safe form (M28).
    BadPath,
    /// The path may not be touched (M27).
    Forbidden,
    /// The path lies outside the part of the repository that was asked for.
    OutsideScope,
    /// A mode that is not taken (M29).
    BadMode,
    /// A link or submodule, or something below one or below a file.
    NotAFile,
    /// What should be new exists.
    Exists,
    /// What should exist does not.
    Missing,
    /// It differs from another path by upper and lower case only.
    CaseCollision,
    /// Two edits of one path contradict each other.
    Conflict,
    /// A binary patch or a file that is not text.
    Binary,
    /// The lines to change are not in the file.
    NotFound,
    /// They are in several places.
    Ambiguous,
    /// The file has the change already.
    AlreadyApplied,
    /// How the new lines should be indented cannot be told.
    Indentation,
    /// "rest unchanged" instead of content.
    Placeholder,
    /// The answer cannot be read without guessing.
    Unclear,
    /// Finding the place would take too long.
    TooMuchWork,
}

impl RefusalCode {
    /// The word for logs and statistics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PatchTooLarge => "patch_too_large",
            Self::TooManyFiles => "too_many_files",
            Self::TooManyLines => "too_many_lines",
            Self::FileTooLarge => "file_too_large",
            Self::PathTooLong => "path_too_long",
            Self::BadPath => "bad_path",
            Self::Forbidden => "forbidden",
            Self::OutsideScope => "outside_scope",
            Self::BadMode => "bad_mode",
            Self::NotAFile => "not_a_file",
            Self::Exists => "exists",
            Self::Missing => "missing",
            Self::CaseCollision => "case_collision",
            Self::Conflict => "conflict",
            Self::Binary => "binary",
            Self::NotFound => "not_found",
            Self::Ambiguous => "ambiguous",
            Self::AlreadyApplied => "already_applied",
            Self::Indentation => "indentation",
            Self::Placeholder => "placeholder",
            Self::Unclear => "unclear",
            Self::TooMuchWork => "too_much_work",
        }
    }

    /// Whether a model that is told the reason could send something better.
    pub fn is_repairable(self) -> bool {
        !matches!(self, Self::TooMuchWork)
    }
}

/// A patch that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// The rule.
    pub code: RefusalCode,
    /// The file, where it is about one.
    pub path: Option<String>,
    /// One sentence for people; names paths as [`shown`].
    pub reason: String,
    /// For the repair round: the reason with the nearest lines of the file. Several lines, bounded.
    pub detail: String,
}

impl Refusal {
    /// A refusal about one path.
    pub fn of(code: RefusalCode, path: &str, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { code, path: Some(path.to_owned()), detail: reason.clone(), reason }
    }

    /// A refusal of the whole.
    pub fn whole(code: RefusalCode, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { code, path: None, detail: reason.clone(), reason }
    }

    /// Adds lines for the repair round.
    #[must_use]
    pub fn with_detail(mut self, more: &str) -> Self {
        self.detail = format!("{}\n{more}", self.reason);
        self
    }
}

/// A path as people may see it: control and invisible characters escaped, at most 200 characters.
pub fn shown(path: &str) -> String {
    let mut text: String = path.chars().take(200).flat_map(shown_char).collect();
    if path.chars().count() > 200 {
        text.push('…');
    }
    text
}

fn shown_char(c: char) -> Vec<char> {
    if c.is_control() || super::fold::is_ignorable(c) || c == '`' {
        return c.escape_unicode().collect();
    }
    vec![c]
}

/// The way a place was found that is not there letter by letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Letter by letter, line ends aside.
    Exact,
    /// But for spaces at the ends of lines.
    TrailingSpace,
    /// But for indentation.
    Indentation,
    /// But for typographic quotes, dashes and spaces.
    Punctuation,
    /// But for the Unicode form of letters.
    Normalization,
    /// But for one context line that differs.
    AlteredLine,
    /// But for one context line that was left out.
    DroppedLine,
    /// Without copied line numbers or padding, or with the sign that blank added lines lacked.
    Mended,
}

impl Tier {
    /// The words that follow "matched".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exactly",
            Self::TrailingSpace => "ignoring trailing space",
            Self::Indentation => "ignoring indentation",
            Self::Punctuation => "ignoring typographic punctuation",
            Self::Normalization => "ignoring the Unicode form",
            Self::AlteredLine => "with one differing context line",
            Self::DroppedLine => "with one context line left out",
            Self::Mended => "without copied line numbers, padding, HTML escapes or lost signs",
        }
    }
}

/// Something a reviewer should know. Its text names paths as [`shown`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// A place was found by a looser tier.
    Fuzzy {
        /// The file.
        path: String,
        /// Where in the base file, counted from 1.
        line: usize,
        /// How.
        tier: Tier,
    },
    /// CI or tools execute this file (M32).
    RunsInCi {
        /// The file.
        path: String,
    },
    /// Invisible or direction-changing characters in added lines (M36).
    Invisible {
        /// The file.
        path: String,
        /// How many.
        count: usize,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fuzzy { path, line, tier } => write!(f, "{}:{line} was matched {}", shown(path), tier.as_str()),
            Self::RunsInCi { path } => write!(f, "{} is executed by CI or tools", shown(path)),
            Self::Invisible { path, count } => {
                write!(f, "{} gains {count} invisible or direction-changing characters", shown(path))
            }
        }
    }
}
