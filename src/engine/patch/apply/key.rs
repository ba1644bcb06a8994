//! What lines are compared by, from strict to loose.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::super::refusal::Tier;
use super::super::text::without_cr;

/// One way to compare lines; each later one forgives more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Letter by letter with line ends.
    Raw,
    /// Without line ends.
    Text,
    /// Without trailing space.
    Trailing,
    /// Without indentation.
    Indentation,
    /// With plain quotes, dashes and spaces.
    Punctuation,
    /// In Unicode form C.
    Normalization,
}

/// How many there are.
pub const KEYS: usize = 6;

impl Key {
    /// The name under which a match is reported.
    pub fn tier(self) -> Tier {
        match self {
            Self::Raw | Self::Text => Tier::Exact,
            Self::Trailing => Tier::TrailingSpace,
            Self::Indentation => Tier::Indentation,
            Self::Punctuation => Tier::Punctuation,
            Self::Normalization => Tier::Normalization,
        }
    }

    /// What of a line is compared.
    pub fn of(self, line: &str) -> Cow<'_, str> {
        let text = without_cr(line);
        match self {
            Self::Raw => Cow::Borrowed(line),
            Self::Text => Cow::Borrowed(text),
            Self::Trailing => Cow::Borrowed(text.trim_end()),
            Self::Indentation => Cow::Borrowed(text.trim()),
            Self::Punctuation => plain(text.trim()),
            Self::Normalization => match plain(text.trim()) {
                Cow::Borrowed(plain) if plain.is_ascii() => Cow::Borrowed(plain),
                plain => Cow::Owned(plain.nfc().collect()),
            },
        }
    }
}

fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' => out.push('\''),
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{2033}' => out.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
            '\u{2026}' => out.push_str("..."),
            '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => out.push(' '),
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Whether a line says something: it holds a letter or digit.
pub fn is_telling(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric)
}
