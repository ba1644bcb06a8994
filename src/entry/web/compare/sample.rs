//! Candidates for the tests of this room.

use super::place::{Asked, Place};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{RepoId, RoundId, RunId, TaskId};
use crate::domain::model::Provider;
use crate::domain::money::UsdMicros;
use crate::domain::patch::{FileDiff, Patch};
use crate::domain::repo::{BranchName, CommitSha, Repo, RepoName};
use crate::domain::round::{Brief, Origin, Round, RoundStatus};
use crate::domain::run::{Letter, Run, RunResult, RunStatus};
use crate::domain::task::Task;
use crate::domain::terms::Terms;
use crate::service::comparison::Comparison;

/// A view of a task, of one file where `file` is its key.
pub(super) fn place(file: &str) -> Place {
    let asked = serde_json::from_value::<Asked>(serde_json::json!({ "file": file })).unwrap();
    Place::new(TaskId::new(), 1, &asked)
}

/// A new file of so many lines.
pub(super) fn file(path: &str, lines: usize) -> FileDiff {
    let body: String = (1..=lines).map(|n| format!("+x = {n}\n")).collect();
    FileDiff {
        path: path.into(),
        old_path: None,
        added_lines: i64::try_from(lines).unwrap(),
        removed_lines: 0,
        patch: format!(
            "diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{lines} @@\n{body}"
        ),
    }
}

/// A candidate with new files of so many lines.
pub(super) fn run(letter: &str, files: &[(&str, usize)]) -> Run {
    with(letter, files.iter().map(|(path, lines)| file(path, *lines)).collect())
}

/// A candidate with these files.
pub(super) fn with(letter: &str, files: Vec<FileDiff>) -> Run {
    let patch = Patch::new(files);
    Run {
        id: RunId::new(),
        task_id: TaskId::new(),
        round_id: RoundId::new(),
        round: 1,
        letter: Letter::parse(letter).unwrap(),
        model_id: None,
        provider: Provider::OpenAi,
        model_name: "m".into(),
        model_label: format!("Model {letter}"),
        instruction: String::new(),
        base_ref: None,
        base_commit: CommitSha::parse(&"a".repeat(40)).unwrap(),
        status: RunStatus::Succeeded,
        attempt: 1,
        cancel_requested: false,
        budget: UsdMicros::ZERO,
        result: RunResult {
            patch: Some(patch.text().to_owned()),
            patch_sha256: Some(patch.sha256()),
            files_changed: patch.files().to_vec(),
            ..RunResult::default()
        },
        created_at: Timestamp(0),
        started_at: Some(Timestamp(0)),
        completed_at: Some(Timestamp(1_000)),
    }
}

/// A round with these candidates that waits for a choice.
pub(super) fn found(runs: Vec<Run>) -> Comparison {
    let (repo, task, at) = (RepoId::new(), TaskId::new(), Timestamp(0));
    Comparison {
        repo: Repo {
            id: repo,
            url: "https://github.com/octo/hello".into(),
            name: RepoName::parse("octo/hello"),
            github_id: None,
            installation_id: None,
            default_branch: BranchName::parse("main").unwrap(),
            latest_commit: None,
            private: false,
            gone: false,
            created_at: at,
            updated_at: at,
        },
        task: Task {
            id: task,
            repo_id: repo,
            title: Some("Faster".into()),
            issue: None,
            round: 1,
            created_at: at,
            updated_at: at,
        },
        round: Some(Round {
            id: RoundId::new(),
            task_id: task,
            number: 1,
            status: RoundStatus::Choosing,
            base_ref: "main".into(),
            base_commit: CommitSha::parse(&"a".repeat(40)).unwrap(),
            instruction: String::new(),
            brief: Brief::default(),
            path: None,
            budget: UsdMicros::ZERO,
            origin: Origin::default(),
            starts_from: None,
            pull_id: None,
            terms: Terms::default(),
            expires_at: None,
            created_at: at,
            updated_at: at,
        }),
        runs,
        picks: Vec::new(),
        pulls: Vec::new(),
    }
}
