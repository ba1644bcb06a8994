//! A piece of text that stands in the file once, perhaps within a line.

use super::super::refusal::RefusalCode;
use super::super::text::{Line, join, split};

/// What a search for the text alone gave.
pub enum Found {
    /// It stands there once; these are the lines afterwards.
    Once(Vec<Line>),
    /// It stands there more often.
    Several,
    /// It does not stand there letter by letter.
    Nowhere,
}

/// Puts `new` where `old` stands.
pub fn replace(lines: &[Line], old: &str, new: &str) -> Result<Found, RefusalCode> {
    let text = join(lines);
    let crlf = lines.first().is_some_and(Line::has_cr);
    let ended = |piece: &str| {
        let plain = piece.replace("\r\n", "\n");
        if crlf { plain.replace('\n', "\r\n") } else { plain }
    };
    let (old, new) = (ended(old), ended(new));
    let mut places = text.match_indices(&old).map(|(at, _)| at);
    let (Some(at), None) = (places.next(), places.next()) else {
        return Ok(if text.contains(&old) { Found::Several } else { Found::Nowhere });
    };
    if cuts_a_word(&text, at, &old) {
        return Ok(Found::Nowhere);
    }
    if stands_already(&text, at, &old, &new) {
        return Err(RefusalCode::AlreadyApplied);
    }
    let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + old.len()..).unwrap_or_default());
    let (first, last) = (before.matches('\n').count(), after.matches('\n').count());
    let mut out = split(&format!("{before}{new}{after}"));
    let end = out.len().saturating_sub(last);
    out.iter_mut().take(end.max(first + 1)).skip(first).for_each(|line| line.fresh = true);
    Ok(Found::Once(out))
}

/// Whether the piece begins or ends in the middle of a word: `port = 80` is not what stands in `port = 8080`.
fn cuts_a_word(text: &str, at: usize, old: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let after = text.get(at + old.len()..).and_then(|after| after.chars().next());
    (is_word(before) && is_word(old.chars().next())) || (is_word(after) && is_word(old.chars().next_back()))
}

/// Whether what surrounds the old text makes it the new one already.
fn stands_already(text: &str, at: usize, old: &str, new: &str) -> bool {
    let there = |(inside, _): (usize, &str)| {
        at.checked_sub(inside).and_then(|from| text.get(from..)).is_some_and(|rest| rest.starts_with(new))
    };
    new.len() > old.len() && new.match_indices(old).any(there)
}
