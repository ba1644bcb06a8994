//! Unified diffs: git's form, bare `---`/`+++`, and hunks below a heading.

use super::super::edit::{Body, Edit, Hunk};
use super::header::{self, Header};
use super::hunk;
use super::scan::Scan;

/// Whether a file of a diff starts at a line.
pub fn starts(scan: &Scan<'_>, at: usize) -> bool {
    let Some(line) = scan.bare(at) else { return false };
    line.starts_with("diff --git ") || is_name_pair(scan, at)
}

/// Whether `---` and `+++` stand at a line and the next.
pub fn is_name_pair(scan: &Scan<'_>, at: usize) -> bool {
    scan.bare(at).is_some_and(|l| l.starts_with("--- ")) && scan.bare(at + 1).is_some_and(|l| l.starts_with("+++ "))
}

/// Reads one file of a diff; gives the line after it.
pub fn read(scan: &mut Scan<'_>, at: usize) -> usize {
    let mut header = Header::default();
    let mut next = at;
    if let Some(rest) = scan.bare(at).and_then(|l| l.strip_prefix("diff --git ")) {
        header.git = true;
        header.git_name = header::git_name(rest.trim());
        next = header::extended(scan, at + 1, &mut header);
    }
    if is_name_pair(scan, next) {
        header::names(scan, next, &mut header);
        next += 2;
    }
    if let Some(after) = binary(scan, next) {
        push(scan, at, &header, Body::Binary);
        return after;
    }
    let is_new = header.is_new || (header.has_names && header.old.is_none());
    let (mut hunks, mut next) = read_hunks(scan, next, header.git, is_new);
    if hunks.is_empty() && header.has_names && scan.bare(next).is_some_and(|l| l.starts_with([' ', '+', '-'])) {
        let (hunk, after) = hunk::read_unheaded(scan, next);
        (hunks, next) = (vec![hunk], after);
    }
    let body = if hunks.is_empty() { Body::Same } else { Body::Hunks(hunks) };
    push(scan, at, &header, body);
    next
}

/// Reads hunks without a file header: the path stands above them.
pub fn read_bare(scan: &mut Scan<'_>, at: usize) -> usize {
    let path = scan.path_hint();
    let (hunks, next) = read_hunks(scan, at, false, false);
    push_bare(scan, at, path, hunks);
    next
}

/// Reads lines with signs below a heading or in a fence that names their file; gives the line after them.
pub fn read_signed(scan: &mut Scan<'_>, at: usize) -> usize {
    let path = scan.path_hint();
    let (hunk, next) = hunk::read_unheaded(scan, at);
    push_bare(scan, at, path, vec![hunk]);
    next
}

fn push_bare(scan: &mut Scan<'_>, at: usize, path: Option<String>, hunks: Vec<Hunk>) {
    match path {
        Some(path) if !hunks.is_empty() => scan.take(Edit::at(&path, Body::Hunks(hunks), at + 1)),
        _ => scan.problem(at, "a hunk does not say which file it is for"),
    }
}

/// Reads all hunks that follow; gives the line after them.
fn read_hunks(scan: &mut Scan<'_>, mut at: usize, git: bool, is_new: bool) -> (Vec<Hunk>, usize) {
    let mut hunks = Vec::new();
    loop {
        let mut start = at;
        while scan.bare(start).is_some_and(|l| l.trim().is_empty()) {
            start += 1;
        }
        let Some(line) = scan.bare(start).filter(|l| l.starts_with("@@")) else { return (hunks, at) };
        if line.starts_with("@@@") {
            scan.problem(start, "a combined diff of a merge cannot be applied");
        }
        let mut read = hunk::read(scan, start, git);
        if is_new {
            hunk::all_new(scan, start, read.next, &mut read.hunk);
        }
        if read.hunk.lines.is_empty() {
            scan.problem(start, "a hunk without lines");
        }
        if read.cut {
            scan.problem(start, "the answer ends inside this hunk");
        }
        hunks.push(read.hunk);
        at = read.next;
    }
}

/// The line after a binary patch, if one is here.
fn binary(scan: &Scan<'_>, at: usize) -> Option<usize> {
    let line = scan.bare(at)?;
    if line.starts_with("Binary files ") {
        return Some(at + 1);
    }
    if !line.starts_with("GIT binary patch") {
        return None;
    }
    let ends = |at: &usize| scan.bare(*at).is_none_or(|l| l.starts_with("diff --git ")) || scan.closes_fence(*at);
    (at + 1..=scan.len()).find(ends)
}

fn push(scan: &mut Scan<'_>, at: usize, header: &Header, body: Body) {
    if let Some(reason) = header.problem.or_else(|| contradiction(header, &body)) {
        scan.problem(at, reason);
        return;
    }
    let (old, new) = paths(header);
    if old.is_none() && new.is_none() {
        scan.problem(at, "a diff does not say which file it is for");
        return;
    }
    let rename = header.rename_from.is_some() && header.rename_to.is_some();
    scan.take(Edit {
        old_path: old,
        new_path: new,
        unstripped: header.unstripped.clone(),
        rename,
        old_mode: header.old_mode.clone(),
        new_mode: header.new_mode.clone(),
        body,
        line: at + 1,
    });
}

fn paths(header: &Header) -> (Option<String>, Option<String>) {
    let both = header.rename_from.clone().zip(header.rename_to.clone());
    let (mut old, mut new) = match both {
        Some((from, to)) => (Some(from), Some(to)),
        None if header.has_names => (header.old.clone(), header.new.clone()),
        None => (header.git_name.clone(), header.git_name.clone()),
    };
    if header.is_new {
        new = new.or(old.take());
        old = None;
    }
    if header.is_deleted {
        old = old.or(new.take());
        new = None;
    }
    (old, new)
}

fn contradiction(header: &Header, body: &Body) -> Option<&'static str> {
    let differs = |one: &Option<String>, other: &Option<String>| one.is_some() && other.is_some() && one != other;
    let names = [&header.old, &header.new];
    if header.is_new && header.is_deleted {
        return Some("a file is said to be new and deleted at once");
    }
    if header.rename_from.is_some() != header.rename_to.is_some() {
        return Some("a rename names only one side");
    }
    if header.rename_from.is_none() && names.iter().any(|name| differs(name, &header.git_name)) {
        return Some("the names in a diff's header contradict each other");
    }
    if header.rename_from.is_some() && header.has_names && names.iter().any(|name| name.is_none()) {
        return Some("a rename is said to be a new or deleted file");
    }
    if differs(&header.rename_from, &header.old) || differs(&header.rename_to, &header.new) {
        return Some("the names in a diff's header contradict its rename");
    }
    let says_something =
        header.is_new || header.is_deleted || header.rename_from.is_some() || header.new_mode.is_some();
    (*body == Body::Same && !says_something && !(header.has_names && header.new.is_none()))
        .then_some("a diff without hunks")
}
