//! Which files an issue is about: by the paths it names and by its rarer words in names and contents.

use std::collections::HashMap;

use super::vocabulary::{Hits, Vocabulary};
use super::words::{Words, split_name};

/// Counts the words in `text`, whole identifiers and their parts.
pub(super) fn count(vocabulary: &Vocabulary<'_>, text: &str) -> Hits {
    let mut by_name: HashMap<&str, u32, foldhash::fast::RandomState> = HashMap::default();
    for name in text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|n| n.len() > 1 && n.len() <= 64) {
        *by_name.entry(name).or_default() += 1;
    }
    let mut hits = Hits::default();
    for (name, times) in by_name {
        vocabulary.hits(name).iter().for_each(|of_name| hits.add(of_name, times));
    }
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
#[expect(clippy::cast_precision_loss, reason = "counts of files, far below 2^52")]
pub(super) fn content_scores(vocabulary: &Vocabulary<'_>, hits: &[Hits]) -> Vec<f64> {
    let mut files_with = vec![0_u32; vocabulary.len()];
    for (word, _) in hits.iter().flat_map(Hits::iter) {
        files_with.get_mut(word as usize).into_iter().for_each(|count| *count += 1);
    }
    let all = hits.len().max(1) as f64;
    let worth = |(word, files): (usize, &u32)| {
        let whole = if vocabulary.is_whole(u32::try_from(word).unwrap_or(u32::MAX)) { 4.0 } else { 1.0 };
        whole * (1.0 + all / f64::from((*files).max(1))).ln()
    };
    let worths: Vec<f64> = files_with.iter().enumerate().map(worth).collect();
    let of_word = |(word, times): (u32, u32)| {
        worths.get(word as usize).copied().unwrap_or_default() * (1.0 + f64::from(times)).ln()
    };
    hits.iter().map(|hits| hits.iter().map(of_word).sum()).collect()
}
