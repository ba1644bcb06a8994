//! A regular expression over many files: a few threads, a time limit, results in order of path.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use regex::bytes::Regex;

use crate::adapters::git::{GitError, TreeView};

use super::room::{Content, Entry, MAX_FILE_BYTES};

/// Files a thread takes at a time.
const BLOCK: usize = 128;
const MAX_THREADS: usize = 4;
/// Bytes that are searched before the clock is looked at again; a line longer than this is searched in pieces.
const WINDOW: usize = 64 * 1024;
/// Lines told of one file.
const MAX_IN_FILE: usize = 20;
/// Enough lines altogether: no further files are begun.
const ENOUGH: usize = 200;
/// A longer line is told in part, in characters.
const MAX_LINE_CHARS: usize = 200;

/// Lines of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hits {
    /// Its place among the entries.
    pub index: usize,
    /// Line numbers from 1, with the lines.
    pub lines: Vec<(usize, String)>,
    /// There are more lines than told.
    pub more: bool,
}

/// What a scan found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Files with hits, in order.
    pub files: Vec<Hits>,
    /// Files that were looked into or skipped.
    pub seen: usize,
    /// Files over [`MAX_FILE_BYTES`].
    pub large: usize,
    /// Files that are not text.
    pub binary: usize,
    /// The time was over before the files were.
    pub out_of_time: bool,
}

#[derive(Default)]
struct Shared {
    next: AtomicUsize,
    hits: AtomicUsize,
    late: AtomicBool,
    found: Mutex<Found>,
    fault: Mutex<Option<GitError>>,
}

/// Searches `entries`. Blocking, and at most a little longer than until `stop_at`.
pub fn scan(view: &TreeView, entries: &[Entry<'_>], regex: &Regex, stop_at: Instant) -> Result<Found, GitError> {
    let shared = Shared::default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
    let threads = threads.min(entries.len().div_ceil(BLOCK));
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // A thread that cannot be had only makes it slower.
            let _ = std::thread::Builder::new().spawn_scoped(scope, || work(view, entries, regex, stop_at, &shared));
        }
        work(view, entries, regex, stop_at, &shared);
    });
    if let Some(fault) = shared.fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(fault);
    }
    let mut found = shared.found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.out_of_time = shared.late.into_inner();
    found.files.sort_by_key(|file| file.index);
    Ok(found)
}

