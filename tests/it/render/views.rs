//! Plain views to render, the same each time.

use std::time::Duration;

use bakeoff::domain::clock::Timestamp;
use bakeoff::domain::ids::{EffectId, RunId, TaskId};
use bakeoff::domain::money::{Usage, UsdMicros};
use bakeoff::domain::patch::{FileDiff, Patch};
use bakeoff::domain::reaction::ReactionContent;
use bakeoff::domain::repo::CommitSha;
use bakeoff::domain::round::RoundStatus;
use bakeoff::domain::run::Letter;
use bakeoff::engine::render::{CandidateRow, CandidateView, EvidenceRow, Outcome, PullView, StatusView};

pub const URL: &str = "https://bakeoff.example/tasks/1/compare";

pub fn effect() -> EffectId {
    "01890000-0000-7000-8000-000000000001".parse().unwrap()
}

pub fn run(n: usize) -> RunId {
    format!("01890000-0000-7000-8000-0000000000{n:02x}").parse().unwrap()
}

pub fn task() -> TaskId {
    "01890000-0000-7000-8000-00000000aaaa".parse().unwrap()
}

pub fn sha() -> CommitSha {
    CommitSha::parse("0123456789abcdef0123456789abcdef01234567").unwrap()
}

pub fn row(n: usize, model: &str, outcome: Outcome) -> CandidateRow {
    let done = !matches!(outcome, Outcome::Queued | Outcome::Running);
    CandidateRow {
        letter: Letter::at(n),
        run: run(n),
        model: model.into(),
        comment_url: matches!(outcome, Outcome::Patch { .. })
            .then(|| format!("https://github.com/o/r/issues/12#issuecomment-{n}")),
        outcome,
        checks: None,
        cost: UsdMicros(12_300),
        took: done.then(|| Duration::from_secs(48)),
    }
}

pub fn patch_of(files: usize, added: i64, removed: i64) -> Outcome {
    Outcome::Patch { files, added, removed, warned: false }
}

pub fn status(status: RoundStatus, candidates: Vec<CandidateRow>) -> StatusView {
    StatusView {
        effect: effect(),
        round: 1,
        status,
        base_ref: "main".into(),
        base_commit: sha(),
        adds_to: None,
        starts_from: None,
        requester: "alice".into(),
        candidates,
        budget: UsdMicros(3_000_000),
        spent: UsdMicros(36_900),
        hidden_characters: 0,
        notes: Vec::new(),
        compare_url: None,
        expires_at: Some(Timestamp(1_769_868_300_000)),
        whole: Vec::new(),
        button: Some(ReactionContent::Rocket),
    }
}

pub fn file(path: &str, patch: &str) -> FileDiff {
    FileDiff { path: path.into(), old_path: None, added_lines: 1, removed_lines: 1, patch: patch.into() }
}

pub fn diff(path: &str, body: &str) -> FileDiff {
    file(path, &format!("diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n{body}"))
}

pub fn candidate(files: Vec<FileDiff>) -> CandidateView {
    let patch = Patch::new(files);
    CandidateView {
        effect: effect(),
        round: 1,
        letter: Letter::at(1),
        run: run(1),
        model: "Claude Sonnet".into(),
        summary: Some("Checks for the empty list first.\nCalls `max()` only then.".into()),
        base_commit: sha(),
        patch_sha256: patch.sha256(),
        files: patch.files().to_vec(),
        evidence: vec![EvidenceRow { name: "applies".into(), found: "cleanly".into() }],
        warnings: Vec::new(),
        usage: Usage { input_tokens: 1_234, output_tokens: 567, cached_input_tokens: 0, cache_write_tokens: 0 },
        cost: UsdMicros(12_300),
        took: Some(Duration::from_secs(185)),
        adds_to: None,
        compare_url: None,
        button: ReactionContent::Rocket,
    }
}

pub fn pull() -> PullView {
    PullView {
        effect: effect(),
        issue: Some(12),
        task_title: Some("Crash on an empty list".into()),
        title: None,
        template: None,
        paths: vec!["src/list.rs".into()],
        body: None,
        round: 1,
        letter: Letter::at(1),
        run: run(1),
        model: "Claude Sonnet".into(),
        summary: Some("Checks for the empty list first.".into()),
        requester: "alice".into(),
        picker: "bob".into(),
        base_ref: "main".into(),
        base_commit: sha(),
        patch_sha256: Patch::new(vec![diff("src/lib.rs", "-a\n+b\n")]).sha256(),
        files: 1,
        added: 1,
        removed: 1,
        evidence: vec![EvidenceRow { name: "applies".into(), found: "cleanly".into() }],
        warnings: vec!["package.json is run by tools".into()],
        cost: UsdMicros(12_300),
        co_authors: Vec::new(),
        base_moved: Some(2),
        compare_url: Some(URL.into()),
    }
}
