//! The process's own secrets, and the scan itself.
//!
//! A text and a secret are compared by their letters and digits alone, so that separators between the characters
//! (a line break, a dash, an invisible character) hide nothing. One pass finds all spellings at once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::shapes;
use super::{Hit, REDACTED};

/// The fewest letters and digits of a spelling that is looked for.
const LEAST: usize = 8;
/// How many bytes may stand between two characters of a secret.
const MAX_GAP: usize = 8;
/// How many characters of a spelling choose the candidates to compare.
const KEY: usize = LEAST;

/// The secrets this process knows; clones share them.
#[derive(Clone, Default)]
pub struct Secrets {
    known: Arc<RwLock<Spellings>>,
}

#[derive(Default)]
struct Spellings {
    by_start: HashMap<[u8; KEY], Vec<Vec<u8>>>,
    /// The longest spelling.
    longest: usize,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    /// No secret known yet; the shapes are always looked for.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a secret known, and each long line of one that has several; false when it is too short to be told from
    /// ordinary text (under 8 letters and digits).
    pub fn register(&self, secret: &str) -> bool {
        let secret = secret.trim();
        if letters(secret.as_bytes()).len() < LEAST {
            return false;
        }
        let lines =
            secret.lines().filter(|line| secret.contains('\n') && line.len() >= 2 * KEY && !line.starts_with("-----"));
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for spelling in std::iter::once(secret).chain(lines).flat_map(spellings) {
            known.add(spelling);
        }
        true
    }

    /// `text` with [`super::REDACTED`] in place of every secret.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let hits = self.hits(text);
        if hits.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for hit in hits {
            out.push_str(text.get(at..hit.range.start).unwrap_or_default());
            out.push_str(REDACTED);
            at = hit.range.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        Cow::Owned(out)
    }

    /// The first secret in `text`: a patch that holds one is refused.
    pub fn find(&self, text: &str) -> Option<Hit> {
        self.hits(text).into_iter().next()
    }

    /// Every secret in `text`, in order, not overlapping.
    pub(super) fn hits(&self, text: &str) -> Vec<Hit> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut hits = shapes::shapes(text);
        hits.extend(known.hits(text));
        hits.sort_by_key(|hit| hit.range.start);
        let mut merged: Vec<Hit> = Vec::with_capacity(hits.len());
        for hit in hits {
            match merged.last_mut().filter(|last| hit.range.start < last.range.end) {
                Some(last) => last.range.end = last.range.end.max(hit.range.end),
                None => merged.push(hit),
            }
        }
        merged
    }

    /// The first byte of `text` from which on it may be the unfinished start of a secret.
    pub(super) fn unfinished(&self, text: &str) -> usize {
        self.known.read().unwrap_or_else(PoisonError::into_inner).unfinished(text).min(shapes::unfinished(text))
    }
}

impl Spellings {
    fn add(&mut self, spelling: Vec<u8>) {
        let Some(key) = spelling.first_chunk::<KEY>().copied() else { return };
        let same_start = self.by_start.entry(key).or_default();
        if !same_start.contains(&spelling) {
            self.longest = self.longest.max(spelling.len());
            same_start.push(spelling);
        }
    }

    fn hits(&self, text: &str) -> Vec<Hit> {
        if self.by_start.is_empty() {
            return Vec::new();
        }
        let places = letters(text.as_bytes());
        let bytes: Vec<u8> = places.iter().map(|(_, b)| *b).collect();
        let mut found = Vec::new();
        let mut free = 0;
        for (start, window) in bytes.windows(KEY).enumerate() {
            let candidates = <&[u8; KEY]>::try_from(window).ok().and_then(|key| self.by_start.get(key));
            let fits = |spelling: &&Vec<u8>| {
                bytes.get(start..start + spelling.len()).is_some_and(|part| part == spelling.as_slice())
                    && close_together(&places, start, spelling.len())
            };
            let longest = candidates.into_iter().flatten().filter(fits).map(Vec::len).max();
            let Some(length) = longest.filter(|length| start + length > free) else { continue };
            free = start + length;
            let ends = places.get(start).zip(places.get(free - 1));
            found
                .extend(ends.map(|((from, _), (to, _))| Hit { range: *from..to + 1, what: "a secret of this server" }));
        }
        found
    }

    fn unfinished(&self, text: &str) -> usize {
        let tail = text.len().saturating_sub(self.longest.saturating_mul(MAX_GAP + 1));
        let places = letters(text.as_bytes().get(tail..).unwrap_or_default());
        let end = places.last().map_or(0, |(at, _)| tail + at + 1);
        if text.len() - end > MAX_GAP {
            return text.len();
        }
        let bytes: Vec<u8> = places.iter().map(|(_, b)| *b).collect();
        let word = places.windows(2).rposition(|pair| matches!(pair, [(a, _), (b, _)] if b - a > MAX_GAP + 1));
        let goes_on = |start: &usize| {
            let part = bytes.get(*start..).unwrap_or_default();
            self.by_start.values().flatten().any(|spelling| spelling.len() > part.len() && spelling.starts_with(part))
        };
        let first = (word.map_or(0, |at| at + 1)..bytes.len()).find(goes_on);
        first.and_then(|start| places.get(start)).map_or(text.len(), |(at, _)| tail + at)
    }
}

/// The letters and digits of `text` with their places.
fn letters(text: &[u8]) -> Vec<(usize, u8)> {
    text.iter().copied().enumerate().filter(|(_, b)| b.is_ascii_alphanumeric()).collect()
}

/// Whether `length` letters from `start` on stand close enough to be one word.
fn close_together(places: &[(usize, u8)], start: usize, length: usize) -> bool {
    let part = places.get(start..start + length).unwrap_or_default();
    part.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if b - a <= MAX_GAP + 1))
}

/// The letters and digits of every spelling of a secret: plain, backwards, hexadecimal, base64 at each of its three
/// alignments, percent-encoded, as a JSON string.
fn spellings(secret: &str) -> Vec<Vec<u8>> {
    let percent = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC).to_string();
    let mut texts = vec![
        secret.to_owned(),
        secret.chars().rev().collect(),
        hex::encode(secret),
        hex::encode_upper(secret),
        lower_escapes(&percent),
        percent,
        serde_json::to_string(secret).unwrap_or_default(),
    ];
    texts.extend((0..3).map(|offset| base64_inside(secret.as_bytes(), offset)));
    let plain = texts.iter().map(|text| letters(text.as_bytes()).into_iter().map(|(_, b)| b).collect::<Vec<u8>>());
    plain.filter(|spelling| spelling.len() >= LEAST).collect()
}

/// `%2F` as `%2f`.
fn lower_escapes(percent: &str) -> String {
    let mut parts = percent.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push('%');
        out.push_str(&part.get(..2).unwrap_or_default().to_ascii_lowercase());
        out.push_str(part.get(2..).unwrap_or_default());
    }
    out
}

/// The characters of a base64 text that are the same whatever stands around `bytes` when they begin `offset` bytes
/// into a group of three.
fn base64_inside(bytes: &[u8], offset: usize) -> String {
    let mut padded = vec![0; offset];
    padded.extend_from_slice(bytes);
    let encoded = STANDARD_NO_PAD.encode(&padded);
    let lead = (offset * 8).div_ceil(6);
    let whole = padded.len() * 8 / 6;
    encoded.get(lead..whole).unwrap_or_default().to_owned()
}
