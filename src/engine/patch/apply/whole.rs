//! A whole file over one that exists: believed only when it is the file, not an excerpt of it.
//!
//! A reader of the answer would call it an excerpt when the file's head or tail is gone without anything in its
//! place, when it is far shorter, or when it shares next to nothing with what it should replace.

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::super::refusal::{Refusal, RefusalCode, shown};
use super::super::text::{Line, without_cr};
use super::key::is_telling;
use super::placeholder::{dots_alone, is_dots, placeholder, speaks_of_the_rest};
use super::plan::Target;

/// Files with fewer telling lines than this are taken as they come.
const SMALL: usize = 4;

/// The file's new lines, with its own line ends and final newline.
pub fn whole(target: &Target, old: &[Line], new: &[String]) -> Result<Vec<Line>, Refusal> {
    let path = target.path();
    let known = |line: &str| old.iter().any(|l| l.text().trim() == line.trim());
    let dots = |at: usize| dots_alone(path, new, at) && target.old.is_some();
    let numbered = (0..new.len()).filter_map(|at| Some((at, new.get(at)?)));
    let in_words = numbered.filter(|(at, l)| placeholder(l) || dots(*at)).find(|(_, l)| !known(l)).map(|(_, l)| l);
    if let Some(line) = in_words.map(String::as_str).or_else(|| stand_in(old, new)) {
        return Err(left_out(path, line, "\nSend edits, or the file without anything left out."));
    }
    if let Some(why) = excerpt(old, new) {
        let reason = format!(
            "what came for `{}` as a whole file looks like a part of it ({why}); send edits instead",
            shown(path)
        );
        return Err(Refusal::of(RefusalCode::Unclear, path, reason));
    }
    let crlf = old.iter().filter(|l| l.has_cr()).count() * 2 > old.len();
    let ended = old.last().is_none_or(|l| l.newline);
    let line = |text: &String| {
        let cr = if crlf && !text.ends_with('\r') { "\r" } else { "" };
        Line { raw: format!("{text}{cr}"), newline: true, fresh: true }
    };
    // A name on the first line was taken for the label of the fence; if the file has it, it stays.
    let label = old
        .first()
        .filter(|first| names_itself(first.text(), path) && new.first().map(|n| without_cr(n)) != Some(first.text()));
    let mut lines: Vec<Line> = label.cloned().into_iter().chain(new.iter().map(line)).collect();
    if let Some(last) = lines.last_mut() {
        last.newline = ended;
        if !ended && crlf {
            last.raw = last.text().to_owned();
        }
    }
    Ok(lines)
}

/// The refusal of a new line that stands for code; `advice` follows the line.
pub fn left_out(path: &str, line: &str, advice: &str) -> Refusal {
    let reason = format!("a new line of `{}` stands for code that was left out", shown(path));
    let detail = format!("The line: {}{advice}", shown(line.trim()));
    Refusal::of(RefusalCode::Placeholder, path, reason).with_detail(&detail)
}

/// Whether a line is a comment that holds the file's own path.
fn names_itself(line: &str, path: &str) -> bool {
    let inner = line.trim().trim_matches(['#', '/', '*', '-', ';', '%', '<', '>', '!', ' ']);
    inner.len() < line.trim().len() && (inner == path || (inner.contains('.') && path.ends_with(&format!("/{inner}"))))
}

/// Telling lines that must be gone for a line to stand in for them.
const STOOD_FOR: usize = 2;

/// Whether a line could stand in for others.
pub fn is_suspect(line: &str) -> bool {
    is_dots(line) || speaks_of_the_rest(line)
}

/// A new line that is only dots, or a comment about the rest, where lines of the file are gone.
pub fn stand_in<'n>(old: &[Line], new: &'n [String]) -> Option<&'n str> {
    if !new.iter().any(|line| is_suspect(line)) {
        return None;
    }
    let before: Vec<&str> = old.iter().map(|l| l.text().trim_end()).collect();
    let after: Vec<&str> = new.iter().map(|l| l.trim_end()).collect();
    let telling = |lines: Option<&[&str]>| lines.unwrap_or_default().iter().filter(|l| is_telling(l)).count();
    let (mut gone, mut come, mut found) = (0, 0, None);
    for step in capture_diff_slices(Algorithm::Myers, &before, &after) {
        if step.tag() == DiffTag::Equal {
            // Blank lines and brackets that stay do not part what is gone from what stands in for it.
            if telling(before.get(step.old_range())) > 0 {
                (gone, come, found) = (0, 0, None);
            }
            continue;
        }
        gone += telling(before.get(step.old_range()));
        for line in new.get(step.new_range()).unwrap_or_default() {
            if is_suspect(line) {
                found = found.or(Some(line.as_str()));
            } else {
                come += usize::from(is_telling(line));
            }
        }
        if found.is_some() && gone >= come + STOOD_FOR {
            return found;
        }
    }
    None
}

/// Why new lines are no whole file, if they are none.
fn excerpt(old: &[Line], new: &[String]) -> Option<String> {
    let before: Vec<&str> = old.iter().map(|l| l.text().trim_end()).collect();
    let after: Vec<&str> = new.iter().map(|l| l.trim_end()).collect();
    let telling = before.iter().filter(|l| is_telling(l)).count();
    if telling < SMALL {
        return None;
    }
    if after.len() * 2 < before.len() {
        return Some(format!("{} lines for {}", after.len(), before.len()));
    }
    let shared = Shared::of(&before, &after);
    let (head, tail) = (shared.head.0.saturating_sub(shared.head.1), shared.tail.0.saturating_sub(shared.tail.1));
    if shared.lines * 5 < telling {
        return Some(format!("{} of {telling} lines are the same", shared.lines));
    }
    if head >= 3 && head * 12 > telling {
        return Some(format!("the first {head} lines are missing"));
    }
    (tail >= 3 && tail * 10 > telling * 3).then(|| format!("the last {tail} lines are missing"))
}

/// What two texts share: telling lines in all, and how many stand before the first and after the last of them.
struct Shared {
    lines: usize,
    head: (usize, usize),
    tail: (usize, usize),
}

impl Shared {
    fn of(old: &[&str], new: &[&str]) -> Self {
        let count = |lines: Option<&[&str]>| lines.unwrap_or_default().iter().filter(|l| is_telling(l)).count();
        let mut shared = Self { lines: 0, head: (0, 0), tail: (0, 0) };
        let mut open = (0, 0);
        for step in capture_diff_slices(Algorithm::Myers, old, new) {
            let same = if step.tag() == DiffTag::Equal { count(old.get(step.old_range())) } else { 0 };
            if same > 0 {
                if shared.lines == 0 {
                    shared.head = open;
                }
                shared.lines += same;
                open = (0, 0);
            } else {
                open.0 += count(old.get(step.old_range()));
                open.1 += count(new.get(step.new_range()));
            }
        }
        shared.tail = open;
        shared
    }
}
