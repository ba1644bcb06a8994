//! Chooses one place for each change of a diff. The first of several is never taken: order, the named
//! surroundings or exact line numbers must leave one.

use super::super::refusal::RefusalCode;
use super::super::text::indent_of;
use super::change::Change;
use super::find::Finder;
use super::place::{Place, places};

/// The places that changes may go to: what is known of them stays known while one of them is read otherwise.
#[derive(Default)]
pub struct Options {
    known: Vec<Vec<Place>>,
}

impl Options {
    /// Forgets what is known from the change of this number on.
    pub fn forget_from(&mut self, index: usize) {
        self.known.truncate(index);
    }
}

/// One place for each change, or the first change without one and why.
pub fn choose(
    changes: &[Change],
    finder: &Finder<'_>,
    options: &mut Options,
) -> Result<Vec<Place>, (usize, RefusalCode)> {
    for (index, change) in changes.iter().enumerate().skip(options.known.len()) {
        options.known.push(places(change, finder).map_err(|code| (index, code))?);
    }
    let chosen = settled(changes, options.known.clone(), finder)?;
    match changes.iter().zip(&chosen).position(|(change, place)| is_before_anchor(change, place, finder)) {
        Some(index) => Err((index, RefusalCode::NotFound)),
        None => Ok(chosen),
    }
}

fn settled(
    changes: &[Change],
    mut options: Vec<Vec<Place>>,
    finder: &Finder<'_>,
) -> Result<Vec<Place>, (usize, RefusalCode)> {
    let ordered = is_ordered(changes);
    for index in 0..options.len() {
        let places = options.get(index).map_or(0, Vec::len);
        if places < 2 {
            continue;
        }
        if !finder.spend(places + changes.len()) {
            return Err((index, RefusalCode::TooMuchWork));
        }
        let chosen = settle(changes, &options, index, finder, ordered).ok_or((index, RefusalCode::Ambiguous))?;
        if let Some(slot) = options.get_mut(index) {
            *slot = vec![chosen];
        }
    }
    Ok(options.into_iter().flatten().collect())
}

/// Whether the places of changes stand in their order.
fn is_ordered(changes: &[Change]) -> bool {
    let starts: Vec<u32> = changes.iter().filter_map(|c| c.numbers).map(|n| n.old_start).collect();
    let twins = || changes.iter().zip(changes.iter().skip(1)).all(|(a, b)| a.ops == b.ops);
    starts.is_sorted() && (changes.iter().all(|c| c.is_diff) || twins())
}

fn settle(
    changes: &[Change],
    options: &[Vec<Place>],
    index: usize,
    finder: &Finder<'_>,
    ordered: bool,
) -> Option<Place> {
    let (change, found) = (changes.get(index)?, options.get(index)?);
    let (before, after) = if ordered { neighbours(options, index) } else { (None, None) };
    let in_order = |p: &Place| before.is_none_or(|b| b < p.start()) && after.is_none_or(|a| p.start() < a);
    let left: Vec<&Place> = found
        .iter()
        .filter(|p| !change.at_end || p.rows.last().is_some_and(|r| r + 1 == finder.lines().len()))
        .filter(|p| in_order(p))
        .collect();
    let named = by_anchors(change, &left, finder);
    let left = if named.is_empty() { left } else { named };
    if let Some(exact) = found.iter().find(|p| change.agrees(p.start())).filter(|_| is_numbered_well(changes, options))
    {
        return left.contains(&exact).then(|| exact.clone());
    }
    match left.as_slice() {
        [one] => Some((*one).clone()),
        [first, ..] if is_first_of_twins(changes, index, left.len()) => Some((*first).clone()),
        _ => None,
    }
}

/// Whether the line that should enclose the place comes only after it: then another place was meant.
fn is_before_anchor(change: &Change, place: &Place, finder: &Finder<'_>) -> bool {
    let Some(anchor) = change.anchors.last().filter(|_| change.anchors_lead) else { return false };
    let heads = scopes_of(anchor, (0, finder.lines().len()), finder);
    let last = place.rows.last().copied().unwrap_or(0);
    !heads.is_empty() && heads.iter().all(|(head, _)| *head > last)
}

