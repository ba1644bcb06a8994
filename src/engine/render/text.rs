//! Text of others made harmless: code spans, fences, quotes, links.

use std::time::Duration;

use crate::domain::characters::{is_hidden, made_visible};

/// `text` as a code span on one line, at most `limit` characters; hidden characters are made visible. In a table
/// `|` would end the cell even within code, so it is shown as `│`.
pub(super) fn code(text: &str, limit: usize) -> String {
    let shown = made_visible(&cut(&flat(text), limit)).replace('|', "│");
    if shown.is_empty() {
        return "–".into();
    }
    let fence = "`".repeat(longest_run(&shown) + 1);
    let pad = if shown.starts_with('`') || shown.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{shown}{pad}{fence}")
}

/// `text` on one line as it is when nothing in it can mean anything to Markdown or GitHub, else as a code span.
pub(super) fn plain(text: &str, limit: usize) -> String {
    let line = flat(text);
    if is_plain(&line) { cut(&line, limit) } else { code(&line, limit) }
}

/// White space of any kind as single blanks.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words and simple punctuation: no markup, mention, reference, address, emoji code, list or heading.
fn is_plain(line: &str) -> bool {
    let allowed = |c: char| (c.is_alphanumeric() && !is_hidden(c)) || " .,;:()'\"%/+-=?!–—…’“”→×−".contains(c);
    let begins = line.chars().next().is_some_and(char::is_alphabetic);
    begins && line.chars().all(allowed) && line.split(' ').all(is_plain_word)
}

fn is_plain_word(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let colon_inside = word.trim_end_matches([':', ')', '"', '\'']).contains(':');
    let numbered =
        lower.as_bytes().windows(3).any(|w| matches!(w, [a, b'-', n] if a.is_ascii_alphabetic() && n.is_ascii_digit()));
    let hash_like = lower.split(|c: char| !c.is_ascii_hexdigit()).any(|run| run.len() >= 7);
    !colon_inside && !numbered && !hash_like && !lower.contains("www.")
}

/// The lines of `text` as a quote, harmless each, at most `lines` of `limit` characters; empty for an empty text.
pub(super) fn quoted(text: &str, lines: usize, limit: usize) -> String {
    let mut filled = text.lines().filter(|line| !line.trim().is_empty());
    let mut out: String = filled.by_ref().take(lines).map(|line| format!("> {}\n", plain(line, limit))).collect();
    if filled.next().is_some() {
        out.push_str("> …\n");
    }
    out
}

/// The first `limit` characters, with `…` when there were more.
pub(super) fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A fenced block around `text`, whose fence is one backtick longer than the longest run inside, four at least.
pub(super) fn fenced(info: &str, text: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(4));
    let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    format!("{fence}{info}\n{text}{end}{fence}\n")
}

/// A diff as it is shown: hidden characters and carriage returns made visible (M34, M36).
pub(super) fn shown_diff(patch: &str) -> String {
    made_visible(&patch.replace('\r', "␍"))
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
    let right_char = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&*+,;=%".contains(c);
    let right = (url.starts_with("https://") || url.starts_with("http://")) && url.chars().all(right_char);
    if right { format!("[{label}]({url})") } else { label.to_owned() }
}

/// `850 ms`, `48 s`, `3 min 5 s`
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

/// `A, B and C`
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [] => "none".into(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A sentence that was made for a comment, for a page or a program: the texts of links with
/// their addresses, code without its marks.
pub fn without_markdown(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, (name, (address, after)))) = rest.split_once('[').and_then(|(before, link)| {
        let (name, tail) = link.split_once("](")?;
        Some((before, (name, tail.split_once(')')?)))
    }) {
        out.push_str(&format!("{before}{name} ({address})"));
        rest = after;
    }
    out.push_str(rest);
    out.replace('`', "").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_for_a_page_has_no_markdown() {
        let said = "[Pull request #2](http://h/o/r/pull/2) is open; write `/bakeoff` for [more](u).\n";
        let plain = "Pull request #2 (http://h/o/r/pull/2) is open; write /bakeoff for more (u).";
        assert_eq!(without_markdown(said), plain);
        assert_eq!(without_markdown("a [b] (c"), "a [b] (c");
    }

    #[test]
    fn only_plain_words_stand_outside_code() {
        for same in ["The list was empty.", "Größe 3 (of 4): done", "It's 50% faster"] {
            assert_eq!(plain(same, 99), same);
        }
        for (text, shown) in [
            ("ask @team", "`ask @team`"),
            ("see #12", "`see #12`"),
            ("see GH-12", "`see GH-12`"),
            ("see http://x", "`see http://x`"),
            ("at www.x.org", "`at www.x.org`"),
            ("done :tada: now", "`done :tada: now`"),
            ("- item", "`- item`"),
            ("1. item", "`1. item`"),
            ("<b>x</b>", "`<b>x</b>`"),
            ("commit deadbee", "`commit deadbee`"),
            ("a `b` c", "``a `b` c``"),
            ("`b`", "`` `b` ``"),
            ("a|b", "`a│b`"),
            ("", "–"),
        ] {
            assert_eq!(plain(text, 99), shown);
        }
        assert_eq!(plain("abcdef", 3), "abc…");
    }

    #[test]
    fn a_link_needs_a_plain_address() {
        assert_eq!(link("x", "https://h/a?b=c#d"), "[x](https://h/a?b=c#d)");
        for bad in ["javascript:alert(1)", "https://h/a) [y](https://z", "https://h/a b", "https://h/<a>"] {
            assert_eq!(link("x", bad), "x");
        }
    }
}
