//! A command that cannot be read: the line, the wrong word in it, and what was probably meant.

use std::fmt;
use std::ops::Range;

use super::table::{OPTIONS, ROWS};

/// How much of a long line is shown around the wrong word, in characters to each side.
const CONTEXT_CHARS: usize = 60;

/// Why a command line could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandError {
    /// The line as it was written.
    pub line: String,
    /// The wrong word's bytes in `line`; empty at the end when something is missing.
    pub word: Range<usize>,
    /// What is wrong, one sentence of ours; holds nothing of the line.
    pub said: String,
    /// The word that was probably meant, always one that the table or the caller's list holds.
    pub meant: Option<String>,
}

impl CommandError {
    pub(super) fn at(line: &str, word: Range<usize>, said: impl Into<String>) -> Self {
        Self { line: line.to_owned(), word, said: said.into(), meant: None }
    }

    #[must_use]
    pub(super) fn meaning(mut self, meant: Option<impl Into<String>>) -> Self {
        self.meant = meant.map(Into::into);
        self
    }

    /// The wrong word as written; empty when something is missing.
    pub fn wrong_word(&self) -> &str {
        self.line.get(self.word.clone()).unwrap_or_default()
    }

    /// Two lines for a fixed-width font: the command line (cut around the wrong word) and `^^^` below that word.
    pub fn marked(&self) -> String {
        let before: Vec<char> = self.line.get(..self.word.start).unwrap_or_default().chars().collect();
        let wrong: String = self.wrong_word().chars().take(CONTEXT_CHARS).collect();
        let after = self.line.get(self.word.end..).unwrap_or_default();
        let skipped = before.len().saturating_sub(CONTEXT_CHARS);
        let lead: String = if skipped > 0 { "…".into() } else { String::new() };
        let head: String = lead.chars().chain(before.into_iter().skip(skipped)).collect();
        let tail: String = after.chars().take(CONTEXT_CHARS).collect();
        let carets = "^".repeat(wrong.chars().count().max(1));
        format!("{}\n{}{carets}", format!("{head}{wrong}{tail}").trim_end(), " ".repeat(head.chars().count()))
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)?;
        self.meant.as_ref().map_or(Ok(()), |meant| write!(f, " Did you mean `{meant}`?"))
    }
}

impl std::error::Error for CommandError {}

/// The error for a model name that nothing here has: `line` as written, `word` the alias asked for,
/// `known` the aliases that can be named.
pub fn unknown_model<S: AsRef<str>>(line: &str, word: &str, known: &[S]) -> CommandError {
    let commands = ROWS.iter().map(|row| row.word).filter(|word| !word.is_empty());
    let meant = nearest(word, known.iter().map(AsRef::as_ref).chain(commands));
    CommandError::at(line, place_of(line, word), "no model here has this name; `/bakeoff models` lists them.")
        .meaning(meant)
}

/// Where the model word stands in the line, without its `:n`.
fn place_of(line: &str, word: &str) -> Range<usize> {
    let found = words(line).find(|(at, candidate)| *at > 0 && alias_of(candidate).eq_ignore_ascii_case(word));
    found.map_or(line.len()..line.len(), |(at, candidate)| at..at + alias_of(candidate).len())
}

fn alias_of(word: &str) -> &str {
    match word.rsplit_once(':') {
        Some((alias, count)) if !alias.is_empty() && count.bytes().all(|b| b.is_ascii_digit()) => alias,
        _ => word,
    }
}

/// The words of a line with their byte offsets.
pub(super) fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    line.split_whitespace().map(move |word| (word.as_ptr() as usize - line.as_ptr() as usize, word))
}

/// The candidate nearest to `word`, if one is near enough to be a slip of the fingers.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length == 0 || length > 64 {
        return None;
    }
    let word = word.to_lowercase();
    let slips = |candidate: &str| strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
    candidates
        .map(|candidate| (slips(candidate), candidate))
        .filter(|(slips, candidate)| *slips <= (candidate.chars().count().max(length) / 3).clamp(1, 3))
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// The option key nearest to `word`.
pub(super) fn nearest_option(word: &str) -> Option<&'static str> {
    nearest(word, OPTIONS.iter().map(|option| option.key))
}
