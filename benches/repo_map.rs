//! P10: the repository map of 10,000 files, cold, again, and one commit later, with the memory it took.
//!
//! `cargo bench --bench repo_map -- js` or `-- c` for generated files, `-- FOLDER "words of an issue"` for a copy of
//! real ones; one tree a process, so that the memory is its own.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a program for measuring: it ends where something is wrong"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use bakeoff::adapters::git::{GitSettings, Mirrors, Remote, TreeView};
use bakeoff::domain::repo::CommitSha;
use bakeoff::engine::context::{Context, Library, Patience, Wanted, gather};
use bakeoff::engine::patch::forbidden::Matcher;
use url::Url;

const FILES: usize = 10_000;
const ISSUE: &str = "createInvoice12 in billing rounds twice: module_12 calls round_total_77 after apply_tax_77, and the \
                     report shows the wrong sum";

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

fn folder(n: usize) -> String {
    format!("src/area_{}/part_{}", n % 20, n % 400)
}

/// 100 to 300 lines with imports, classes, functions, comments and calls into other files.
fn js(n: usize, dice: &mut Dice) -> String {
    let lines = 100 + dice.below(200);
    let others: Vec<usize> = (0..6).map(|_| dice.below(FILES)).collect();
    let mut text = String::new();
    for other in &others {
        let folder = folder(*other);
        writeln!(text, "import {{ createInvoice{other}, Ledger{other} }} from '../../../{folder}/module_{other}.js';")
            .unwrap();
    }
    writeln!(text, "\nconst DEFAULTS_{n} = {{ retries: 3, currency: 'EUR', locale: 'de' }};\n").unwrap();
    writeln!(
        text,
        "export class Ledger{n} {{\n  constructor(options = DEFAULTS_{n}) {{\n    this.options = options;\n  }}\n"
    )
    .unwrap();
    let mut part = 0;
    while text.lines().count() < lines {
        let other = others[dice.below(others.len())];
        writeln!(text, "  // Adds up the entries of one period and leaves out what was cancelled.").unwrap();
        writeln!(text, "  sumPeriod{part}(entries, from, until) {{\n    let total = 0;").unwrap();
        writeln!(text, "    for (const entry of entries.filter((e) => e.date >= from && e.date < until)) {{").unwrap();
        writeln!(text, "      if (entry.cancelled) continue;\n      total += entry.amount * (1 + this.options.rate);")
            .unwrap();
        writeln!(text, "    }}\n    return createInvoice{other}(total, new Ledger{other}(this.options));\n  }}\n")
            .unwrap();
        part += 1;
    }
    writeln!(text, "}}\n\nexport function createInvoice{n}(total, ledger) {{").unwrap();
    writeln!(text, "  return {{ total, lines: ledger.sumPeriod0([], 0, 1), note: `invoice ${{total}}` }};\n}}")
        .unwrap();
    text
}

fn c(n: usize, dice: &mut Dice) -> String {
    let lines = 100 + dice.below(200);
    let others: Vec<usize> = (0..6).map(|_| dice.below(FILES)).collect();
    let mut text = String::from("#include <stdio.h>\n#include <stdlib.h>\n");
    for other in &others {
        writeln!(text, "#include \"../../{}/module_{other}.h\"", folder(*other)).unwrap();
    }
    writeln!(text, "\n#define LIMIT_{n} 64\n#define CLAMP_{n}(x) ((x) > LIMIT_{n} ? LIMIT_{n} : (x))\n").unwrap();
    writeln!(text, "struct ledger_{n} {{\n\tint count;\n\tdouble rate;\n\tstruct ledger_{n} *next;\n}};\n").unwrap();
    let mut part = 0;
    while text.lines().count() < lines {
        let other = others[dice.below(others.len())];
        writeln!(text, "/* Adds up the entries of one period and leaves out what was cancelled. */").unwrap();
        writeln!(text, "static double sum_period_{n}_{part}(const struct ledger_{n} *head, int from, int until)\n{{")
            .unwrap();
        writeln!(
            text,
            "\tdouble total = 0.0;\n\tfor (const struct ledger_{n} *at = head; at != NULL; at = at->next) {{"
        )
        .unwrap();
        writeln!(text, "\t\tif (at->count < from || at->count >= until)\n\t\t\tcontinue;").unwrap();
        writeln!(text, "\t\ttotal += CLAMP_{n}(at->count) * (1.0 + at->rate);\n\t}}").unwrap();
        writeln!(text, "\treturn round_total_{other}(apply_tax_{other}(total, head->rate), until - from);\n}}\n")
            .unwrap();
        part += 1;
    }
    writeln!(text, "double apply_tax_{n}(double total, double rate)\n{{\n\treturn total * (1.0 + rate);\n}}\n")
        .unwrap();
    writeln!(text, "double round_total_{n}(double total, int days)\n{{\n\treturn (double)(long)(total / days);\n}}")
        .unwrap();
    text
}

