//! Where one change may go: by content, from the strictest comparison to the loosest.

use super::super::refusal::{RefusalCode, Tier};
use super::super::text::{Line, indent_of};
use super::change::{Change, Kind, Op};
use super::find::{Finder, Near};
use super::key::{Key, is_telling};

/// Of more places than these only the first and the one that the numbers name are looked at further.
const MANY: usize = 1_000;

/// A place for a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// For each line that must be there, its line in the file.
    pub rows: Vec<usize>,
    /// How it was found.
    pub tier: Tier,
    /// How lines were compared.
    pub key: Key,
    /// Added lines are right as they are, although the context lost a space.
    pub as_is: bool,
}

impl Place {
    /// Whether it was found letter by letter.
    pub fn is_exact(&self) -> bool {
        self.tier == Tier::Exact
    }

    fn straight(start: usize, count: usize, key: Key) -> Self {
        Self { rows: (start..start + count).collect(), tier: key.tier(), key, as_is: false }
    }

    /// The first line in the file.
    pub fn start(&self) -> usize {
        self.rows.first().copied().unwrap_or(0)
    }
}

/// The places of a change: one or more exact ones, or the only one of a looser tier.
pub fn places(change: &Change, finder: &Finder<'_>) -> Result<Vec<Place>, RefusalCode> {
    let found = search(change, finder)?;
    let fresh = |place: &Place| place.rows.iter().any(|row| finder.lines().get(*row).is_some_and(|l| l.fresh));
    let (written, original): (Vec<Place>, Vec<Place>) = found.into_iter().partition(fresh);
    // Edits are written against the file as it was; what an earlier edit wrote counts only after that.
    let found = if original.is_empty() { written } else { original };
    let applied = Applied::of(change, finder, &found);
    let (done, left): (Vec<Place>, Vec<Place>) = found.into_iter().partition(|p| applied.is_at(change, p));
    if done.is_empty() {
        return Ok(left);
    }
    // The change stands in one place already: only who knows exactly where may mean another one.
    let sure: Vec<Place> =
        left.into_iter().filter(|p| change.agrees(p.start()) || !change.anchors.is_empty()).collect();
    if sure.is_empty() { Err(RefusalCode::AlreadyApplied) } else { Ok(sure) }
}

fn search(change: &Change, finder: &Finder<'_>) -> Result<Vec<Place>, RefusalCode> {
    let old = change.old_texts();
    for key in [Key::Raw, Key::Text] {
        let found = finder.all(&old, key);
        if !found.is_empty() {
            finder.spend(found.len().min(MANY) * old.len());
            let named = |at: &usize| found.len() <= MANY || change.agrees(*at) || found.first() == Some(at);
            let kept = found.iter().copied().filter(named);
            return Ok(kept.map(|at| Place::straight(at, old.len(), key)).collect());
        }
    }
    if change.telling() == 0 {
        return Err(RefusalCode::NotFound);
    }
    if let Some(place) = unsigned(change, finder)? {
        return Ok(vec![place]);
    }
    for key in [Key::Trailing, Key::Indentation, Key::Punctuation, Key::Normalization] {
        if let Some(at) = only(&finder.all(&old, key))? {
            return Ok(vec![Place::straight(*at, old.len(), key)]);
        }
    }
    if is_there(change, finder) {
        return Err(RefusalCode::AlreadyApplied);
    }
    for key in [Key::Trailing, Key::Indentation] {
        let mut near = dropped(change, finder, key);
        near.extend(altered(change, finder, key));
        let effects: Vec<Vec<usize>> = near.iter().map(|place| effect(change, place)).collect();
        let alike = effects.iter().all(|e| effects.first() == Some(e));
        if let Some(place) = only(near.get(..1).filter(|_| alike).unwrap_or(&near))? {
            return Ok(vec![place.clone()]);
        }
    }
    Err(RefusalCode::NotFound)
}

