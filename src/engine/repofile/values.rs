//! Values of the file: text, lists, switches, amounts, names.

use crate::domain::characters::is_hidden;
use crate::domain::money::UsdMicros;

use super::error::Fault;
use super::yaml::{Node, Value};

/// Entries of any list.
const MAX_ENTRIES: usize = 100;

/// The text of a node: one value without hidden characters, not empty, at most `limit` characters.
pub(super) fn text<'n>(node: &'n Node, key: &str, expected: &str, limit: usize) -> Result<&'n str, Fault> {
    let Value::Text { text, .. } = &node.value else {
        return Err(Fault::new(node.at, key, format!("expected {expected}, not {}.", kind(node))));
    };
    if text.trim().is_empty() || node.is_null() {
        return Err(Fault::new(node.at, key, format!("expected {expected}; nothing stands there.")));
    }
    if text.chars().count() > limit {
        return Err(Fault::new(node.at, key, format!("expected {expected} of at most {limit} characters.")));
    }
    if text.chars().any(is_hidden) {
        return Err(Fault::new(node.at, key, "an invisible character stands in it."));
    }
    Ok(text)
}

fn kind(node: &Node) -> &'static str {
    match node.value {
        Value::Text { .. } => "one value",
        Value::List(_) => "a list",
        Value::Map(_) => "keys with values",
    }
}

/// The entries of a list, each with its path; one value stands for a list of one.
pub(super) fn entries<'n>(node: &'n Node, key: &str, what: &str) -> Result<Vec<(&'n Node, String)>, Fault> {
    let nodes = match &node.value {
        Value::Text { .. } => return Ok(vec![(node, key.to_owned())]),
        Value::List(nodes) => nodes,
        Value::Map(_) => {
            return Err(Fault::new(node.at, key, format!("expected a list of {what}, not keys with values.")));
        }
    };
    if let Some(extra) = nodes.get(MAX_ENTRIES) {
        return Err(Fault::new(extra.at, key, format!("a list has at most {MAX_ENTRIES} entries.")));
    }
    Ok(nodes.iter().enumerate().map(|(index, node)| (node, format!("{key}[{index}]"))).collect())
}

/// `true` or `false`, without quotes.
pub(super) fn switch(node: &Node, key: &str) -> Result<bool, Fault> {
    let word = text(node, key, "`true` or `false`", 64)?;
    let plain = matches!(node.value, Value::Text { plain: true, .. });
    match word {
        "true" | "True" | "TRUE" if plain => Ok(true),
        "false" | "False" | "FALSE" if plain => Ok(false),
        other => {
            let meant = match other.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "y" | "1" => Some("true"),
                "false" | "no" | "off" | "n" | "0" => Some("false"),
                _ => None,
            };
            Err(Fault::new(node.at, key, "expected `true` or `false`, without quotes.").meaning(meant))
        }
    }
}

/// One of a few words.
pub(super) fn word<T: Copy>(node: &Node, key: &str, words: &[(&'static str, T)]) -> Result<T, Fault> {
    let listed = words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let expected = format!("one of {listed}");
    let written = text(node, key, &expected, 64)?;
    let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(written));
    found.map(|(_, value)| *value).ok_or_else(|| {
        let meant = crate::engine::command::nearest(written, words.iter().map(|(word, _)| *word));
        Fault::new(node.at, key, format!("expected {expected}.")).meaning(meant)
    })
}

/// An amount in US dollars above zero.
pub(super) fn amount(node: &Node, key: &str) -> Result<UsdMicros, Fault> {
    const EXPECTED: &str = "an amount in US dollars above zero, as `0.50`";
    let written = text(node, key, EXPECTED, 40)?;
    let read = |text: &str| UsdMicros::parse(text).filter(|amount| *amount > UsdMicros::ZERO);
    read(written).ok_or_else(|| {
        let digits = written.to_ascii_lowercase().replace("usd", "").replace(',', ".");
        let digits = digits.trim_matches(|c: char| c == '$' || c.is_whitespace()).to_owned();
        let meant = read(&digits).map(|_| digits);
        Fault::new(node.at, key, format!("expected {EXPECTED}.")).meaning(meant)
    })
}

/// A whole number within bounds.
pub(super) fn number(node: &Node, key: &str, what: &str, (least, most): (u64, u64)) -> Result<u64, Fault> {
    let expected = format!("{what} from {least} to {most}");
    let written = text(node, key, &expected, 40)?;
    let right = written.bytes().all(|b| b.is_ascii_digit());
    let number = written.parse().ok().filter(|n| right && (least..=most).contains(n));
    number.ok_or_else(|| Fault::new(node.at, key, format!("expected {expected}.")))
}

/// Whether GitHub could have an account of this login (enterprise logins have `_`).
pub(super) fn is_login(text: &str) -> bool {
    let right = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=39).contains(&text.len()) && text.bytes().all(right) && !text.starts_with('-')
}
