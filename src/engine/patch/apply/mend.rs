//! Changes whose lines are not in the file as they came, read as what was probably meant: only when that leaves one
//! exact place.

use super::super::text::strip_numbers;
use super::change::{Change, Kind, Op};
use super::key::is_telling;

/// Other readings of a change, the most likely first.
pub fn readings(change: &Change) -> Vec<Change> {
    let blanks = [blank_additions(change, false), blank_additions(change, true)];
    let plain = unnumbered(change).into_iter().chain(unpadded(change)).chain(unescaped(change));
    plain.chain(blanks.into_iter().flatten()).collect()
}

/// With the signs back that were written as in HTML, in every line.
fn unescaped(change: &Change) -> Option<Change> {
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    let plain = |text: &str| signs.iter().fold(text.to_owned(), |text, (name, sign)| text.replace(name, sign));
    if !change.old().any(|op| plain(&op.text) != op.text) {
        return None;
    }
    let ops = change.ops.iter().map(|op| Op { text: plain(&op.text), ..op.clone() }).collect();
    Some(Change { ops, ..change.clone() })
}

/// Without the line numbers of a listing.
fn unnumbered(change: &Change) -> Vec<Change> {
    let (old, new) = (change.old_texts(), change.new_texts());
    let readings = strip_numbers(&old);
    readings.into_iter().filter_map(|plain| stripped(change, &plain, &new)).collect()
}

/// The change with these lines to find; added lines lose their numbers too, if they have some.
fn stripped(change: &Change, plain: &[(usize, &str)], new: &[&str]) -> Option<Change> {
    let (first, old) = (plain.first()?, change.old().next()?);
    let behind = old.text.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    let mark = behind.len().checked_sub(first.1.len())?;
    let bare = |text: &str| without_number(text, mark).unwrap_or_else(|| text.to_owned());
    if !change.is_diff {
        let search: Vec<String> = plain.iter().map(|(_, text)| (*text).to_owned()).collect();
        let replace: Vec<String> = new.iter().map(|text| bare(text)).collect();
        return Some(Change::of_replace(&search, &replace));
    }
    let mut olds = plain.iter().map(|(_, text)| (*text).to_owned());
    let op = |op: &Op| {
        let text = if op.kind == Kind::Add { bare(&op.text) } else { olds.next()? };
        Some(Op { text, ..op.clone() })
    };
    Some(Change { ops: change.ops.iter().map(op).collect::<Option<Vec<Op>>>()?, ..change.clone() })
}

/// What follows the number and its mark of so many bytes; `None` when there is no number.
fn without_number(line: &str, mark: usize) -> Option<String> {
    let text = line.trim_start();
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = rest.len() < text.len() && rest.starts_with(['|', ':', '\t', '.', ' ', '\u{2502}', '\u{2192}']);
    numbered.then(|| rest.get(mark..).unwrap_or_default().to_owned())
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|l| (*l).to_owned()).collect()
}

/// Without the blank lines that both parts of a block start or end with.
fn unpadded(change: &Change) -> Option<Change> {
    if change.is_diff {
        return None;
    }
    let (old, new) = (owned(&change.old_texts()), owned(&change.new_texts()));
    let blank = |line: Option<&String>| line.is_some_and(|l| l.trim().is_empty());
    let (mut old, mut new) = (old.as_slice(), new.as_slice());
    let before = old.len();
    while blank(old.first()) && blank(new.first()) {
        (old, new) = (old.get(1..)?, new.get(1..)?);
    }
    while blank(old.last()) && blank(new.last()) {
        (old, new) = (old.get(..old.len() - 1)?, new.get(..new.len() - 1)?);
    }
    (old.len() < before && old.iter().any(|l| is_telling(l))).then(|| Change::of_replace(old, new))
}

/// With the blank lines between added ones added too; with those after added ones as well, if asked.
fn blank_additions(change: &Change, after: bool) -> Option<Change> {
    if !change.is_diff {
        return None;
    }
    let mut ops = change.ops.clone();
    let kinds: Vec<(Kind, bool)> = ops.iter().map(|op| (op.kind, op.text.trim().is_empty())).collect();
    let blank = |(kind, blank): &&(Kind, bool)| *kind == Kind::Context && *blank;
    let mut changed = false;
    for (at, op) in ops.iter_mut().enumerate() {
        let (before, rest) = kinds.split_at_checked(at)?;
        let follows = before.iter().rev().find(|k| !blank(k)).is_some_and(|k| k.0 == Kind::Add);
        let next = rest.iter().find(|k| !blank(k));
        let precedes = next.is_some_and(|k| k.0 == Kind::Add);
        if rest.first().is_some_and(|k| blank(&k)) && follows && (precedes || (after && next.is_some())) {
            op.kind = Kind::Add;
            changed = true;
        }
    }
    changed.then(|| Change { ops, ..change.clone() })
}