/// The lines of the file that go and those before which others come: where two readings of one place agree in
/// these, they are one.
fn effect(change: &Change, place: &Place) -> Vec<usize> {
    let mut rows = place.rows.iter();
    let mut gap = place.start();
    let mut effect = Vec::new();
    for op in &change.ops {
        let row = if op.kind == Kind::Add { None } else { rows.next() };
        match op.kind {
            Kind::Add => effect.push(gap),
            Kind::Remove => effect.extend(row),
            Kind::Context | Kind::Keep => {}
        }
        gap = row.map_or(gap, |row| row + 1);
    }
    effect
}

/// The only one, if there is one.
fn only<T>(found: &[T]) -> Result<Option<&T>, RefusalCode> {
    match found {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        _ => Err(RefusalCode::Ambiguous),
    }
}

/// A diff whose context lines lost their space, while removed and added lines have their sign.
fn unsigned(change: &Change, finder: &Finder<'_>) -> Result<Option<Place>, RefusalCode> {
    let lost = |kind: Kind, text: &str| kind == Kind::Context && text.starts_with([' ', '\t']);
    if !change.is_diff || !change.old().any(|op| lost(op.kind, &op.text)) || !is_lost_sign(change) {
        return Ok(None);
    }
    let given_back: Vec<String> = change
        .old()
        .map(|op| if lost(op.kind, &op.text) { format!(" {}", op.text) } else { op.text.clone() })
        .collect();
    let pattern: Vec<&str> = given_back.iter().map(String::as_str).collect();
    let found = finder.all(&pattern, Key::Text);
    let place = |at: &usize| Place {
        rows: (*at..*at + pattern.len()).collect(),
        tier: Tier::Indentation,
        key: Key::Text,
        as_is: true,
    };
    Ok(only(&found)?.map(place))
}

/// Whether added and removed lines show that only context lost its space: they are indented as the context would
/// be with it, never as it is without.
fn is_lost_sign(change: &Change) -> bool {
    let depth = |text: &str| indent_of(text).len();
    let context: Vec<usize> =
        change.old().filter(|op| op.kind == Kind::Context && is_telling(&op.text)).map(|op| depth(&op.text)).collect();
    let signed = change.ops.iter().filter(|op| op.kind != Kind::Context && !op.text.trim().is_empty());
    let depths: Vec<usize> = signed.map(|op| depth(&op.text)).filter(|d| *d > 0).collect();
    depths.iter().any(|d| context.contains(&(d - 1))) && !depths.iter().any(|d| context.contains(d))
}

/// Places where one context line differs.
fn altered(change: &Change, finder: &Finder<'_>, key: Key) -> Vec<Place> {
    let old = change.old_texts();
    let kinds: Vec<Kind> = change.old().map(|op| op.kind).collect();
    let right = |near: &Near| {
        let (asked, row) = (old.get(near.at).copied().unwrap_or_default(), near.start + near.at);
        let found = finder.lines().get(row).map(Line::text).unwrap_or_default();
        let others = change.telling() - usize::from(is_telling(asked));
        kinds.get(near.at) == Some(&Kind::Context) && is_enough(change, others, likeness(asked, found))
    };
    let place = |near: Near| Place { tier: Tier::AlteredLine, ..Place::straight(near.start, old.len(), key) };
    finder.altered(&old, key).into_iter().filter(right).map(place).collect()
}

/// Whether the other lines show the place well enough.
fn is_enough(change: &Change, others: usize, likeness: f32) -> bool {
    let removes = change.old().any(|op| op.kind != Kind::Context && is_telling(&op.text));
    match others {
        0 => false,
        1 => removes && likeness >= 0.6,
        2 => removes || likeness >= 0.5,
        _ => true,
    }
}

/// The share of two lines that is the same from their start and to their end.
fn likeness(one: &str, other: &str) -> f32 {
    let (one, other): (Vec<char>, Vec<char>) = (one.trim().chars().collect(), other.trim().chars().collect());
    let shorter = one.len().min(other.len());
    let start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let end = one.iter().rev().zip(other.iter().rev()).take(shorter - start).take_while(|(a, b)| a == b).count();
    let (same, longer) = (to_f32(start + end), to_f32(one.len().max(other.len()).max(1)));
    same / longer
}

