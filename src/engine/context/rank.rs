//! Which files an issue is about: by the paths it names and by its rarer words in names and contents.

use std::collections::{BTreeMap, HashMap};

use super::words::{Words, split_name};

/// How often the words stand in one file.
#[derive(Debug, Clone, Default)]
pub(super) struct Hits {
    by_word: HashMap<String, u32>,
}

/// Counts the words in `text`, whole identifiers and their parts.
pub(super) fn count(words: &Words, text: &str) -> Hits {
    let mut hits = Hits::default();
    for name in text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|n| n.len() > 1 && n.len() <= 64) {
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
    }
    hits
}

/// The worth of a path for this issue, from its name alone.
pub(super) fn path_score(words: &Words, path: &str) -> f64 {
    let lower = path.to_lowercase();
    let file = lower.rsplit('/').next().unwrap_or(&lower);
    let named = words.paths.iter().map(|p| p.to_lowercase()).fold(0.0_f64, |best, p| {
        let worth = match () {
            () if p == lower || lower.ends_with(&format!("/{p}")) => 60.0,
            () if p.ends_with(&format!("/{file}")) || p == file => 25.0,
            () => 0.0,
        };
        best.max(worth)
    });
    let stem = file.split('.').next().unwrap_or(file);
    let parts = split_name(stem);
    let in_name = parts.iter().filter(|p| words.parts.contains(*p)).count();
    let in_folder = lower.split('/').rev().skip(1).filter(|c| words.parts.contains(*c)).count();
    #[expect(clippy::cast_precision_loss, reason = "counts of words in a path are small")]
    let by_words = 3.0 * in_name as f64 + in_folder as f64;
    named + by_words
}

/// Scores for all files: names once, contents weighted by how rare each word is over the files.
#[expect(clippy::cast_precision_loss, reason = "counts of files and words, far below 2^52")]
pub(super) fn scores(words: &Words, hits: &BTreeMap<String, Hits>) -> BTreeMap<String, f64> {
    let mut files_with: HashMap<&str, u32> = HashMap::new();
    for word in hits.values().flat_map(|h| h.by_word.keys()) {
        *files_with.entry(word).or_default() += 1;
    }
    let all = hits.len().max(1) as f64;
    let rarity = |word: &str| (1.0 + all / f64::from(files_with.get(word).copied().unwrap_or(1))).ln();
    let content = |hits: &Hits| -> f64 {
        let worth = |(word, n): (&String, &u32)| {
            let whole = if words.names.contains(word) { 4.0 } else { 1.0 };
            whole * rarity(word) * (1.0 + f64::from(*n)).ln()
        };
        hits.by_word.iter().map(worth).sum()
    };
    hits.iter().map(|(path, found)| (path.clone(), path_score(words, path) + content(found))).collect()
}
