//! The words of an issue that can name something in a repository.

use std::collections::BTreeSet;

/// Words that say nothing about where to look.
const COMMON: &[&str] = &[
    "a", "about", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "because", "been", "but", "by",
    "can", "could", "did", "do", "does", "doesn", "don", "e", "each", "expected", "fail", "fails", "fix", "for",
    "from", "get", "gets", "give", "gives", "got", "has", "have", "how", "i", "if", "in", "into", "is", "isn", "issue",
    "it", "its", "like", "make", "must", "no", "not", "of", "on", "one", "only", "or", "our", "please", "problem", "s",
    "see", "should", "so", "some", "steps", "such", "t", "than", "that", "the", "their", "them", "then", "there",
    "they", "this", "to", "use", "used", "using", "was", "we", "were", "what", "when", "where", "which", "while",
    "who", "why", "will", "with", "work", "works", "would", "wrong", "you", "your", "bug", "error", "actual",
    "instead",
];

/// What an issue says, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Whole identifiers, lower case (`parse_duration`, `parseduration` of `parseDuration`).
    pub names: BTreeSet<String>,
    /// Parts of identifiers and plain words, lower case.
    pub parts: BTreeSet<String>,
    /// Things that look like paths or file names, as written.
    pub paths: BTreeSet<String>,
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn useful(word: &str) -> bool {
    (2..=64).contains(&word.len()) && !word.bytes().all(|b| b.is_ascii_digit()) && !COMMON.contains(&word)
}

/// Whether a new part of an identifier begins with `c` although no underscore stands before it.
fn begins_part(before: Option<char>, c: char, after: Option<char>) -> bool {
    c.is_uppercase()
        && before.is_some_and(|before| {
            before.is_lowercase()
                || before.is_numeric()
                || before.is_uppercase() && after.is_some_and(char::is_lowercase)
        })
}

/// Each character of a name and whether it begins a part of it.
fn in_parts(name: &str) -> impl Iterator<Item = (char, bool)> + '_ {
    let mut before = None;
    let mut chars = name.chars().peekable();
    std::iter::from_fn(move || {
        let c = chars.next()?;
        let begins = before.is_none_or(|before| before == '_') || begins_part(before, c, chars.peek().copied());
        before = Some(c);
        Some((c, begins))
    })
    .filter(|(c, _)| *c != '_')
}

/// The parts of `parse_HTTPDate2`: parse, http, date2.
pub(super) fn split_name(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for (c, begins) in in_parts(name) {
        if begins {
            parts.push(String::new());
        }
        parts.last_mut().into_iter().for_each(|last| last.extend(c.to_lowercase()));
    }
    parts
}

/// Whether a name has several parts.
pub(super) fn is_compound(name: &str) -> bool {
    in_parts(name).filter(|(_, begins)| *begins).nth(1).is_some()
}

fn looks_like_path(word: &str) -> bool {
    let trimmed = word.trim_matches('.');
    let ending = trimmed.rsplit_once('.').map_or("", |(_, ending)| ending);
    let has_ending = (1..=6).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    trimmed.len() <= 200 && (trimmed.contains('/') || has_ending) && trimmed.chars().any(char::is_alphabetic)
}

impl Words {
    /// Takes `text` apart; at most 400 words of each kind are kept.
    pub fn of(text: &str) -> Self {
        let mut words = Self::default();
        for token in text.split(|c: char| !(is_name_char(c) || "./-".contains(c))) {
            let path = token.trim_matches(|c| ".-/".contains(c));
            if looks_like_path(path) && words.paths.len() < 400 {
                words.paths.insert(path.to_owned());
            }
            token.split(|c: char| !is_name_char(c)).for_each(|name| words.add_name(name));
        }
        words
    }

    fn add_name(&mut self, name: &str) {
        let whole = name.to_lowercase();
        if !useful(&whole) || self.names.len() >= 400 {
            return;
        }
        let parts = split_name(name);
        if parts.len() > 1 || name.chars().any(char::is_uppercase) && !name.chars().all(char::is_uppercase) {
            self.names.insert(whole.clone());
        }
        self.parts.extend(parts.into_iter().filter(|p| useful(p)));
        self.parts.insert(whole);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parts_and_paths_are_told_apart() {
        let words = Words::of("`parse_duration(\"90s\")` in src/time.rs, the HTTPDate of parseUrl should work.");
        assert!(words.names.contains("parse_duration") && words.names.contains("parseurl"));
        assert!(words.parts.contains("duration") && words.parts.contains("http") && words.parts.contains("url"));
        assert!(words.paths.contains("src/time.rs"), "{:?}", words.paths);
        assert!(!words.parts.contains("should") && !words.parts.contains("the"));
    }

    #[test]
    fn identifiers_are_split_as_people_read_them() {
        for (name, parts) in [
            ("parse_HTTPDate2", &["parse", "http", "date2"][..]),
            ("getURL", &["get", "url"]),
            ("__init__", &["init"]),
            ("x", &["x"]),
            ("_", &[]),
            ("Größe", &["größe"]),
        ] {
            assert_eq!(split_name(name), parts, "{name}");
            assert_eq!(is_compound(name), parts.len() > 1, "{name}");
        }
    }
}