/// Blocks are begun in order and always ended, so what is found is what comes first in order of path.
fn work(view: &TreeView, entries: &[Entry<'_>], regex: &Regex, stop_at: Instant, shared: &Shared) {
    // A program of its own for each thread: sharing one costs more than compiling it.
    let regex = regex.clone();
    while shared.hits.load(Ordering::Relaxed) < ENOUGH && !shared.late.load(Ordering::Relaxed) {
        let from = shared.next.fetch_add(BLOCK, Ordering::Relaxed);
        let Some(block) = entries.get(from..entries.len().min(from + BLOCK)).filter(|block| !block.is_empty()) else {
            return;
        };
        let mut mine = Found::default();
        for (at, entry) in (from..).zip(block) {
            if Instant::now() >= stop_at {
                shared.late.store(true, Ordering::Relaxed);
                break;
            }
            if let Err(fault) = look(view, entry, at, &regex, stop_at, &mut mine) {
                *shared.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
                shared.late.store(true, Ordering::Relaxed);
                return;
            }
        }
        shared.hits.fetch_add(mine.files.iter().map(|file| file.lines.len()).sum(), Ordering::Relaxed);
        let mut all = shared.found.lock().unwrap_or_else(PoisonError::into_inner);
        all.files.append(&mut mine.files);
        all.seen += mine.seen;
        all.large += mine.large;
        all.binary += mine.binary;
    }
}

fn look(
    view: &TreeView,
    entry: &Entry<'_>,
    index: usize,
    regex: &Regex,
    stop_at: Instant,
    found: &mut Found,
) -> Result<(), GitError> {
    found.seen += 1;
    let bytes;
    let content = match entry.content {
        Content::Bytes(bytes) => bytes,
        Content::Blob(blob) => match view.read_blob(blob, MAX_FILE_BYTES) {
            Ok(read) => {
                bytes = read;
                &bytes
            }
            Err(GitError::TooLarge { .. }) => {
                found.large += 1;
                return Ok(());
            }
            Err(fault) => return Err(fault),
        },
    };
    if content.contains(&0) {
        found.binary += 1;
        return Ok(());
    }
    let (lines, more) = hits(content, regex, stop_at);
    if !lines.is_empty() {
        found.files.push(Hits { index, lines, more });
    }
    Ok(())
}

fn hits(content: &[u8], regex: &Regex, stop_at: Instant) -> (Vec<(usize, String)>, bool) {
    let (mut lines, mut number) = (Vec::new(), 1);
    let mut rest = content;
    while !rest.is_empty() && Instant::now() < stop_at {
        let (window, after) = rest.split_at(window_end(rest));
        let mut at = 0;
        while let Some(hit) = window.get(at..).and_then(|part| regex.find(part)) {
            if lines.len() == MAX_IN_FILE {
                return (lines, true);
            }
            let start = at + hit.start();
            if start == window.len() && window.ends_with(b"\n") {
                // Behind the last line's end there is no line.
                break;
            }
            let line_start = window.get(..start).and_then(|b| b.iter().rposition(|c| *c == b'\n')).map_or(0, |p| p + 1);
            let line_end = window
                .get(start..)
                .and_then(|b| b.iter().position(|c| *c == b'\n'))
                .map_or(window.len(), |p| start + p);
            number += newlines(window.get(at..line_start).unwrap_or_default());
            lines.push((number, told(window.get(line_start..line_end).unwrap_or_default(), start - line_start)));
            number += usize::from(line_end < window.len());
            at = line_end + 1;
        }
        number += newlines(window.get(at..).unwrap_or_default());
        rest = after;
    }
    (lines, false)
}

/// Whole lines up to [`WINDOW`], or a piece of a longer one.
fn window_end(rest: &[u8]) -> usize {
    let most = rest.len().min(WINDOW);
    if most == rest.len() {
        return most;
    }
    rest.get(..most).and_then(|part| part.iter().rposition(|c| *c == b'\n')).map_or(most, |newline| newline + 1)
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').skip(1).count()
}

/// A line as it is told: from a little before the hit when it is long.
fn told(line: &[u8], hit: usize) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    if text.chars().count() <= MAX_LINE_CHARS {
        return text.to_owned();
    }
    let before = String::from_utf8_lossy(line.get(..hit).unwrap_or_default()).chars().count();
    let skipped = before.saturating_sub(MAX_LINE_CHARS / 4);
    let piece: String = text.chars().skip(skipped).take(MAX_LINE_CHARS).collect();
    format!("{}{piece}…", if skipped > 0 { "…" } else { "" })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use regex::bytes::RegexBuilder;

    use super::*;

    fn found(pattern: &str, content: &str) -> Vec<(usize, String)> {
        let regex = RegexBuilder::new(pattern).multi_line(true).build().unwrap();
        hits(content.as_bytes(), &regex, Instant::now() + Duration::from_secs(60)).0
    }

    #[test]
    fn lines_and_numbers_are_right() {
        let line = |n: usize, text: &str| (n, text.to_owned());
        assert_eq!(found("b", "a\nb b\r\n\nxb"), [line(2, "b b"), line(4, "xb")]);
        assert_eq!(found("^$", "a\n\nb\n"), [line(2, "")]);
        assert_eq!(found("a\nb", "x\na\nb\na\nb\n"), [line(2, "a"), line(4, "a")]);
        assert_eq!(found("zz", "a\n"), []);
        assert_eq!(found("a", ""), []);
        let long = format!("{}needle{}\n", "x".repeat(500), "y".repeat(500));
        let [(1, told)] = &found("needle", &long)[..] else { panic!() };
        assert!(told.starts_with("…xxx") && told.contains("needle") && told.ends_with("…"), "{told}");
        // Across windows the numbers go on.
        let many = "line\n".repeat(40_000) + "needle\n";
        assert_eq!(found("needle", &many), [line(40_001, "needle")]);
    }
}
