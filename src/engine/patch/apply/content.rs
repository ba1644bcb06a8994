//! The content of one file after its changes.

use super::super::refusal::{Refusal, RefusalCode, Tier, Warning, shown};
use super::super::text::{Line, split, without_cr};
use super::blocks;
use super::change::{Change, Kind};
use super::choose::{Options, choose};
use super::find::Finder;
use super::key::{Key, is_telling};
use super::mend;
use super::nearest;
use super::place::{Place, places};
use super::placeholder::placeholder;
use super::plan::{Part, Target};
use super::whole::{is_suspect, left_out, stand_in, whole};
use super::within::{self, Found};
use super::work::{LINE, Work};
use super::write::write;

/// Makes the changes of one file.
pub fn change(target: &Target, before: &str, work: &Work, warnings: &mut Vec<Warning>) -> Result<Vec<Line>, Refusal> {
    let mut lines = split(before);
    let mut parts = target.parts.as_slice();
    while let Some((part, rest)) = parts.split_first() {
        // What stands there once, letter by letter, is looked up for many parts at a time.
        let (done, together) = blocks::change(target, &lines, parts, work);
        if let Some(together) = together.filter(|_| done > 1) {
            lines = together;
            parts = parts.get(done..).unwrap_or_default();
            continue;
        }
        lines = one(target, &lines, part, work, warnings)?;
        parts = rest;
    }
    refuse_stand_ins(target, before, &lines)?;
    Ok(lines)
}

/// A remark that came where code went is no change of that code, whatever the form of the edit.
fn refuse_stand_ins(target: &Target, before: &str, lines: &[Line]) -> Result<(), Refusal> {
    // A whole file was looked at as such.
    let is_whole = matches!(target.parts.as_slice(), [Part::Whole(_)]);
    if is_whole || !lines.iter().any(|line| line.fresh && is_suspect(line.text())) {
        return Ok(());
    }
    let new: Vec<String> = lines.iter().map(|line| line.text().to_owned()).collect();
    stand_in(&split(before), &new).map_or(Ok(()), |line| Err(left_out(target.path(), line, "")))
}

fn one(
    target: &Target,
    lines: &[Line],
    part: &Part,
    work: &Work,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Line>, Refusal> {
    match part {
        Part::Whole(new) => whole(target, lines, new),
        Part::Text(old, new) => text(target, lines, (old, new), work, warnings),
        Part::Hunks(hunks) if target.old.is_none() => created(target, hunks.iter().flat_map(|h| &h.lines)),
        Part::Hunks(hunks) => {
            let changes: Vec<Change> = hunks.iter().map(Change::of_hunk).filter(Change::is_change).collect();
            place(target, lines, &changes, work, warnings)
        }
        Part::Replace(search, replace, times) => {
            if search.iter().all(|l| l.trim().is_empty()) && !lines.is_empty() {
                let reason = format!("`{}` exists, but a block searches for nothing in it", shown(target.path()));
                return Err(Refusal::of(RefusalCode::Exists, target.path(), reason));
            }
            replaced(target, lines, &Change::of_replace(search, replace), *times, work, warnings)
        }
    }
}

/// A new file from a diff: only added lines.
fn created<'h>(
    target: &Target,
    lines: impl Iterator<Item = &'h super::super::edit::HunkLine>,
) -> Result<Vec<Line>, Refusal> {
    use super::super::edit::Tag;
    let mut out: Vec<Line> = Vec::new();
    for line in lines {
        // A blank line without its sign is an added one; anything else would stand in a file that is not there.
        if line.tag == Tag::Remove || (line.tag == Tag::Context && !line.text.trim().is_empty()) {
            let reason =
                format!("`{}` is new, but its diff has lines that should be in it already", shown(target.path()));
            return Err(Refusal::of(RefusalCode::Missing, target.path(), reason));
        }
        out.push(Line { raw: line.text.clone(), newline: !line.no_newline, fresh: true });
    }
    let last = out.len().saturating_sub(1);
    out.iter_mut().take(last).for_each(|l| l.newline = true);
    refuse_placeholders(target, out.iter().map(Line::text), &[])?;
    Ok(out)
}

