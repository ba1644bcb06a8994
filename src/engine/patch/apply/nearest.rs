//! The lines of a file that come nearest to what was looked for: what a model needs to send something better.

use std::collections::HashMap;

use super::super::text::Line;
use super::change::{Change, Kind};
use super::key::{Key, is_telling};

const SHOWN_LINES: usize = 24;
const SHOWN_CHARS: usize = 200;
const PLACES_EACH: usize = 50;

/// Says where the change was looked for and what stands there.
pub fn describe(change: &Change, lines: &[Line]) -> String {
    let wanted = excerpt(change.old().map(|op| (None, op.text.as_str())));
    let Some(start) = best_start(change, lines) else {
        return format!("Looked for:\n{wanted}\nNo line of the file comes near.");
    };
    let from = start.saturating_sub(3);
    let length = (change.old().count() + 6).min(SHOWN_LINES);
    let there = lines.iter().enumerate().skip(from).take(length).map(|(i, l)| (Some(i + 1), l.text()));
    format!("Looked for:\n{wanted}\nThe nearest lines of the file:\n{}", excerpt(there))
}

/// Says where the lines stand that were found several times.
pub fn places(starts: &[usize]) -> String {
    let shown: Vec<String> = starts.iter().take(5).map(|at| (at + 1).to_string()).collect();
    format!("The lines stand at line {} of the file. Add context until only one place is left.", shown.join(", "))
}

fn excerpt<'a>(lines: impl Iterator<Item = (Option<usize>, &'a str)>) -> String {
    let mut text = String::new();
    for (number, line) in lines.take(SHOWN_LINES) {
        let line: String = line.chars().take(SHOWN_CHARS).collect();
        match number {
            Some(number) => text.push_str(&format!("{number}|{line}\n")),
            None => text.push_str(&format!("|{line}\n")),
        }
    }
    text
}

/// The line of the file at which most lines of the change would match.
fn best_start(change: &Change, lines: &[Line]) -> Option<usize> {
    let mut at: HashMap<String, Vec<usize>> = HashMap::new();
    for (row, line) in lines.iter().enumerate().filter(|(_, l)| is_telling(&l.raw)) {
        at.entry(Key::Punctuation.of(&line.raw).into_owned()).or_default().push(row);
    }
    let mut votes: HashMap<usize, usize> = HashMap::new();
    for (index, op) in change.old().enumerate() {
        let rows = at.get(Key::Punctuation.of(&op.text).as_ref());
        for row in rows.into_iter().flatten().filter(|row| **row >= index).take(PLACES_EACH) {
            *votes.entry(row - index).or_default() += 1;
        }
    }
    let best = votes.into_iter().max_by_key(|(start, count)| (*count, usize::MAX - *start)).map(|(start, _)| start);
    best.or_else(|| most_alike(change, lines))
}

/// The line that shares most words with the most telling line of the change.
fn most_alike(change: &Change, lines: &[Line]) -> Option<usize> {
    let telling = |kind: Kind| change.old().filter(move |op| op.kind == kind).max_by_key(|op| words(&op.text).len());
    let wanted = words(&telling(Kind::Remove).or_else(|| telling(Kind::Context))?.text);
    let shared = |line: &Line| {
        let there = words(&line.raw);
        wanted.iter().filter(|w| there.contains(w)).count()
    };
    let scored = lines.iter().take(20_000).enumerate().map(|(row, line)| (shared(line), row));
    let best = scored.max_by_key(|(score, row)| (*score, usize::MAX - *row)).filter(|(score, _)| *score > 0);
    best.map(|(_, row)| row)
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| w.len() > 1).take(30).collect()
}
