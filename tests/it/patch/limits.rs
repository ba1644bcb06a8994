//! M25: each limit is reached, and one more is refused with its own message.

use std::fmt::Write as _;

use bakeoff::engine::patch::{Limits, MemoryFiles, RefusalCode, Rules, apply_answer, parse};

use super::tools::run_with;

fn new(path: &str, lines: usize) -> String {
    let added = "+x\n".repeat(lines);
    format!(
        "diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{lines} @@\n{added}"
    )
}

#[track_caller]
fn check(at_limit: &str, beyond: &str, rules: &Rules, code: RefusalCode, message: &str) {
    let base = MemoryFiles::default();
    run_with(at_limit, &base, rules).unwrap_or_else(|r| panic!("{}", r.reason));
    let refusal = run_with(beyond, &base, rules).unwrap_err();
    assert_eq!((refusal.code, refusal.reason.as_str()), (code, message));
}

#[test]
fn m25_files() {
    let files = |count: usize| (0..count).map(|i| new(&format!("d/f{i}"), 1)).collect::<String>();
    let message = "the patch changes more than 200 files";
    check(&files(200), &files(201), &Rules::default(), RefusalCode::TooManyFiles, message);
}

#[test]
fn m25_changed_lines() {
    let lines = |count: usize| new("a", 12_000) + &new("b", count - 12_000);
    let message = "the patch changes more than 20000 lines";
    check(&lines(20_000), &lines(20_001), &Rules::default(), RefusalCode::TooManyLines, message);
}

#[test]
fn m25_result_file() {
    let file = |bytes: usize| format!("`a.txt`\n```\n{}\n```\n", "x".repeat(bytes - 1));
    let rules = Rules { limits: Limits { patch_bytes: 4 << 20, ..Limits::default() }, ..Rules::default() };
    let message = "`a.txt` would be 1048577 bytes long; at most 1048576 are taken";
    check(&file(1 << 20), &file((1 << 20) + 1), &rules, RefusalCode::FileTooLarge, message);
}

#[test]
fn m25_patch() {
    let (empty, base) = (new("a", 1).len() + new("b", 1).len(), MemoryFiles::default());
    let files = |bytes: usize| {
        let half = "y".repeat(500_000);
        let rest = "y".repeat(bytes - empty - 500_000);
        (new("a", 1) + &new("b", 1)).replacen("+x\n", &format!("+x{half}\n"), 1).replacen(
            "+x\n",
            &format!("+x{rest}\n"),
            1,
        )
    };
    let printed = run_with(
        &files(1 << 20),
        &base,
        &Rules { limits: Limits { patch_bytes: 2 << 20, ..Limits::default() }, ..Rules::default() },
    );
    let over = printed.unwrap().patch.text().len();
    let fit = (2 << 20) - over;
    let message = "the patch is 1048577 bytes long; at most 1048576 are taken";
    check(&files(fit), &files(fit + 1), &Rules::default(), RefusalCode::PatchTooLarge, message);
}

#[test]
fn m25_path_and_part() {
    let part = |bytes: usize| new(&"p".repeat(bytes), 1);
    let message = "a part of a path is 256 bytes long; at most 255 are taken between two slashes";
    check(&part(255), &part(256), &Rules::default(), RefusalCode::PathTooLong, message);
    let path = |bytes: usize| new(&format!("{}{}", "p/".repeat(400), "q".repeat(bytes - 800)), 1);
    let message = "a path is 1025 bytes long; at most 1024 are taken";
    check(&path(1024), &path(1025), &Rules::default(), RefusalCode::PathTooLong, message);
}

/// Answers made to be slow: none takes more than a moment, none panics.
#[test]
fn hostile_answers_end() {
    let blank = "\n".repeat(1 << 20);
    let base = MemoryFiles::of([("big.txt", blank.as_str())]);
    let mut hunks = "--- a/big.txt\n+++ b/big.txt\n".to_owned();
    for i in 0..3_000 {
        let _ = write!(hunks, "@@ -{i},3 +{i},4 @@\n \n \n+x{i}\n \n");
    }
    let answers = [
        hunks,
        "big.txt\n<<<<<<< SEARCH\n\n\na\n=======\nb\n>>>>>>> REPLACE\n".repeat(2_000),
        "<<<<<<< SEARCH\n".repeat(100_000),
        "a.txt\n```rust\n".repeat(100_000),
        "*** Update File: x\n".repeat(100_000),
        "--- a\n+++ b\n".repeat(100_000),
        "--- a\n+++ b\n@@ -1,9999999 +1,9999999 @@\n".repeat(30_000),
        format!("--- a\n+++ b\n@@ -1 +1 @@\n{}+x", "\n".repeat(1 << 20)),
        "`".repeat(1 << 20),
        "```\n".repeat(200_000),
        "<file path=\"x\">\n".repeat(50_000),
        "<search>\n".repeat(100_000),
        " ".repeat(2 << 20),
        "\\\n".repeat(500_000),
    ];
    for answer in answers {
        let result = apply_answer(&answer, &base, &Rules::default());
        assert!(result.is_err() || result.is_ok_and(|(applied, _)| applied.patch.is_empty()), "{answer:.60}");
        parse(&answer);
    }
}
