//! Titles of others inside our own titles and commit messages (M35).

use super::text::cut;
use crate::domain::characters::is_hidden;

/// The words that close an issue when they stand before its number.
const CLOSING: [&str; 9] = ["close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved"];

/// An issue's title as it may stand in a pull request's title or a commit's subject (M35): one line of at most
/// `limit` characters without mentions, references, closing keywords before one, `[skip ci]` forms and trailers.
pub fn safe_title(title: &str, limit: usize) -> String {
    let mut text: String = title.chars().filter(|c| !is_hidden(*c) || *c == '\r').collect();
    // Taking one thing out may bring the halves of another together; every pass makes the text shorter.
    loop {
        let next = words(&without_skips(&text));
        if next == text {
            return cut(text.trim(), limit);
        }
        text = next;
    }
}

/// Takes out `[skip ci]`, `[ci skip]`, `[no ci]`, `[skip actions]`, `***NO_CI***` and their like.
fn without_skips(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find(['[', '*']) {
        out.push_str(rest.get(..open).unwrap_or_default());
        rest = rest.get(open..).unwrap_or_default();
        let length = skip_form(rest);
        out.push_str(if length == 0 { rest.get(..1).unwrap_or_default() } else { " " });
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    out + rest
}

/// The length of the form that `text` begins with; 0 when it begins with none.
fn skip_form(text: &str) -> usize {
    const STARS: &str = "***NO_CI***";
    if text.get(..STARS.len()).is_some_and(|head| head.eq_ignore_ascii_case(STARS)) {
        return STARS.len();
    }
    let Some(end) = text.starts_with('[').then(|| text.find(']')).flatten() else { return 0 };
    let inside: String = text.get(1..end).unwrap_or_default().to_lowercase();
    let words: Vec<&str> = inside.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let skips = words.contains(&"skip") || matches!(words.as_slice(), ["no", "ci"] | ["ci", "off" | "no"]);
    if skips && end <= 60 { end + 1 } else { 0 }
}

/// The words joined by single blanks, each harmless.
fn words(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut kept = Vec::with_capacity(words.len());
    for (index, word) in words.iter().enumerate() {
        let before_reference = words.get(index + 1).is_some_and(|next| is_reference(next));
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        if !(before_reference && CLOSING.contains(&bare.as_str())) {
            kept.push(harmless(word));
        }
    }
    kept.retain(|word| !word.is_empty());
    kept.join(" ")
}

/// `#12`, `GH-12`, `owner/name#12`, an address
fn is_reference(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let numbered = |mark: &str| lower.split(mark).skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    numbered("#") || numbered("gh-") || lower.contains("://") || lower.contains("/issues/") || lower.contains("/pull/")
}

/// A word without `@`, without `#` before a digit, `GH-12` as `GH 12`, no scheme of an address, no trailer's colon.
fn harmless(word: &str) -> String {
    let mut word = word.replace('@', "").replace("https://", "").replace("http://", "").replace("://", " ");
    while let Some(at) = reference_mark(&word) {
        word.remove(at);
    }
    let upper = word.to_ascii_uppercase();
    if let Some(at) =
        upper.find("GH-").filter(|at| upper.get(at + 3..).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit())))
    {
        word.replace_range(at + 2..at + 3, " ");
    }
    match word.split_once(':') {
        Some((key, value)) if is_trailer_key(key) => format!("{key} {value}").trim().to_owned(),
        _ => word,
    }
}

/// Where a `#` stands before a digit.
fn reference_mark(word: &str) -> Option<usize> {
    word.as_bytes().windows(2).position(|w| matches!(w, [b'#', n] if n.is_ascii_digit()))
}

/// `Signed-off-by`, `Co-authored-by`, `skip-checks`
fn is_trailer_key(key: &str) -> bool {
    key.contains('-') && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}
