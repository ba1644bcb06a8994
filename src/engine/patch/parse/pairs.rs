//! Two fences that prose ties together: "replace: … with: …", "Before: … After: …".

use super::super::edit::{Body, Edit};
use super::super::text::without_cr;
use super::fence::{Fence, FenceLine};
use super::scan::Scan;

const OLD: &[&str] = &["replace", "change", "find", "old", "before", "original", "current", "search"];
const NEW: &[&str] =
    &["with", "to", "by", "into", "new", "after", "replace with", "updated", "replacement", "change to"];

/// Reads both fences if the one that opens at a line holds code to replace; gives the line after them.
pub fn read(scan: &mut Scan<'_>, at: usize, fence: &Fence) -> Option<usize> {
    let cue = cue_above(scan, at)?;
    if fence.is_diff || !begins(&cue, OLD) || begins(&cue, &["replace with", "change to"]) {
        return None;
    }
    let path =
        scan.path_hint().filter(|path| !scan.has_edit_of(path) || begins(&cue, &["replace", "change", "find"]))?;
    let middle = close(scan, at)?;
    let cue = scan.next_filled(middle + 1)?;
    let opened = scan.next_filled(cue + 1)?;
    let cue = plain(scan.bare(cue)?);
    if !begins(&cue, NEW) || cue.split_whitespace().count() > 8 {
        return None;
    }
    let info = scan.bare(opened).and_then(FenceLine::of)?;
    let end = close(scan, opened).filter(|_| !Fence::opened(&info, None).is_diff)?;
    let (search, replace) = (inner(scan, at, middle), inner(scan, opened, end));
    scan.take(Edit::at(&path, Body::Replace { search, replace }, at + 1));
    Some(end + 1)
}

/// The line of prose above a fence, if it announces what stands in it.
fn cue_above(scan: &Scan<'_>, at: usize) -> Option<String> {
    let above = (at.saturating_sub(3)..at).rev().find_map(|i| scan.bare(i).filter(|l| !l.trim().is_empty()))?;
    let cue = plain(above);
    let last = cue.rsplit(", ").next().unwrap_or(&cue);
    let last = last.strip_prefix("and ").or_else(|| last.strip_prefix("then ")).unwrap_or(last);
    (above.trim_end().trim_end_matches('*').ends_with(':') && last.split_whitespace().count() <= 8)
        .then(|| last.to_owned())
}

/// Lower case, without emphasis, marks and the closing colon.
fn plain(line: &str) -> String {
    let text = line.trim().trim_matches(['*', '#', '_', '-', ' ']).trim_end_matches(':');
    text.trim_matches(['*', ' ']).to_lowercase()
}

fn begins(cue: &str, words: &[&str]) -> bool {
    let follows = |rest: &str| rest.is_empty() || rest.starts_with([' ', ':', ',']);
    words.iter().any(|word| cue.strip_prefix(word).is_some_and(follows))
}

/// The line that closes the fence opened at a line.
fn close(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let open = scan.bare(at).and_then(FenceLine::of)?;
    for next in at + 1..scan.len() {
        if !scan.look() {
            return None;
        }
        if scan.bare(next).and_then(FenceLine::of).is_some_and(|l| l.ends(&open)) {
            return Some(next);
        }
    }
    None
}

fn inner(scan: &Scan<'_>, from: usize, to: usize) -> Vec<String> {
    (from + 1..to).filter_map(|i| scan.raw(i)).map(|l| without_cr(l).to_owned()).collect()
}
