//! Writes placed changes into a file: removed lines go, added lines come with the file's own indentation and line
//! ends, everything else stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use super::super::refusal::RefusalCode;
use super::super::text::{Line, indent_of, without_cr};
use super::change::{Change, Kind, Op};
use super::indent::{Pair, Reindent, unit_of};
use super::key::Key;
use super::place::Place;

/// Writes all changes at once, or says which one cannot be and why.
pub fn write(lines: &[Line], changes: &[Change], places: &[Place]) -> Result<Vec<Line>, (usize, RefusalCode)> {
    let mut removed: BTreeSet<usize> = BTreeSet::new();
    let mut added: BTreeMap<usize, Vec<Line>> = BTreeMap::new();
    for (index, (change, place)) in changes.iter().zip(places).enumerate() {
        let moves = moves(change, place, lines).ok_or((index, RefusalCode::Indentation))?;
        let before = removed.len();
        removed.extend(&moves.removed);
        let twice =
            removed.len() < before + moves.removed.len() || moves.added.keys().any(|gap| added.contains_key(gap));
        if twice {
            return Err((index, RefusalCode::Conflict));
        }
        added.extend(moves.added);
    }
    let mut out = Vec::with_capacity(lines.len());
    for (row, line) in lines.iter().enumerate() {
        out.extend(added.remove(&row).unwrap_or_default());
        out.extend((!removed.contains(&row)).then(|| line.clone()));
    }
    out.extend(added.into_values().flatten());
    end(&mut out, lines, changes, places);
    Ok(out)
}

/// What one change does, by lines of the file.
struct Moves {
    removed: Vec<usize>,
    /// New lines before a line of the file.
    added: BTreeMap<usize, Vec<Line>>,
}

fn moves(change: &Change, place: &Place, lines: &[Line]) -> Option<Moves> {
    let reindent = reindent(change, place, lines)?;
    let mut moves = Moves { removed: Vec::new(), added: BTreeMap::new() };
    let mut rows = place.rows.iter().copied();
    let mut gap = place.start();
    for op in &change.ops {
        if op.kind == Kind::Add {
            let line = added_line(op, place, lines, gap, &reindent)?;
            moves.added.entry(gap).or_default().push(line);
            continue;
        }
        let row = rows.next()?;
        if op.kind == Kind::Remove {
            moves.removed.push(row);
        }
        gap = row + 1;
    }
    Some(moves)
}

fn reindent(change: &Change, place: &Place, lines: &[Line]) -> Option<Reindent> {
    if place.as_is || place.key <= Key::Trailing {
        return Some(Reindent::AsIs);
    }
    let mut pairs = Vec::new();
    for (op, row) in change.old().zip(&place.rows) {
        let found = lines.get(*row)?.text();
        if !op.text.trim().is_empty() && !found.trim().is_empty() {
            let context = op.kind == Kind::Context;
            pairs.push(Pair { asked: indent_of(&op.text), found: indent_of(found), context });
        }
    }
    let added: Vec<&str> =
        change.added().map(|op| op.text.as_str()).filter(|t| !t.trim().is_empty()).map(indent_of).collect();
    if added.is_empty() {
        return Some(Reindent::AsIs);
    }
    Reindent::learn(&pairs, &added, unit_of(lines.iter().map(Line::text)))
}

fn added_line(op: &Op, place: &Place, lines: &[Line], gap: usize, reindent: &Reindent) -> Option<Line> {
    if place.key == Key::Raw {
        return Some(Line { raw: op.text.clone(), newline: true, fresh: true });
    }
    let text = without_cr(&op.text);
    let mut raw = if text.trim().is_empty() {
        if *reindent == Reindent::AsIs { text.to_owned() } else { String::new() }
    } else {
        format!("{}{}", reindent.apply(indent_of(text))?, text.trim_start())
    };
    let neighbour = gap.checked_sub(1).and_then(|row| lines.get(row)).or_else(|| lines.get(gap));
    if neighbour.is_some_and(Line::has_cr) {
        raw.push('\r');
    }
    Some(Line { raw, newline: true, fresh: true })
}

/// The last line keeps the file's own end, unless a change speaks of it.
fn end(out: &mut [Line], lines: &[Line], changes: &[Change], places: &[Place]) {
    let ended = lines.last().is_none_or(|l| l.newline);
    let touches = |place: &Place| place.rows.last().is_none_or(|row| row + 1 == lines.len());
    let said = changes.iter().zip(places).filter(|(_, p)| touches(p)).find_map(|(change, _)| says(change, ended));
    out.iter_mut().for_each(|line| line.newline = true);
    if let Some(last) = out.last_mut() {
        last.newline = said.unwrap_or(ended);
    }
}

/// Whether the file ends in a line end afterwards, if the change says so believably.
fn says(change: &Change, ended: bool) -> Option<bool> {
    let old_bare = change.ops.iter().any(|op| op.old_bare);
    let new_bare = change.ops.iter().any(|op| op.new_bare);
    match (old_bare, new_bare) {
        (false, false) => None,
        (true, new_bare) if !ended => Some(!new_bare),
        (false, true) => Some(false),
        (true, _) => None,
    }
}
