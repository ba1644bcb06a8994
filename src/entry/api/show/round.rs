//! Rounds, and their candidates compared.

use serde::Serialize;
use utoipa::ToSchema;

use super::Moment;
use crate::domain::ids::{PullId, RoundId, RunId, TaskId};
use crate::domain::model::Provider;
use crate::domain::round::RoundStatus;
use crate::domain::run::{self, RunStatus};
use crate::engine::evidence::{FileRow, matrix};
use crate::engine::render::file_broken;
use crate::entry::api::form::Example;
use crate::service::rest::compared::{Candidates, Compared};

/// One command, or one call of `POST …/runs`: the same pinned commit for all its candidates.
#[derive(Debug, Serialize, ToSchema)]
pub struct Round {
    id: RoundId,
    task_id: TaskId,
    /// Counted from 1 within the task.
    number: i64,
    status: RoundStatus,
    base_ref: String,
    base_commit: String,
    instruction: String,
    /// The only folder that may change.
    path: Option<String>,
    /// The most it may spend.
    budget_usd: f64,
    /// The login of who asked, or a token's name.
    requester: Option<String>,
    /// The candidate whose patch it starts from.
    starts_from: Option<RunId>,
    /// The pull request that gets a commit by a pick of this round.
    pr_id: Option<PullId>,
    candidates: Vec<RoundCandidate>,
    /// What whoever asked should know, a sentence each.
    warnings: Vec<String>,
    /// When the choice ends.
    expires_at: Option<Moment>,
    created_at: Moment,
    updated_at: Moment,
}

/// A candidate of a round: the newest run of its letter.
#[derive(Debug, Serialize, ToSchema)]
struct RoundCandidate {
    candidate: String,
    run_id: RunId,
    provider: Provider,
    model_name: String,
    status: RunStatus,
}

/// A round's candidates side by side.
#[derive(Debug, Serialize, ToSchema)]
pub struct Comparison {
    task_id: TaskId,
    round: i64,
    status: RoundStatus,
    base_ref: String,
    base_commit: String,
    candidates: Vec<Compare>,
    /// Every file that somebody touched, by path.
    files: Vec<File>,
}

/// What is told of a candidate in a comparison.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComparedCandidate)]
struct Compare {
    #[serde(flatten)]
    candidate: RoundCandidate,
    error: Option<String>,
    summary: Option<String>,
    warnings: Vec<String>,
    files_changed: usize,
    added_lines: i64,
    removed_lines: i64,
    patch_sha256: Option<String>,
    /// Letters of candidates with the same patch.
    same_patch: Vec<String>,
    cost_usd: f64,
    /// Calls of models.
    steps: i64,
    took_ms: Option<u64>,
    votes: Votes,
    /// Its pull request was opened.
    chosen: bool,
}

/// Votes, one of each voter.
#[derive(Debug, Serialize, ToSchema)]
struct Votes {
    up: i64,
    down: i64,
}

/// A file that somebody touched.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComparedFile)]
struct File {
    path: String,
    candidates: Vec<Touch>,
    /// Letters in groups whose change of this file is the same to the byte.
    same: Vec<Vec<String>>,
}

/// What a candidate did to a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FileTouch)]
struct Touch {
    candidate: String,
    old_path: Option<String>,
    added_lines: i64,
    removed_lines: i64,
}

fn candidate(run: &run::Run) -> RoundCandidate {
    RoundCandidate {
        candidate: run.letter.to_string(),
        run_id: run.id,
        provider: run.provider,
        model_name: run.model_name.clone(),
        status: run.status,
    }
}

impl From<&Candidates> for Round {
    fn from(Candidates { round, runs }: &Candidates) -> Self {
        let login = round.origin.requester.as_ref().map(|person| person.login.clone());
        Self {
            id: round.id,
            task_id: round.task_id,
            number: round.number,
            status: round.status,
            base_ref: round.base_ref.clone(),
            base_commit: round.base_commit.to_string(),
            instruction: round.instruction.clone(),
            path: round.path.clone(),
            budget_usd: round.budget.as_usd(),
            requester: login.or_else(|| round.origin.token_name.clone()),
            starts_from: round.starts_from,
            pr_id: round.pull_id,
            candidates: runs.iter().map(candidate).collect(),
            warnings: round.terms.broken.then(file_broken).into_iter().collect(),
            expires_at: round.expires_at.map(Moment),
            created_at: round.created_at.into(),
            updated_at: round.updated_at.into(),
        }
    }
}