fn git(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "A").env(format!("GIT_{who}_EMAIL"), "a@example.com");
    }
    let output = command.current_dir(folder).args(args).output().expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn commit(work: &Path) -> CommitSha {
    git(work, &["add", "-A"]);
    git(work, &["commit", "-q", "-m", "x"]);
    CommitSha::parse(&git(work, &["rev-parse", "HEAD"])).unwrap()
}

fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

fn asked(view: &TreeView, library: &Arc<Library>, text: &str) -> (f64, Context) {
    let forbidden = Matcher::default();
    let wanted = Wanted { text, folders: &[], max_bytes: 240_000, forbidden: &forbidden, library };
    let started = Instant::now();
    let context = gather(view, &wanted).unwrap();
    (started.elapsed().as_secs_f64(), context)
}

/// Fills `work` with generated files; comes back with one of them.
fn generate(language: &str, work: &Path) -> PathBuf {
    let mut dice = Dice(7);
    for n in 0..FILES {
        let text = if language == "c" { c(n, &mut dice) } else { js(n, &mut dice) };
        let folder = work.join(folder(n));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("module_{n}.{language}")), text).unwrap();
    }
    work.join(folder(12)).join(format!("module_12.{language}"))
}

/// Copies `from` into `work`; comes back with a file of it.
fn copy(from: &Path, work: &Path) -> PathBuf {
    let status = Command::new("cp").arg("-r").arg(from.join(".")).arg(work).status().expect("cp runs");
    assert!(status.success(), "{} is copied", from.display());
    git(work, &["add", "-A"]);
    let paths = git(work, &["ls-files"]);
    work.join(paths.lines().nth(paths.lines().count() / 2).expect("the folder has files"))
}

/// How many files are in a commit, and how many MiB.
fn sizes(view: &TreeView) -> (usize, u64) {
    let bytes = view.files().map(|file| view.size(file.blob).unwrap());
    let (files, bytes) = bytes.fold((0, 0), |(files, sum), size| (files + 1, sum + size));
    (files, bytes >> 20)
}

#[tokio::main]
async fn main() {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let tree = words.next().unwrap_or_else(|| "js".into());
    let issue = words.next().unwrap_or_else(|| ISSUE.into());
    let dir = tempfile::tempdir().unwrap();
    let work = dir.path().join("work");
    std::fs::create_dir(&work).unwrap();
    git(&work, &["init", "-q", "-b", "main"]);
    let changed = match tree.as_str() {
        "js" | "c" => generate(&tree, &work),
        folder => copy(Path::new(folder), &work),
    };
    let first = commit(&work);
    std::fs::write(&changed, [std::fs::read(&changed).unwrap().as_slice(), b"\n// more\n"].concat()).unwrap();
    let second = commit(&work);

    let settings = GitSettings { allow_local: true, ..GitSettings::default() };
    let mirrors = Mirrors::new(dir.path().join("data"), settings).unwrap();
    let remote = Remote { url: Url::from_directory_path(&work).unwrap(), token: None };
    let mirror = mirrors.fetch("mirrors/r.git", &remote, &first).await.unwrap();
    let view = mirror.tree(&first).await.unwrap();
    let before = peak_mib();
    let (files, mib) = sizes(&view);
    println!("{files} files, {mib} MiB; {before} MiB before");

    let library = Library::new(
        &dir.path().join("data"),
        Patience { parse: std::time::Duration::from_mins(10), ..Patience::default() },
    );
    let (cold, context) = asked(&view, &library, &issue);
    println!(
        "cold:                 {cold:.2} s, {} files in the map, {} shown",
        context.map.len(),
        context.files.len()
    );
    context.left_out.iter().for_each(|note| println!("  left out: {note}"));
    let (again, _) = asked(&view, &library, &issue);
    println!("the same asked again: {again:.3} s");
    let (other, _) = asked(&view, &library, "another issue about Ledger77 and sumPeriod0 or sum_period_77_0");
    println!("another issue:        {other:.2} s");
    let mirror = mirrors.fetch("mirrors/r.git", &remote, &second).await.unwrap();
    let view = mirror.tree(&second).await.unwrap();
    let (later, _) = asked(&view, &library, &issue);
    println!("one commit later:     {later:.2} s");
    println!("peak memory:          {} MiB", peak_mib());
    drop(library);
    let fresh = Library::new(&dir.path().join("data"), Patience::default());
    let (restarted, _) = asked(&view, &fresh, &issue);
    println!("after a restart:      {restarted:.2} s");
}
