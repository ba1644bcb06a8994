//! Candidates for the tests of this room.

use super::place::{Asked, Place};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{RoundId, RunId, TaskId};
use crate::domain::model::Provider;
use crate::domain::money::UsdMicros;
use crate::domain::patch::{FileDiff, Patch};
use crate::domain::repo::CommitSha;
use crate::domain::run::{Letter, Run, RunResult, RunStatus};

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
