//! Whole files: a fence below a line that names a path.

use super::super::edit::{Body, Edit};
use super::super::text::{strip_numbers, without_cr};
use super::fence::{Fence, FenceLine};
use super::scan::Scan;
use super::{begin, diff, heading, search};

/// Whether the fence that opens at a line holds a whole file rather than edits or an example.
pub fn is_whole(scan: &Scan<'_>, at: usize, fence: &Fence) -> bool {
    let Some(path) = fence.hint.as_deref().filter(|_| fence.adjacent) else { return false };
    !fence.shows_commands(path) && !starts_with_edits(scan, at + 1)
}

/// The fence with the path that a comment on its first line names, when nothing else names one.
pub fn named_inside(scan: &Scan<'_>, at: usize, mut fence: Fence) -> Fence {
    let first = scan.bare(at + 1).unwrap_or_default();
    let found = heading::of_comment(first, at + 1).filter(|_| !(fence.adjacent && fence.hint.is_some()));
    if let Some(found) = found.filter(|_| !fence.is_diff && !starts_with_edits(scan, at + 1)) {
        (fence.hint, fence.adjacent, fence.sure) = (Some(found.path), true, found.sure);
    }
    fence
}

/// Whether edits begin on the first line of a fence, or below a line that names their path.
fn starts_with_edits(scan: &Scan<'_>, at: usize) -> bool {
    let mut filled = (at..scan.len()).filter(|i| scan.bare(*i).is_some_and(|l| !l.trim().is_empty()));
    let edits = |at: usize| {
        let line = scan.bare(at).unwrap_or_default();
        search::opening(line).is_some() || begin::starts(line) || diff::starts(scan, at) || line.starts_with("@@ ")
    };
    let Some(first) = filled.next() else { return false };
    let named = scan.bare(first).is_some_and(|l| heading::of_line(l, first).is_some());
    edits(first) || (named && filled.next().is_some_and(edits))
}

/// Reads the file to the end of its fence; gives the line after it.
pub fn read(scan: &mut Scan<'_>, at: usize, fence: &Fence) -> usize {
    let Some(end) = end(scan, at, fence) else {
        scan.problem(at, "the fence around a whole file is not closed");
        return scan.len();
    };
    if is_doubtful(scan, end) {
        scan.problem(at, "it cannot be told where a file ends; use a longer fence around it");
    }
    let crlf = scan.raw(at).is_some_and(|l| l.ends_with('\r'));
    let plain = |l: &str| if crlf { without_cr(l).to_owned() } else { l.to_owned() };
    let path = fence.hint.clone().unwrap_or_default();
    let label = scan.bare(at + 1).and_then(|l| heading::of_comment(l, at + 1));
    let labelled = usize::from(label.is_some_and(|l| l.path == path || path.ends_with(&format!("/{}", l.path))));
    let lines: Vec<String> = (at + 1 + labelled..end).filter_map(|i| scan.raw(i)).map(plain).collect();
    let lines = unnumbered(&lines).unwrap_or(lines);
    scan.take(Edit::at(&path, Body::Whole { lines, sure: fence.sure }, at + 1));
    end + 1
}

/// The lines without the numbers that were copied with them, from 1 on without a gap.
fn unnumbered(lines: &[String]) -> Option<Vec<String>> {
    let readings = strip_numbers(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let whole = |all: &Vec<(usize, &str)>| lines.len() > 2 && all.iter().enumerate().all(|(i, (n, _))| *n == i + 1);
    let at_margin = |all: &Vec<(usize, &str)>| all.iter().any(|(_, text)| !text.is_empty() && !text.starts_with(' '));
    let found = readings.into_iter().filter(whole).find(at_margin)?;
    Some(found.into_iter().map(|(_, text)| text.to_owned()).collect())
}

/// The line that closes the fence; fences with a language inside it are taken as pairs.
fn end(scan: &Scan<'_>, at: usize, fence: &Fence) -> Option<usize> {
    let mut depth = 0_usize;
    for next in at + 1..scan.len() {
        let line = scan.bare(next).and_then(FenceLine::of).filter(|l| l.could_close(fence));
        match line {
            Some(line) if line.has_info() => depth += 1,
            Some(_) if depth > 0 => depth -= 1,
            Some(_) => return Some(next),
            None => {}
        }
    }
    None
}

/// Whether the fence that seems to close the file may have opened an example inside it.
fn is_doubtful(scan: &Scan<'_>, end: usize) -> bool {
    let after = scan.bare(end + 1).unwrap_or_default();
    if after.trim().is_empty() || heading::of_line(after, end + 1).is_some() || after.starts_with('<') {
        return false;
    }
    let next = (end + 1..scan.len()).filter_map(|i| scan.bare(i)).find_map(FenceLine::of);
    next.is_some_and(|fence| !fence.has_info())
}