/// One block, sent once or several times: several mean as many places, or the same block shown again.
fn replaced(
    target: &Target,
    lines: &[Line],
    change: &Change,
    times: usize,
    work: &Work,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Line>, Refusal> {
    let of = |times: usize| vec![change.clone(); times].into_iter().filter(Change::is_change).collect::<Vec<_>>();
    match place(target, lines, &of(1), work, warnings) {
        Err(refusal) if times > 1 && refusal.code == RefusalCode::Ambiguous => {
            place(target, lines, &of(times), work, warnings)
        }
        result => result,
    }
}

/// A piece of text: letter by letter if it stands there once, else as lines.
fn text(
    target: &Target,
    lines: &[Line],
    (old, new): (&str, &str),
    work: &Work,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Line>, Refusal> {
    if old.trim().is_empty() && !lines.is_empty() {
        let reason = format!("`{}` exists, but an edit searches for nothing in it", shown(target.path()));
        return Err(Refusal::of(RefusalCode::Exists, target.path(), reason));
    }
    let as_lines = |text: &str| -> Vec<String> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        if text.is_empty() { Vec::new() } else { text.split('\n').map(|l| without_cr(l).to_owned()).collect() }
    };
    let (search, replacement) = (as_lines(old), as_lines(new));
    refuse_placeholders(target, replacement.iter().map(String::as_str), lines)?;
    work.spend(lines.len() * LINE);
    let change = Change::of_replace(&search, &replacement);
    let only_exact = match within::replace(lines, old, new) {
        Ok(Found::Once(lines)) => return Ok(lines),
        Ok(Found::Several) => true,
        Ok(Found::Nowhere) => false,
        Err(code) => return Err(refusal(target, Some(&change), &Finder::new(lines, work), code, work)),
    };
    let known = warnings.len();
    let out = place(target, lines, std::slice::from_ref(&change), work, warnings)?;
    if only_exact && warnings.len() > known {
        return Err(refusal(target, Some(&change), &Finder::new(lines, work), RefusalCode::Ambiguous, work));
    }
    Ok(out)
}

fn place(
    target: &Target,
    lines: &[Line],
    changes: &[Change],
    work: &Work,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Line>, Refusal> {
    let added = changes.iter().flat_map(Change::added).map(|op| op.text.as_str());
    refuse_placeholders(target, added, lines)?;
    if let [only] = changes
        && only.old().next().is_none()
        && lines.is_empty()
    {
        return Ok(only.ops.iter().map(|op| fresh(&op.text, !op.new_bare)).collect());
    }
    let finder = Finder::new(lines, work);
    work.spend(lines.len() * LINE);
    let refuse = |(index, code): (usize, RefusalCode)| refusal(target, changes.get(index), &finder, code, work);
    if let Some(index) = changes.iter().position(|c| c.old().next().is_none()) {
        return Err(refuse((index, RefusalCode::NotFound)));
    }
    if work.is_over() {
        return Err(refuse((0, RefusalCode::TooMuchWork)));
    }
    let (mended, places) = placed(changes, &finder).map_err(refuse)?;
    let changes = mended.as_slice();
    let out = write(lines, changes, &places).map_err(refuse)?;
    if work.is_over() {
        return Err(refuse((0, RefusalCode::TooMuchWork)));
    }
    warnings.extend(places.iter().zip(changes).filter_map(|(p, change)| fuzz(target, p, change)));
    Ok(out)
}

fn fresh(text: &str, newline: bool) -> Line {
    Line { raw: text.to_owned(), newline, fresh: true }
}

/// A place for each change, some of them perhaps read otherwise than they came.
fn placed(changes: &[Change], finder: &Finder<'_>) -> Result<(Vec<Change>, Vec<Place>), (usize, RefusalCode)> {
    let mut changes = changes.to_vec();
    let mut options = Options::default();
    for at in 0..=changes.len() {
        let failed = match choose(&changes, finder, &mut options) {
            Ok(places) => return Ok((changes, places)),
            Err((index, RefusalCode::NotFound)) if at < changes.len() => index,
            Err(other) => return Err(other),
        };
        options.forget_from(failed);
        let Some(change) = changes.get_mut(failed) else { break };
        let exact = |c: &Change| {
            c.is_change()
                && c.old().next().is_some()
                && matches!(places(c, finder).as_deref(), Ok([p]) if p.tier == Tier::Exact)
        };
        let reading = mend::readings(change).into_iter().find(exact);
        *change = Change { mended: true, ..reading.ok_or((failed, RefusalCode::NotFound))? };
    }
    Err((0, RefusalCode::NotFound))
}

fn fuzz(target: &Target, place: &Place, change: &Change) -> Option<Warning> {
    let path = target.path().to_owned();
    let tier = if change.mended { Tier::Mended } else { place.tier };
    (tier != Tier::Exact).then(|| Warning::Fuzzy { path, line: place.start() + 1, tier })
}

fn refuse_placeholders<'l>(target: &Target, new: impl Iterator<Item = &'l str>, old: &[Line]) -> Result<(), Refusal> {
    let known = |line: &str| old.iter().any(|l| l.text().trim() == line.trim());
    let Some(line) = new.filter(|l| placeholder(l)).find(|l| !known(l)) else { return Ok(()) };
    Err(left_out(target.path(), line, ""))
}

fn refusal(target: &Target, change: Option<&Change>, finder: &Finder<'_>, code: RefusalCode, work: &Work) -> Refusal {
    let path = target.path();
    let name = shown(path);
    if work.is_over() {
        let reason = format!("finding the places in `{name}` takes too long");
        return Refusal::of(RefusalCode::TooMuchWork, path, reason);
    }
    let Some(change) = change else { return Refusal::of(code, path, format!("a change of `{name}` cannot be made")) };
    let first = change.old().find(|op| op.kind == Kind::Remove && is_telling(&op.text)).or_else(|| change.old().next());
    let quoted = first.map(|op| format!(" (at `{}`)", shown(op.text.trim()))).unwrap_or_default();
    let reason = match code {
        _ if first.is_none() => format!("a change of `{name}` has no line that shows where it goes"),
        RefusalCode::Ambiguous => format!("a change fits several places in `{name}`{quoted}"),
        RefusalCode::AlreadyApplied => format!("`{name}` has a change already{quoted}"),
        RefusalCode::Indentation => format!("it cannot be told how new lines in `{name}` are indented{quoted}"),
        RefusalCode::Conflict => format!("two changes of `{name}` overlap{quoted}"),
        _ => format!("lines to change are not in `{name}`{quoted}"),
    };
    let detail = match code {
        RefusalCode::Ambiguous => nearest::places(&starts(change, finder)),
        _ => nearest::describe(change, finder.lines()),
    };
    Refusal::of(code, path, reason).with_detail(&detail)
}

fn starts(change: &Change, finder: &Finder<'_>) -> Vec<usize> {
    let found = |key: Key| finder.all(&change.old_texts(), key);
    let keys = [Key::Text, Key::Trailing, Key::Indentation, Key::Normalization];
    keys.into_iter().map(found).find(|f| f.len() > 1).unwrap_or_default()
}