fn to_f32(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// Places where the file has one line more between two lines, neither beside an addition.
fn dropped(change: &Change, finder: &Finder<'_>, key: Key) -> Vec<Place> {
    let old = change.old_texts();
    let gaps = quiet_gaps(change);
    let right = |near: &Near| gaps.get(near.at).copied().unwrap_or(false) && is_enough(change, change.telling(), 0.0);
    let place = |near: Near| {
        let rows = (0..old.len()).map(|i| near.start + i + usize::from(i >= near.at)).collect();
        Place { rows, tier: Tier::DroppedLine, key, as_is: false }
    };
    finder.dropped(&old, key).into_iter().filter(right).map(place).collect()
}

/// For each line that must be there: whether a line may be missing before it. It may where two such lines stand
/// side by side, one of them context, with no addition next to the gap.
fn quiet_gaps(change: &Change) -> Vec<bool> {
    let mut gaps = Vec::new();
    let mut before: Option<Kind> = None;
    for op in &change.ops {
        if op.kind != Kind::Add {
            let context = op.kind == Kind::Context || before == Some(Kind::Context);
            gaps.push(context && before.is_some_and(|k| k != Kind::Add));
        }
        before = Some(op.kind);
    }
    gaps
}

/// Where the file has a change already.
pub struct Applied {
    /// The places of its new side, ascending.
    there: Vec<usize>,
    /// One of them is of the base, not of an earlier edit.
    original: bool,
    length: usize,
}

impl Applied {
    /// With the places where it may go, in order.
    pub fn of(change: &Change, finder: &Finder<'_>, places: &[Place]) -> Self {
        let new = change.new_texts();
        let key = places.first().map_or(Key::Trailing, |p| p.key.max(Key::Trailing));
        let there = finder.all(&new, key);
        let fresh = |row: usize| finder.lines().get(row).is_some_and(|l| l.fresh);
        // Places come in order and with as many lines each, so the last that begins in time reaches furthest.
        let overlaps = |at: usize| {
            let begun = places.partition_point(|p| p.start() < at + new.len());
            let last = begun.checked_sub(1).and_then(|last| places.get(last));
            last.is_some_and(|p| at < p.start() + p.rows.len())
        };
        let original = there.iter().any(|at| !overlaps(*at) && !(*at..at + new.len()).any(fresh));
        Self { there, original, length: new.len() }
    }

    /// Whether it stands where it would go or, for a diff that does not know the line, anywhere.
    pub fn is_at(&self, change: &Change, place: &Place) -> bool {
        let last = place.rows.last().copied().unwrap_or(0);
        let at = self.there.partition_point(|at| *at <= place.start()).checked_sub(1);
        let covers = at.and_then(|i| self.there.get(i)).is_some_and(|at| last < at + self.length);
        if self.length > place.rows.len() && covers {
            return true;
        }
        let knows = change.agrees(place.start()) || !change.anchors.is_empty();
        change.is_diff && !knows && self.original && shows_change(change)
    }
}

/// Whether the new side stands in the file.
fn is_there(change: &Change, finder: &Finder<'_>) -> bool {
    shows_change(change) && !finder.all(&change.new_texts(), Key::Trailing).is_empty()
}

/// Whether the new side is telling enough to be recognised: context and, unless it only removes, additions. What
/// only removes shows it by telling context on both sides.
fn shows_change(change: &Change) -> bool {
    let kept = |op: &&Op| op.kind != Kind::Remove && is_telling(&op.text);
    if change.added().next().is_some() {
        let telling = |adds: bool| change.ops.iter().filter(kept).any(|op| (op.kind == Kind::Add) == adds);
        return telling(true) && telling(false);
    }
    let inside = [change.ops.first(), change.ops.last()].into_iter().flatten().all(|op| op.kind != Kind::Remove);
    inside && change.ops.iter().filter(kept).count() >= 2
}
