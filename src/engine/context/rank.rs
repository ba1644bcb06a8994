//! Which files an issue is about: by the paths it names and by its rarer words in names and contents.

use std::collections::HashMap;

use super::words::{Words, split_name};

/// How often the words stand in one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Hits {
    by_word: HashMap<String, u32>,
}

impl Hits {
    /// Adds `more`, that many times.
    pub(super) fn add(&mut self, more: &Self, times: u32) {
        for (word, count) in &more.by_word {
            *self.by_word.entry(word.clone()).or_default() += count * times;
        }
    }
}

/// The words in one identifier: the whole, or its parts.
pub(super) fn hits_of_name(words: &Words, name: &str) -> Hits {
    let mut hits = Hits::default();
    let whole = name.to_lowercase();
    let known = words.names.contains(&whole);
    if known || words.parts.contains(&whole) {
        *hits.by_word.entry(whole).or_default() += 1;
    }
    if !known && (name.contains('_') || name.chars().any(char::is_uppercase)) {
        for part in split_name(name).into_iter().filter(|p| words.parts.contains(p)) {
            *hits.by_word.entry(part).or_default() += 1;
        }
    }
    hits
}

/// Counts the words in `text`, whole identifiers and their parts.
pub(super) fn count(words: &Words, text: &str) -> Hits {
    let mut by_name: HashMap<&str, u32> = HashMap::new();
    for name in text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|n| n.len() > 1 && n.len() <= 64) {
        *by_name.entry(name).or_default() += 1;
    }
    let mut hits = Hits::default();
    by_name.into_iter().for_each(|(name, times)| hits.add(&hits_of_name(words, name), times));
    hits
}

/// The worth of paths for one issue, from their names alone.
pub(super) struct PathScore<'w> {
    words: &'w Words,
    /// The paths, lower case.
    paths: Vec<String>,
}

impl<'w> PathScore<'w> {
    pub(super) fn new(words: &'w Words) -> Self {
        Self { words, paths: words.paths.iter().map(|path| path.to_lowercase()).collect() }
    }

    pub(super) fn of(&self, path: &str) -> f64 {
        let lower = path.to_lowercase();
        let file = lower.rsplit('/').next().unwrap_or(&lower);
        let named = self.paths.iter().map(|named| named_worth(named, &lower, file)).fold(0.0, f64::max);
        let stem = file.split('.').next().unwrap_or(file);
        let in_name = split_name(stem).iter().filter(|part| self.words.parts.contains(*part)).count();
        let in_folder = lower.split('/').rev().skip(1).filter(|part| self.words.parts.contains(*part)).count();
        #[expect(clippy::cast_precision_loss, reason = "counts of words in a path are small")]
        let by_words = 3.0 * in_name as f64 + in_folder as f64;
        named + by_words
    }
}

/// What it is worth that the issue writes `named`, for the file `lower` whose name is `file`.
fn named_worth(named: &str, lower: &str, file: &str) -> f64 {
    let ends_with = |long: &str, end: &str| long.strip_suffix(end).is_some_and(|rest| rest.ends_with('/'));
    match () {
        () if named == lower || ends_with(lower, named) || (file != lower && ends_with(named, lower)) => 60.0,
        () if named == file || ends_with(named, file) => 25.0,
        () => 0.0,
    }
}

/// What the words in the contents of each file are worth, each word by how rare it is over the files.
#[expect(clippy::cast_precision_loss, reason = "counts of files and words, far below 2^52")]
pub(super) fn content_scores(words: &Words, hits: &[Hits]) -> Vec<f64> {
    let mut files_with: HashMap<&str, u32> = HashMap::new();
    for word in hits.iter().flat_map(|h| h.by_word.keys()) {
        *files_with.entry(word).or_default() += 1;
    }
    let all = hits.len().max(1) as f64;
    let rarity = |word: &str| (1.0 + all / f64::from(files_with.get(word).copied().unwrap_or(1))).ln();
    let content = |hits: &Hits| -> f64 {
        // In one order, so that the sum is always the same.
        let mut found: Vec<_> = hits.by_word.iter().collect();
        found.sort();
        let worth = |(word, n): (&String, &u32)| {
            let whole = if words.names.contains(word) { 4.0 } else { 1.0 };
            whole * rarity(word) * (1.0 + f64::from(*n)).ln()
        };
        found.into_iter().map(worth).sum()
    };
    hits.iter().map(content).collect()
}
