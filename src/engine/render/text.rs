//! Text of others made harmless: code spans, fences, links, titles.

use std::time::Duration;

use crate::domain::characters::{is_hidden, made_visible};

/// `text` as a code span on one line, at most `limit` characters; hidden characters are made visible. In a table
/// `|` would end the cell even within code, so it is shown as `│`.
pub(super) fn code(text: &str, limit: usize) -> String {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = made_visible(&cut(&flat, limit)).replace('|', "│");
    if shown.is_empty() {
        return "–".into();
    }
    let fence = "`".repeat(longest_run(&shown) + 1);
    let pad = if shown.starts_with('`') || shown.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{shown}{pad}{fence}")
}

/// The first `limit` characters, with `…` when there were more.
pub(super) fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}

/// The longest run of backticks.
pub(super) fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A fenced block around `text`, whose fence is one backtick longer than the longest run inside, four at least.
pub(super) fn fenced(info: &str, text: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(4));
    let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    format!("{fence}{info}\n{text}{end}{fence}\n")
}

/// `text` for HTML outside Markdown's reach, hidden characters made visible.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in made_visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}

/// A link with a label of ours; only the label when `url` is not plain http(s).
pub(super) fn link(label: &str, url: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&*+,;=%".contains(c);
    let right = (url.starts_with("https://") || url.starts_with("http://")) && url.chars().all(plain);
    if right { format!("[{label}]({url})") } else { label.to_owned() }
}

/// `48 s`, `3 min 5 s`
pub(super) fn took(span: Duration) -> String {
    match span.as_secs() {
        0 => format!("{} ms", span.as_millis()),
        seconds @ 1..=119 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// `1 file`, `2 files`
pub(super) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// The words that close an issue when they stand before its number.
const CLOSING: [&str; 9] = ["close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved"];

/// An issue's title as it may stand in a pull request's title or a commit's subject (M35): one line of at most
/// `limit` characters without mentions, references, closing keywords before one, `[skip ci]` forms and trailers.
pub fn safe_title(title: &str, limit: usize) -> String {
    let _ = CLOSING;
    let _ = is_hidden('a');
    cut(title, limit)
}
