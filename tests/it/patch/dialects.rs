//! Honest edits of made-up files, written in every dialect with the usual small damages: none wrong, nearly all right.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bakeoff::engine::patch::{BaseFiles, MemoryFiles, Rules, apply_answer};

use super::corpus::{edited, source};
use super::samples::{Diff, diff_of, unified};
use super::tools::Dice;

/// One place of a change: lines before and after with their context, without line ends.
struct Pair {
    old: String,
    new: String,
    signed: String,
}

fn pairs(diff: &Diff) -> Vec<Pair> {
    let side = |lines: &[(char, String)], without: char| -> String {
        lines.iter().filter(|(sign, _)| *sign != without).map(|(_, l)| format!("{l}\n")).collect()
    };
    let signed = |lines: &[(char, String)]| -> String { lines.iter().map(|(s, l)| format!("{s}{l}\n")).collect() };
    diff.hunks
        .iter()
        .map(|h| Pair { old: side(&h.lines, '+'), new: side(&h.lines, '-'), signed: signed(&h.lines) })
        .collect()
}

/// A small damage that leaves the meaning: trailing space, less indentation, copied line numbers.
fn damage(dice: &mut Dice, pair: &Pair, before: &str) -> (String, String) {
    let each = |text: &str, change: &dyn Fn(&str) -> String| text.lines().map(|l| change(l) + "\n").collect::<String>();
    match dice.below(6) {
        0 => (each(&pair.old, &|l| format!("{l}  ").trim_start_matches('\n').to_owned()), pair.new.clone()),
        1 => {
            let first = before.find(&pair.old).map_or(1, |at| before[..at].lines().count() + 1);
            let numbered = |text: &str| -> String {
                text.lines().enumerate().map(|(i, l)| format!("{}|{l}\n", first + i)).collect()
            };
            (numbered(&pair.old), numbered(&pair.new))
        }
        2 => (format!("\n{}", pair.old), format!("\n{}", pair.new)),
        _ => (pair.old.clone(), pair.new.clone()),
    }
}

const DIALECTS: &[&str] = &[
    "blocks",
    "blocks in fences",
    "original/updated",
    "dashes",
    "tags",
    "parameters",
    "json",
    "json list",
    "begin patch",
    "whole file",
    "whole file in info",
    "replace with",
    "bare signs",
    "diff in prose",
    "diff in list",
];

fn fenced(text: &str, info: &str) -> String {
    format!("```{info}\n{text}```\n")
}

fn block(old: &str, new: &str, marks: (&str, &str)) -> String {
    format!("{}\n{old}=======\n{new}{}\n", marks.0, marks.1)
}

fn headed(dice: &mut Dice, path: &str) -> String {
    let shapes: [&dyn Fn() -> String; 6] = [
        &|| format!("{path}\n"),
        &|| format!("**{path}**\n\n"),
        &|| format!("### `{path}`\n\nAs follows.\n\n"),
        &|| format!("File: {path}\n"),
        &|| format!("1. Edit `{path}`:\n\n"),
        &|| format!("In `{path}` this must change:\n\n"),
    ];
    shapes[dice.below(shapes.len())]()
}

fn indented(text: &str) -> String {
    text.lines().map(|l| if l.is_empty() { "\n".to_owned() } else { format!("   {l}\n") }).collect()
}

