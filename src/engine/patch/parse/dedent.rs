//! Takes the indentation off what stands indented as a whole: a fence in a list, a patch in a quotation.

use super::begin;
use super::fence::FenceLine;
use super::scan::Scan;

/// How many lines are looked at in one answer, so that many open fences cost no more than one.
pub const LOOKED_AT: usize = 2_000_000;

/// Makes the lines from `at` to the end of what starts there begin at the margin, if all are indented.
pub fn dedent(scan: &mut Scan<'_>, at: usize) {
    let line = scan.bare(at).unwrap_or_default();
    let indent = line.len() - line.trim_start_matches(' ').len();
    if indent == 0 {
        return;
    }
    let Some(end) = end(scan, at, indent) else { return };
    let fits = |at: usize| {
        let line = scan.bare(at).unwrap_or_default();
        line.trim().is_empty() || line.len() - line.trim_start_matches(' ').len() >= indent
    };
    if (at..=end).all(fits) {
        (at..=end).for_each(|at| scan.cut(at, indent));
    }
}

/// The line that closes the fence or form.
fn end(scan: &mut Scan<'_>, at: usize, indent: usize) -> Option<usize> {
    let line = scan.bare(at)?;
    let closes: Box<dyn Fn(&str) -> bool> = if let Some(open) = FenceLine::of(line) {
        Box::new(move |l| FenceLine::of(l).is_some_and(|c| c.indent() == indent && c.ends(&open)))
    } else if begin::is_begin(line.trim()) {
        Box::new(|l| begin::is_end(l.trim()))
    } else {
        return None;
    };
    for next in at + 1..scan.len() {
        if !scan.look() {
            return None;
        }
        if scan.bare(next).is_some_and(&closes) {
            return Some(next);
        }
    }
    None
}
