//! The pull request: title, description and branch are ours (M35).

use crate::domain::ids::{EffectId, RunId, TaskId};
use crate::domain::money::UsdMicros;
use crate::domain::repo::{BranchName, CommitSha};
use crate::domain::run::Letter;
use crate::domain::sha256::Sha256Hex;

use super::candidate::{evidence_table, warning_list};
use super::marker::{Kind, marker};
use super::template::filled;
use super::text::{code, count, link, quoted};
use super::title::safe_title;
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
    /// The repository's template, cleaned; stands filled in place of a given description.
    pub template: Option<String>,
    /// The changed files' paths.
    pub paths: Vec<String>,
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
    /// Co-authors of the commit, as `login <address>`.
    pub co_authors: Vec<String>,
    /// How many commits the branch went on without conflict.
    pub base_moved: Option<usize>,
    /// The page that compares the candidates; `None` without a public URL.
    pub compare_url: Option<String>,
}

/// The pull request's title, one line of at most 200 characters.
pub fn pull_title(view: &PullView) -> String {
    let own = view.title.as_deref().map(|title| safe_title(title, 200)).filter(|title| !title.is_empty());
    own.unwrap_or_else(|| {
        let number = view.issue.map_or_else(String::new, |number| format!("#{number}, "));
        format!("{} ({number}candidate {})", task_title(view, 150), view.letter)
    })
}

/// The task's title made harmless, or what stands for it.
pub(super) fn task_title(view: &PullView, limit: usize) -> String {
    let title = safe_title(view.task_title.as_deref().unwrap_or_default(), limit);
    match (title.is_empty(), view.issue) {
        (false, _) => title,
        (true, Some(_)) => "Change for an issue".into(),
        (true, None) => "Change".into(),
    }
}

/// The pull request's description as Markdown, below [`super::MAX_COMMENT_BYTES`].
pub fn pull_body(view: &PullView) -> String {
    let closes = view.issue.map_or_else(String::new, |number| format!("Closes #{number}."));
    let filled = view.template.as_deref().map(|template| filled(template, view)).unwrap_or_default();
    let given = quoted(view.body.as_deref().unwrap_or_default(), 60, 400);
    let summary = quoted(view.summary.as_deref().unwrap_or_default(), 12, 400);
    let compare = view.compare_url.as_ref().map_or_else(String::new, |url| link("Compare all candidates", url));
    let mut parts =
        vec![closes, filled, given, origin(view), facts(view), warning_list(&view.warnings, &[]), summary, compare];
    parts.retain(|part| !part.is_empty());
    let parts: Vec<&str> = parts.iter().map(|part| part.trim_end()).collect();
    format!("{}\n{}\n", marker(view.effect, Kind::Pull), parts.join("\n\n"))
}

fn origin(view: &PullView) -> String {
    let (model, requester, picker) = (code(&view.model, 60), code(&view.requester, 60), code(&view.picker, 60));
    let (letter, round) = (view.letter, view.round);
    format!(
        "Candidate **{letter}** of round {round}, written by {model}, asked for by {requester}, chosen by {picker}."
    )
}

fn facts(view: &PullView) -> String {
    let moved = view.base_moved.filter(|commits| *commits > 0);
    let moved =
        moved.map_or_else(String::new, |commits| format!(" (moved {} since, no conflict)", count(commits, "commit")));
    let base = format!("{} at `{}`{moved}", code(&view.base_ref, 100), view.base_commit.short());
    let mut table = evidence_table(&view.evidence);
    if table.is_empty() {
        table.push_str("| evidence | |\n|---|---|");
    }
    let size = format!("{}, +{} −{}", count(view.files, "file"), view.added, view.removed);
    let sized = view.evidence.iter().any(|row| row.name.eq_ignore_ascii_case("size"));
    let hash = format!("`{}`", view.patch_sha256);
    for (name, found) in [("size", size), ("base", base), ("cost", view.cost.to_string()), ("patch SHA-256", hash)] {
        if name == "size" && sized {
            continue;
        }
        table.push_str(&format!("\n| {name} | {found} |"));
    }
    table
}

/// The head branch; `attempt` counts from 1, and grows when a name is taken by someone else.
pub fn branch_name(issue: Option<i64>, task: TaskId, letter: Letter, run: RunId, attempt: u32) -> BranchName {
    BranchName::of_candidate(issue, task, letter, run, attempt)
}
