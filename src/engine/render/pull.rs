//! The pull request and its commit: title, description, message and branch are ours (M35).

use crate::domain::ids::{EffectId, RunId, TaskId};
use crate::domain::money::UsdMicros;
use crate::domain::repo::{BranchName, CommitSha};
use crate::domain::run::Letter;
use crate::domain::sha256::Sha256Hex;

use super::view::EvidenceRow;

/// What a pull request is made from.
#[derive(Debug, Clone)]
pub struct PullView {
    /// The effect that opens it; goes into the hidden marker.
    pub effect: EffectId,
    /// The issue's number; `None` for a task made over REST.
    pub issue: Option<i64>,
    /// The task's title.
    pub task_title: Option<String>,
    /// A title given over REST.
    pub title: Option<String>,
    /// A description given over REST; stands above ours, made harmless.
    pub body: Option<String>,
    /// The round's number.
    pub round: i64,
    /// The candidate.
    pub letter: Letter,
    /// The run behind it.
    pub run: RunId,
    /// The model's name for people.
    pub model: String,
    /// The model's own words.
    pub summary: Option<String>,
    /// Who asked: a login or a token's name.
    pub requester: String,
    /// Who chose: a login or a token's name.
    pub picker: String,
    /// The branch it is to be merged into.
    pub base_ref: String,
    /// The pinned commit.
    pub base_commit: CommitSha,
    /// The whole patch's hash.
    pub patch_sha256: Sha256Hex,
    /// Files changed.
    pub files: usize,
    /// Lines added.
    pub added: i64,
    /// Lines removed.
    pub removed: i64,
    /// What was looked at.
    pub evidence: Vec<EvidenceRow>,
    /// What a reviewer should know, one sentence each.
    pub warnings: Vec<String>,
    /// What the candidate cost.
    pub cost: UsdMicros,
    /// How many commits the branch went on without conflict.
    pub base_moved: Option<usize>,
    /// The page that compares the candidates; `None` without a public URL.
    pub compare_url: Option<String>,
}

/// The pull request's title, one line.
pub fn pull_title(view: &PullView) -> String {
    view.letter.to_string()
}

/// The pull request's description as Markdown, below [`super::MAX_COMMENT_BYTES`].
pub fn pull_body(view: &PullView) -> String {
    super::marker::marker(view.effect, super::marker::Kind::Pull)
}

/// The commit's message: the same for the same row, so that a retry makes the same commit.
pub fn commit_message(view: &PullView) -> String {
    view.letter.to_string()
}

/// The head branch; `attempt` counts from 1, and grows when a name is taken by someone else.
pub fn branch_name(issue: Option<i64>, task: TaskId, letter: Letter, run: RunId, attempt: u32) -> BranchName {
    BranchName::of_candidate(issue, task, letter, run, attempt)
}
