//! Honest diffs of made-up files, and typical damages of them.

use std::fmt::Write as _;

use similar::{DiffOp, TextDiff};

use super::corpus::{edited, source};
use super::tools::Dice;

/// A diff that can be damaged before it is printed.
pub struct Diff {
    pub path: String,
    pub hunks: Vec<DiffHunk>,
    prefix: (&'static str, &'static str),
    counts: bool,
}

pub struct DiffHunk {
    old: (usize, usize),
    new: (usize, usize),
    pub lines: Vec<(char, String)>,
}

/// The honest diff between two texts.
pub fn diff_of(path: &str, before: &str, after: &str) -> Diff {
    let diff = TextDiff::from_lines(before, after);
    let hunk = |ops: &Vec<DiffOp>| {
        let mut lines = Vec::new();
        for change in ops.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                similar::ChangeTag::Equal => ' ',
                similar::ChangeTag::Delete => '-',
                similar::ChangeTag::Insert => '+',
            };
            lines.push((sign, change.value().trim_end_matches('\n').to_owned()));
        }
        let (first, last) = (ops.first().unwrap(), ops.last().unwrap());
        let range = |start: usize, end: usize| (start + usize::from(end > start), end - start);
        DiffHunk {
            old: range(first.old_range().start, last.old_range().end),
            new: range(first.new_range().start, last.new_range().end),
            lines,
        }
    };
    let hunks = diff.grouped_ops(3).iter().map(hunk).collect();
    Diff { path: path.to_owned(), hunks, prefix: ("a/", "b/"), counts: true }
}

/// Prints it.
pub fn unified(diff: &Diff) -> String {
    let mut text = format!("--- {}{}\n+++ {}{}\n", diff.prefix.0, diff.path, diff.prefix.1, diff.path);
    for hunk in &diff.hunks {
        let (old, new) = (hunk.old, hunk.new);
        if diff.counts {
            writeln!(text, "@@ -{},{} +{},{} @@", old.0, old.1, new.0, new.1).unwrap();
        } else {
            writeln!(text, "@@ ... @@").unwrap();
        }
        for (sign, line) in &hunk.lines {
            writeln!(text, "{sign}{line}").unwrap();
        }
    }
    text
}

const DAMAGES: &[&str] = &[
    "wrong counts",
    "wrong numbers",
    "wrong counts and numbers",
    "no numbers",
    "no prefix",
    "crlf",
    "altered context",
    "deeper",
    "shallower",
    "dropped context",
    "no final newline",
    "blank context without space",
    "tabs for spaces",
    "trailing space",
    "less context",
    "context without its space",
    "fenced in prose",
    "kept lines repeated",
    "file in crlf",
    "altered beside change",
];