fn compare(found: &Compared, run: &run::Run) -> Compare {
    let result = &run.result;
    let same =
        |other: &&run::Run| other.id != run.id && other.has_patch() && other.result.patch_sha256 == result.patch_sha256;
    let same = found.candidates.runs.iter().filter(same).map(|other| other.letter.to_string());
    let votes = found.votes.get(&run.id).copied().unwrap_or_default();
    let took = run.completed_at.zip(run.started_at).map(|(end, start)| end.since(start).as_millis());
    Compare {
        candidate: candidate(run),
        error: result.error.clone(),
        summary: result.summary.clone(),
        warnings: result.warnings.clone(),
        files_changed: result.files_changed.len(),
        added_lines: result.files_changed.iter().map(|file| file.added_lines).sum(),
        removed_lines: result.files_changed.iter().map(|file| file.removed_lines).sum(),
        patch_sha256: result.patch_sha256.as_ref().map(ToString::to_string),
        same_patch: if run.has_patch() { same.collect() } else { Vec::new() },
        cost_usd: result.cost.as_usd(),
        steps: found.calls.get(&run.id).copied().unwrap_or(0),
        took_ms: took.and_then(|ms| u64::try_from(ms).ok()),
        votes: Votes { up: votes.up, down: votes.down },
        chosen: found.chosen.contains(&run.id),
    }
}

fn file(row: &FileRow<'_>) -> File {
    let touch = |touch: &crate::engine::evidence::Touch<'_>| Touch {
        candidate: touch.letter.to_string(),
        old_path: touch.file.old_path.clone(),
        added_lines: touch.file.added_lines,
        removed_lines: touch.file.removed_lines,
    };
    File {
        path: row.path.to_owned(),
        candidates: row.touched.iter().map(touch).collect(),
        same: row.same.iter().map(|group| group.iter().map(ToString::to_string).collect()).collect(),
    }
}

impl From<&Compared> for Comparison {
    fn from(found: &Compared) -> Self {
        let round = &found.candidates.round;
        let runs = &found.candidates.runs;
        Self {
            task_id: round.task_id,
            round: round.number,
            status: round.status,
            base_ref: round.base_ref.clone(),
            base_commit: round.base_commit.to_string(),
            candidates: runs.iter().map(|run| compare(found, run)).collect(),
            files: matrix(runs).iter().map(file).collect(),
        }
    }
}

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

impl Example for RoundCandidate {
    fn example() -> Self {
        Self {
            candidate: "A".into(),
            run_id: Example::example(),
            provider: Provider::Anthropic,
            model_name: "claude-sonnet".into(),
            status: RunStatus::Succeeded,
        }
    }
}

impl Example for Round {
    fn example() -> Self {
        Self {
            id: Example::example(),
            task_id: Example::example(),
            number: 1,
            status: RoundStatus::Choosing,
            base_ref: "main".into(),
            base_commit: COMMIT.into(),
            instruction: "Spell the greeting right".into(),
            path: None,
            budget_usd: 3.0,
            requester: Some("octocat".into()),
            starts_from: None,
            pr_id: None,
            candidates: vec![RoundCandidate::example()],
            warnings: Vec::new(),
            expires_at: Some(Moment::example()),
            created_at: Moment::example(),
            updated_at: Moment::example(),
        }
    }
}

impl Example for Comparison {
    fn example() -> Self {
        let touch = Touch { candidate: "A".into(), old_path: None, added_lines: 1, removed_lines: 1 };
        let one = Compare {
            candidate: RoundCandidate::example(),
            error: None,
            summary: Some("The greeting was misspelt.".into()),
            warnings: Vec::new(),
            files_changed: 1,
            added_lines: 1,
            removed_lines: 1,
            patch_sha256: Some("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into()),
            same_patch: Vec::new(),
            cost_usd: 0.0083,
            steps: 3,
            took_ms: Some(14_200),
            votes: Votes { up: 2, down: 0 },
            chosen: false,
        };
        Self {
            task_id: Example::example(),
            round: 1,
            status: RoundStatus::Choosing,
            base_ref: "main".into(),
            base_commit: COMMIT.into(),
            candidates: vec![one],
            files: vec![File { path: "greet.py".into(), candidates: vec![touch], same: vec![vec!["A".into()]] }],
        }
    }
}
