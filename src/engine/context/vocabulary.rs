//! The words, each with a number, and how often they stand in names.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};

use super::words::{Words, split_name};

/// How often the words stand in one file or name: numbers of words, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Hits(Vec<(u32, u32)>);

impl Hits {
    /// Adds `more`, that many times.
    pub(super) fn add(&mut self, more: &Self, times: u32) {
        more.0.iter().for_each(|(word, count)| self.count(*word, count.saturating_mul(times)));
    }

    fn count(&mut self, word: u32, times: u32) {
        match self.0.binary_search_by_key(&word, |(known, _)| *known) {
            Ok(at) => self.0.get_mut(at).into_iter().for_each(|(_, count)| *count = count.saturating_add(times)),
            Err(at) => self.0.insert(at, (word, times)),
        }
    }

    /// Each word that stands there and how often, in the order of words.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.0.iter().copied()
    }
}

/// The words of one issue.
pub(super) struct Vocabulary<'w> {
    pub(super) words: &'w Words,
    /// All of them in order.
    list: Vec<&'w str>,
    /// Finds whether any is in a name at all: in most there is none.
    finder: Option<AhoCorasick>,
}

impl<'w> Vocabulary<'w> {
    pub(super) fn new(words: &'w Words) -> Self {
        let mut list: Vec<&str> = words.names.iter().chain(&words.parts).map(String::as_str).collect();
        list.sort_unstable();
        list.dedup();
        let finder = AhoCorasickBuilder::new().ascii_case_insensitive(true).build(&list).ok();
        Self { words, list, finder }
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether the issue writes out a word: it says more than a part of one.
    pub(super) fn is_whole(&self, word: u32) -> bool {
        self.list.get(word as usize).is_some_and(|word| self.words.names.contains(*word))
    }

    /// Whether a word can be in `name`; only a `false` is certain.
    pub(super) fn touches(&self, name: &str) -> bool {
        !name.is_ascii() || self.finder.as_ref().is_none_or(|finder| finder.is_match(name))
    }

    /// The words in one identifier, the whole or its parts, where there are any.
    pub(super) fn hits(&self, name: &str) -> Option<Hits> {
        if !self.touches(name) {
            return None;
        }
        let mut hits = Hits::default();
        let whole = name.to_lowercase();
        let known = self.words.names.contains(&whole);
        if known || self.words.parts.contains(&whole) {
            self.count(&mut hits, &whole);
        }
        if !known && (name.contains('_') || name.chars().any(char::is_uppercase)) {
            split_name(name).iter().filter(|part| self.words.parts.contains(*part)).for_each(|part| {
                self.count(&mut hits, part);
            });
        }
        (!hits.0.is_empty()).then_some(hits)
    }

    fn count(&self, hits: &mut Hits, word: &str) {
        if let Ok(at) = self.list.binary_search(&word) {
            hits.count(u32::try_from(at).unwrap_or(u32::MAX), 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole_and_in_parts_and_nowhere_else() {
        let words = Words::of("parseDuration of größe loses the seconds");
        let vocabulary = Vocabulary::new(&words);
        let found = |name: &str| -> Vec<&str> {
            let hits = vocabulary.hits(name).unwrap_or_default();
            hits.iter().map(|(word, _)| vocabulary.list[word as usize]).collect()
        };
        assert_eq!(found("parse_duration"), ["duration", "parse"]);
        assert_eq!(found("ParseDuration"), ["parseduration"]);
        assert_eq!((found("seconds"), found("Größe")), (vec!["seconds"], vec!["größe"]));
        assert_eq!(found("microseconds"), Vec::<&str>::new());
        assert!(vocabulary.touches("microseconds") && !vocabulary.touches("unrelated"));
        let mut all = vocabulary.hits("seconds").unwrap();
        all.add(&vocabulary.hits("duration_seconds").unwrap(), 3);
        assert_eq!(all.iter().map(|(_, count)| count).collect::<Vec<_>>(), [3, 4]);
    }
}