/// Damages a diff in one typical way; `None` where this kind does not fit it.
fn damaged(dice: &mut Dice, kind: &str, mut diff: Diff, before: &str) -> Option<(String, String)> {
    let mut file = before.to_owned();
    match kind {
        "wrong counts" => diff
            .hunks
            .iter_mut()
            .for_each(|h| (h.old.1, h.new.1) = (h.old.1 + 1 + dice.below(4), h.new.1 + dice.below(3))),
        "wrong numbers" => shift(dice, &mut diff),
        "wrong counts and numbers" => {
            shift(dice, &mut diff);
            diff.hunks.iter_mut().for_each(|h| h.old.1 = h.old.1.saturating_sub(1 + dice.below(2)));
        }
        "no numbers" => diff.counts = false,
        "no prefix" => diff.prefix = ("", ""),
        "altered context" | "altered beside change" => {
            let beside = kind == "altered beside change";
            let hunk = diff.hunks.first_mut()?;
            let changed: Vec<bool> = hunk.lines.iter().map(|(s, _)| *s != ' ').collect();
            let near = |i: usize| (i > 0 && changed[i - 1]) || changed.get(i + 1) == Some(&true);
            let fits = |i: &usize| hunk.lines[*i].0 == ' ' && hunk.lines[*i].1.len() > 10 && near(*i) == beside;
            let at = (0..hunk.lines.len()).find(fits)?;
            let line = &mut hunk.lines[at].1;
            *line = format!("{}_old{}", line.get(..line.len() - 3)?, line.get(line.len() - 3..)?);
        }
        "deeper" => indent(&mut diff, |line| format!("    {line}")),
        "shallower" => {
            let shallow = |(_, l): &(char, String)| l.is_empty() || l.starts_with("  ") || l.starts_with('\t');
            let [hunk] = diff.hunks.as_slice() else { return None };
            hunk.lines.iter().all(shallow).then_some(())?;
            let cut = if before.contains("\n\t") { 1 } else { 2 };
            indent(&mut diff, |line| line.get(cut..).unwrap_or_default().to_owned());
        }
        "dropped context" => {
            let hunk = diff.hunks.first_mut()?;
            let quiet =
                |i: &usize| *i > 0 && *i + 1 < hunk.lines.len() && (*i - 1..=*i + 1).all(|j| hunk.lines[j].0 == ' ');
            let at = (1..hunk.lines.len()).find(quiet)?;
            hunk.lines.remove(at);
        }
        "tabs for spaces" => {
            (!before.contains('\t')).then_some(())?;
            let unit = if diff.path.ends_with("js") { "  " } else { "    " };
            indent(&mut diff, |line| {
                let depth = line.len() - line.trim_start().len();
                format!("{}{}", "\t".repeat(depth / unit.len()), line.trim_start())
            });
        }
        "trailing space" => diff
            .hunks
            .iter_mut()
            .flat_map(|h| &mut h.lines)
            .filter(|(s, _)| *s != '+')
            .for_each(|(_, l)| l.push_str("  ")),
        "less context" => {
            let hunk = diff.hunks.first_mut()?;
            let trailing = hunk.lines.iter().rev().take_while(|(s, _)| *s == ' ').count();
            hunk.lines.truncate(hunk.lines.len() - trailing);
        }
        "kept lines repeated" => {
            let hunk = diff.hunks.first_mut()?;
            let at = hunk.lines.iter().position(|(s, l)| *s == ' ' && !l.is_empty())?;
            let line = hunk.lines[at].1.clone();
            hunk.lines[at].0 = '-';
            hunk.lines.insert(at + 1, ('+', line));
        }
        "file in crlf" => file = before.replace('\n', "\r\n"),
        _ => {}
    }
    let text = unified(&diff);
    let text = match kind {
        "crlf" => text.replace('\n', "\r\n"),
        "no final newline" => text.trim_end().to_owned(),
        "blank context without space" => {
            text.contains("\n \n").then_some(())?;
            format!(
                "```diff\n{}```\n",
                text.lines().map(|l| if l == " " { "\n".to_owned() } else { format!("{l}\n") }).collect::<String>()
            )
        }
        "context without its space" => {
            let bare = |l: &str| format!("{}\n", l.strip_prefix(' ').unwrap_or(l));
            format!("```diff\n{}```\n", text.lines().map(bare).collect::<String>())
        }
        "fenced in prose" => format!("The bug is in the sum.\n\n~~~~diff\n{text}~~~~\n\n- This should do.\n"),
        _ => text,
    };
    Some((file, text))
}

fn shift(dice: &mut Dice, diff: &mut Diff) {
    for hunk in &mut diff.hunks {
        let by = 1 + dice.below(30);
        (hunk.old.0, hunk.new.0) = (hunk.old.0 + by, hunk.new.0 + by);
    }
}

fn indent(diff: &mut Diff, change: impl Fn(&str) -> String) {
    for (_, line) in diff.hunks.iter_mut().flat_map(|h| &mut h.lines).filter(|(_, l)| !l.is_empty()) {
        *line = change(line);
    }
}

/// A damaged diff with its file before and after.
pub struct Sample {
    pub kind: &'static str,
    pub path: String,
    pub file: String,
    pub answer: String,
    pub after: String,
}

/// So many damaged diffs, of each kind alike.
pub fn samples(count: usize) -> Vec<Sample> {
    let mut dice = Dice::new(15);
    let mut found = Vec::new();
    while found.len() < count {
        let kind = DAMAGES[found.len() % DAMAGES.len()];
        let functions = 2 + dice.below(10);
        let (before, extension) = source(&mut dice, functions);
        let changes = 1 + dice.below(3);
        let after = edited(&mut dice, &before, changes);
        let path = format!("src/file.{extension}");
        let diff = diff_of(&path, &before, &after);
        if diff.hunks.is_empty() || after == before {
            continue;
        }
        let Some((file, answer)) = damaged(&mut dice, kind, diff, &before) else { continue };
        let after = if kind == "file in crlf" { after.replace('\n', "\r\n") } else { after };
        found.push(Sample { kind, path, file, answer, after });
    }
    found
}
