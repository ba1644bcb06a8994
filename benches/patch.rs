//! P15: damaged diffs applied right or wrong, and unfit ones refused, beside `git apply --recount` and GNU
//! `patch -l -F3`; time of one answer. Run: `cargo bench --bench patch`.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bakeoff::engine::patch::{BaseFiles, MemoryFiles, Rules, apply_answer};

#[expect(clippy::indexing_slicing, reason = "shared with the tests")]
#[path = "../tests/it/patch/corpus.rs"]
mod corpus;
#[expect(dead_code, clippy::indexing_slicing, clippy::unwrap_used, reason = "shared with the tests")]
#[path = "../tests/it/patch/samples.rs"]
mod samples;
#[expect(dead_code, clippy::indexing_slicing, clippy::unwrap_used, reason = "shared with the tests")]
#[path = "../tests/it/patch/tools.rs"]
mod tools;
#[path = "../tests/it/patch/unfit.rs"]
mod unfit;

/// What became of one file; `None` when the tool refused or left it as it was.
type Tool<'t> = &'t dyn Fn(&str, &str, &str) -> Option<String>;

fn ours(path: &str, file: &str, answer: &str) -> Option<String> {
    let mut tree = MemoryFiles::of([(path, file)]);
    let (applied, _) = apply_answer(answer, &tree, &Rules::default()).ok()?;
    tree.change(&applied.changes);
    tree.read(path).and_then(|bytes| String::from_utf8(bytes).ok())
}

/// Runs a program that patches files in a folder of its own.
fn outside(program: &str, arguments: &[&str], path: &str, file: &str, answer: &str) -> Option<String> {
    let folder = tempfile::tempdir().ok()?;
    let target = folder.path().join(path);
    fs::create_dir_all(target.parent().unwrap_or(Path::new("."))).ok()?;
    fs::write(&target, file).ok()?;
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder.path())
        .env("GIT_CEILING_DIRECTORIES", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(answer.as_bytes()).ok()?;
    let done = child.wait().ok()?.success();
    fs::read_to_string(&target).ok().filter(|_| done)
}

fn row(name: &str, apply: Tool<'_>) {
    let (mut right, mut wrong) = (0, 0);
    let mut times: Vec<Duration> = Vec::new();
    for sample in samples::samples(300) {
        let start = Instant::now();
        let result = apply(&sample.path, &sample.file, &sample.answer);
        times.push(start.elapsed());
        match result {
            Some(text) if text == sample.after => right += 1,
            Some(text) if text != sample.file => wrong += 1,
            _ => {}
        }
    }
    let unfit = unfit::applied_already(30).into_iter().chain(unfit::another_line_removed(30));
    let applied = unfit.filter(|u| apply(&u.path, &u.file, &u.answer).is_some_and(|text| text != u.file)).count();
    times.sort();
    let at = |percent: usize| times.get(times.len() * percent / 100).map_or(0, Duration::as_micros);
    println!("{name:<26}{right:>6}{wrong:>6}{:>8}{applied:>12}{:>10}{:>10}", 300 - right - wrong, at(50), at(95));
}

fn large(name: &str, answer: &str, base: &MemoryFiles) {
    let start = Instant::now();
    let result = apply_answer(answer, base, &Rules::default());
    let what = result.map_or_else(|refusal| refusal.code.as_str(), |_| "applied");
    println!("{name:<50}{:>8} ms  {what}", start.elapsed().as_millis());
}

fn main() {
    let heads = ("tool", "right", "wrong", "refused", "60 applied", "p50 us", "p95 us");
    println!("{:<26}{:>6}{:>6}{:>8}{:>12}{:>10}{:>10}", heads.0, heads.1, heads.2, heads.3, heads.4, heads.5, heads.6);
    row("bakeoff", &ours);
    row("git apply --recount", &|p, f, a| outside("git", &["apply", "--recount"], p, f, a));
    row("patch -p1 -l -F3", &|p, f, a| {
        outside("patch", &["-p1", "-l", "-F3", "-s", "-f", "--no-backup-if-mismatch"], p, f, a)
    });
    println!();
    let lines: Vec<String> = (0..40_000).map(|i| format!("let value_{i} = {i};")).collect();
    let text = lines.join("\n") + "\n";
    let base = MemoryFiles::of([("big.rs", text.as_str()), ("blank.txt", "\n".repeat(1 << 20).as_str())]);
    let diff: String = (0..3_000)
        .map(|i| {
            format!("@@ @@\n let value_{0} = {0};\n-let value_{1} = {1};\n+let value_{1} = 0;\n", i * 10, i * 10 + 1)
        })
        .collect();
    large("1 MiB file, 3,000 hunks", &format!("--- a/big.rs\n+++ b/big.rs\n{diff}"), &base);
    let blocks: String = (0..2_000)
        .map(|i| format!("<<<<<<< SEARCH\nlet value_{i} = {i};\n=======\nlet value_{i} = 1{i};\n>>>>>>> REPLACE\n"))
        .collect();
    large("1 MiB file, 2,000 search/replace blocks", &format!("big.rs\n{blocks}"), &base);
    large("1 MiB file as a whole file", &format!("big.rs\n```\n{}```\n", text.replacen("= 7;", "= 8;", 1)), &base);
    let blank = "@@ -1,3 +1,4 @@\n \n \n+x\n \n".repeat(3_000);
    large(
        "1 Mi blank lines, 3,000 hunks of blank context",
        &format!("--- a/blank.txt\n+++ b/blank.txt\n{blank}"),
        &base,
    );
    large("1 MiB of opening fences", &"   ```x\n".repeat(130_000), &base);
    large("1 MiB of opening braces", &"{\"path\": [\n".repeat(95_000), &base);
}