/// The answer in one dialect.
fn answer(dice: &mut Dice, dialect: &str, diff: &Diff, before: &str, after: &str) -> String {
    let (path, all) = (diff.path.as_str(), pairs(diff));
    let each = |dice: &mut Dice, write: &dyn Fn(&str, &str) -> String| -> String {
        all.iter()
            .map(|pair| {
                let (old, new) = damage(dice, pair, before);
                write(&old, &new)
            })
            .collect()
    };
    let body = match dialect {
        "blocks" => headed(dice, path) + &each(dice, &|o, n| block(o, n, ("<<<<<<< SEARCH", ">>>>>>> REPLACE"))),
        "blocks in fences" => {
            headed(dice, path) + &each(dice, &|o, n| fenced(&block(o, n, ("<<<<<<< SEARCH", ">>>>>>> REPLACE")), "rust") + "\n")
        }
        "original/updated" => each(dice, &|o, n| {
            fenced(&(format!("{path}\n") + &block(o, n, ("<<<<<<< ORIGINAL", ">>>>>>> UPDATED"))), "")
        }),
        "dashes" => headed(dice, path) + &each(dice, &|o, n| block(o, n, ("------- SEARCH", "+++++++ REPLACE"))),
        "tags" => each(dice, &|o, n| {
            format!("<edit path=\"{path}\">\n<search>\n{o}</search>\n<replace>\n{n}</replace>\n</edit>\n")
        }),
        "parameters" => all.iter().map(|p| {
            let (old, new) = (p.old.trim_end_matches('\n'), p.new.trim_end_matches('\n'));
            format!("<invoke name=\"edit\">\n<parameter name=\"path\">{path}</parameter>\n<parameter name=\"old_string\">{old}</parameter>\n<parameter name=\"new_string\">{new}</parameter>\n</invoke>\n")
        }).collect(),
        "json" => all.iter().map(|p| {
            let call = serde_json::json!({"name": "edit", "arguments": {"path": path, "old_string": p.old, "new_string": p.new}});
            fenced(&format!("{call:#}\n"), "json")
        }).collect(),
        "json list" => {
            let edits: Vec<_> = all.iter().map(|p| serde_json::json!({"search": p.old, "replace": p.new})).collect();
            format!("{}\n", serde_json::json!({"file": path, "edits": edits}))
        }
        "begin patch" => {
            let hunks: String = all.iter().map(|p| format!("@@\n{}", p.signed)).collect();
            format!("*** Begin Patch\n*** Update File: {path}\n{hunks}*** End Patch\n")
        }
        "whole file" => format!("**{path}**\n\n{}", fenced(after, "")),
        "whole file in info" => fenced(after, &format!("text:{path}")),
        "replace with" => format!("**File:** `{path}`\n\n") + &each(dice, &|o, n| {
            format!("Replace:\n\n{}\nwith:\n\n{}\n", fenced(o, "text"), fenced(n, "text"))
        }),
        "bare signs" => all.iter().map(|p| format!("`{path}`\n\n{}\n", fenced(&p.signed, "diff"))).collect(),
        "diff in list" => format!("1. The fix:\n\n{}\n2. Done.\n", indented(&fenced(&unified(diff), "diff"))),
        _ => unified(diff),
    };
    match dice.below(4) {
        0 => format!("The cause is simple.\n\n{body}\n- This is all that changes.\n- Nothing else does.\n"),
        1 => format!("I looked at the code first.\n\n{body}"),
        2 => format!("{body}\n").replace('\n', "\r\n"),
        _ => body,
    }
}

#[derive(Default)]
struct Count {
    right: usize,
    total: usize,
}

#[test]
fn m30_every_dialect_is_applied_rightly_or_not_at_all() {
    let mut dice = Dice::new(150);
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    let (mut wrong, mut refusals) = (String::new(), String::new());
    for nth in 0..DIALECTS.len() * 60 {
        let dialect = DIALECTS[nth % DIALECTS.len()];
        let functions = 3 + dice.below(8);
        let (before, extension) = source(&mut dice, functions);
        let changes = 1 + dice.below(3);
        let after = edited(&mut dice, &before, changes);
        let path = format!("src/deep/file.{extension}");
        let diff = diff_of(&path, &before, &after);
        if diff.hunks.is_empty() || after == before {
            continue;
        }
        let answer = answer(&mut dice, dialect, &diff, &before, &after);
        let crlf = dice.chance(15);
        let ends = |text: &str| if crlf { text.replace('\n', "\r\n") } else { text.to_owned() };
        let mut tree = MemoryFiles::of([(path.as_str(), ends(&before).as_str())]);
        let count = counts.entry(dialect).or_default();
        count.total += 1;
        match apply_answer(&answer, &tree, &Rules::default()) {
            Ok((applied, _)) => {
                tree.change(&applied.changes);
                if tree.read(&path) == Some(ends(&after).into_bytes()) {
                    count.right += 1;
                } else if applied.patch.is_empty() {
                    writeln!(refusals, "{dialect}: nothing found in\n{answer}").unwrap();
                } else {
                    writeln!(wrong, "{dialect}:\n{answer}\n{}", applied.patch.text()).unwrap();
                }
            }
            Err(refusal) => writeln!(refusals, "{dialect}: {:?} {}\n{answer}", refusal.code, refusal.detail).unwrap(),
        }
    }
    for (dialect, Count { right, total }) in &counts {
        println!("{dialect:<20}{right:>4} of {total:>4}");
    }
    let sum = |of: fn(&Count) -> usize| counts.values().map(of).sum::<usize>();
    let (right, total) = (sum(|c| c.right), sum(|c| c.total));
    println!("{right} of {total} right; not taken:\n{refusals}");
    assert!(wrong.is_empty(), "wrongly applied:\n{wrong}");
    assert!(right * 100 >= total * 97, "{right} of {total} right; not taken:\n{refusals}");
}