/// Where the nearest changes before and after that have only one place stand.
fn neighbours(options: &[Vec<Place>], index: usize) -> (Option<usize>, Option<usize>) {
    let fixed = |places: &[Place]| match places {
        [one] => Some(one.start()),
        _ => None,
    };
    let before = options.iter().take(index).rev().find_map(|p| fixed(p));
    let after = options.iter().skip(index + 1).find_map(|p| fixed(p));
    (before, after)
}

/// Whether the numbers of a diff can be believed: they agree with each other, and with every change that has only
/// one place.
fn is_numbered_well(changes: &[Change], options: &[Vec<Place>]) -> bool {
    let mut shift = 0_i64;
    for change in changes {
        let Some(n) = change.numbers else { continue };
        let told = i64::from(n.new_start) - i64::from(n.old_start);
        let empty = i64::from(n.old_count == 0) - i64::from(n.new_count == 0);
        if told != shift + empty && changes.iter().all(|c| c.numbers.is_some()) {
            return false;
        }
        shift += i64::from(n.new_count) - i64::from(n.old_count);
    }
    let right = |(change, places): (&Change, &Vec<Place>)| match places.as_slice() {
        [one] => change.agrees(one.start()) || change.numbers.is_none(),
        _ => true,
    };
    changes.iter().zip(options).all(right)
}

/// As many changes alike as places: each gets its own, in order.
fn is_first_of_twins(changes: &[Change], index: usize, places: usize) -> bool {
    let alike = |c: &&Change| changes.get(index).is_some_and(|first| first.ops == c.ops);
    changes.iter().skip(index).take_while(alike).count() == places
}

/// The places below the lines that the hunk's header names.
fn by_anchors<'p>(change: &Change, places: &[&'p Place], finder: &Finder<'_>) -> Vec<&'p Place> {
    let mut scopes: Vec<(usize, usize)> = vec![(0, finder.lines().len())];
    for anchor in &change.anchors {
        let inner: Vec<(usize, usize)> = scopes.iter().flat_map(|scope| scopes_of(anchor, *scope, finder)).collect();
        if inner.is_empty() {
            return Vec::new();
        }
        scopes = inner;
    }
    if change.anchors.is_empty() {
        return Vec::new();
    }
    let depth = |row: usize| finder.lines().get(row).map_or(0, |l| indent_of(l.text()).len());
    let inside = |p: &&&Place| {
        let first =
            p.rows.iter().copied().find(|r| finder.lines().get(*r).is_some_and(|l| !l.text().trim().is_empty()));
        let first = first.unwrap_or(p.start());
        let within = |(from, to): &(usize, usize)| {
            first == *from || (*from < first && first < *to && depth(first) > depth(*from))
        };
        scopes.iter().any(within)
    };
    places.iter().filter(inside).copied().collect()
}

/// What belongs to the lines that read as an anchor: they, and what is indented deeper below them.
fn scopes_of(anchor: &str, (from, to): (usize, usize), finder: &Finder<'_>) -> Vec<(usize, usize)> {
    let anchor = anchor.trim();
    let named = |text: &str| text == anchor || (anchor.len() >= 40 && text.starts_with(anchor));
    let lines = finder.lines();
    finder.spend(to - from);
    let text = |i: usize| lines.get(i).map(super::super::text::Line::text).unwrap_or_default();
    let heads: Vec<usize> = (from..to).filter(|i| named(text(*i).trim())).take(50).collect();
    heads.into_iter().map(|head| (head, scope_end(head, to, &text))).collect()
}

fn scope_end<'d>(head: usize, to: usize, text: &impl Fn(usize) -> &'d str) -> usize {
    let depth = indent_of(text(head)).len();
    let inside = |i: &usize| {
        let line = text(*i);
        line.trim().is_empty() || indent_of(line).len() > depth || line.trim_start().starts_with(['{', '}', ')', ']'])
    };
    (head + 1..to).find(|i| !inside(i)).unwrap_or(to)
}
