//! What these tests share: trees, answers, and git itself as the judge.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use bakeoff::engine::patch::{
    Applied, BaseFiles, MemoryFiles, Refusal, RefusalCode, Rules, Tier, Warning, apply_answer, replay,
};

/// Applies an answer with the ordinary rules; checks that the stored patch replays to the same changes.
pub fn run(answer: &str, base: &MemoryFiles) -> Result<Applied, Refusal> {
    run_with(answer, base, &Rules::default())
}

/// As [`run`] with other rules.
pub fn run_with(answer: &str, base: &MemoryFiles, rules: &Rules) -> Result<Applied, Refusal> {
    let before = base.clone();
    let result = apply_answer(answer, base, rules).map(|(applied, _)| applied);
    assert_eq!(*base, before, "the base never changes");
    if let Ok(applied) = &result {
        assert_eq!(replay(applied.patch.text(), base).as_ref(), Ok(&applied.changes), "{}", applied.patch.text());
    }
    result
}

/// The code of the refusal, and its text for the message of a failing test.
#[track_caller]
pub fn refused(answer: &str, base: &MemoryFiles) -> RefusalCode {
    match run(answer, base) {
        Ok(applied) => panic!("applied:\n{}\nfrom:\n{answer}", applied.patch.text()),
        Err(refusal) => {
            assert!(!refusal.reason.is_empty() && !refusal.reason.contains('\n'), "{refusal:?}");
            refusal.code
        }
    }
}

/// The text of a file after an answer.
#[track_caller]
pub fn text_after(answer: &str, base: &MemoryFiles, path: &str) -> String {
    let applied = run(answer, base).unwrap_or_else(|r| panic!("{:?}: {}\nfrom:\n{answer}", r.code, r.detail));
    let mut after = base.clone();
    after.change(&applied.changes);
    after.read(path).map_or_else(|| panic!("no {path}"), |bytes| String::from_utf8(bytes).unwrap())
}

/// The tiers that a result was found by.
pub fn tiers(applied: &Applied) -> Vec<Tier> {
    let tier = |w: &Warning| match w {
        Warning::Fuzzy { tier, .. } => Some(*tier),
        _ => None,
    };
    applied.warnings.iter().filter_map(tier).collect()
}

/// A git command in a folder, without anybody's settings.
pub fn git(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    git_with(folder, arguments, &[])
}

/// As [`git`], with something to read.
pub fn git_with(folder: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut command = Command::new("git");
    command.current_dir(folder).args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for (name, value) in [("NAME", "t"), ("EMAIL", "t@example.com")] {
        command.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
    }
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A small source of numbers that is the same in every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % end.max(1)
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}
