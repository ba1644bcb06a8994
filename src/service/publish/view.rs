//! From rows to what the texts show.

use std::time::Duration;

use crate::adapters::store::budget_warnings::Warning;
use crate::domain::effect::EffectStatus;
use crate::domain::ids::EffectId;
use crate::domain::money::UsdMicros;
use crate::domain::pick::{Pick, PickStatus};
use crate::domain::pull::{Pull, PullStatus};
use crate::domain::round::{Origin, RoundStatus};
use crate::domain::run::{Letter, Run, RunStatus};
use crate::domain::sha256::Sha256Hex;
use crate::domain::terms::CommentStyle;
use crate::engine::context::clean::clean;
use crate::engine::evidence::evidence;
use crate::engine::render::{CandidateRow, CandidateView, Note, Outcome, StatusView};

use super::{Scene, candidate_key};
use crate::service::Services;
use crate::service::dress_pull::Ornament;

/// Who asked, as people read it.
pub(crate) fn requester(origin: &Origin) -> String {
    let login = origin.requester.as_ref().map(|person| person.login.clone());
    login.or_else(|| origin.token_name.clone()).unwrap_or_else(|| "the web view".into())
}

pub(super) fn compare_url(svc: &Services, scene: &Scene) -> Option<String> {
    svc.policy.page(&format!("/tasks/{}/compare?round={}", scene.task.id, scene.round.number))
}

pub(super) fn status(svc: &Services, scene: &Scene, effect: EffectId) -> StatusView {
    let spent =
        scene.runs.iter().filter(|r| r.status.is_terminal()).fold(UsdMicros::ZERO, |sum, r| sum.plus(r.result.cost));
    StatusView {
        effect,
        round: scene.round.number,
        status: scene.round.status,
        base_ref: scene.round.base_ref.clone(),
        base_commit: scene.round.base_commit.clone(),
        adds_to: adds_to(scene),
        starts_from: scene.starts_from,
        requester: requester(&scene.round.origin),
        candidates: scene.runs.iter().map(|run| row(scene, run)).collect(),
        budget: scene.round.budget,
        spent,
        hidden_characters: hidden(scene),
        notes: notes(scene),
        compare_url: compare_url(svc, scene),
        expires_at: scene.round.expires_at.filter(|_| scene.round.status == RoundStatus::Choosing),
        whole: whole(svc, scene, effect),
        button: (scene.round.terms.comments == CommentStyle::Each).then_some(scene.round.terms.pick_reaction),
    }
}

/// The candidates with a patch, when the status comment holds them all.
fn whole(svc: &Services, scene: &Scene, effect: EffectId) -> Vec<CandidateView> {
    if scene.round.terms.comments == CommentStyle::Each {
        return Vec::new();
    }
    let patches = scene.runs.iter().filter(|run| run.has_patch());
    patches.filter_map(|run| Some(candidate(svc, scene, run, run.result.patch_sha256.clone()?, effect))).collect()
}

fn hidden(scene: &Scene) -> usize {
    let brief = &scene.round.brief;
    let texts = [Some(&brief.body), brief.title.as_ref(), Some(&scene.round.instruction)];
    texts.into_iter().flatten().chain(&brief.thread).map(|text| clean(text).removed).sum()
}

fn took(run: &Run) -> Option<Duration> {
    Some(run.completed_at?.since(run.started_at?))
}

fn row(scene: &Scene, run: &Run) -> CandidateRow {
    let comment = scene.effect(&candidate_key(run.id)).and_then(|e| e.external_id);
    CandidateRow {
        letter: run.letter,
        run: run.id,
        model: run.answerer(),
        outcome: outcome(run),
        checks: None,
        cost: if run.status.is_terminal() { run.result.cost } else { UsdMicros::ZERO },
        took: took(run),
        comment_url: scene.place().zip(comment).map(|((_, page), id)| format!("{page}#issuecomment-{id}")),
    }
}

fn outcome(run: &Run) -> Outcome {
    match run.status {
        RunStatus::Queued => Outcome::Queued,
        RunStatus::Running => Outcome::Running,
        RunStatus::Canceled => Outcome::Canceled,
        RunStatus::Failed => Outcome::Failed(run.result.error.clone().unwrap_or_default()),
        RunStatus::Succeeded if run.has_patch() => {
            let files = &run.result.files_changed;
            Outcome::Patch {
                files: files.len(),
                added: files.iter().map(|f| f.added_lines).sum(),
                removed: files.iter().map(|f| f.removed_lines).sum(),
                warned: !run.result.warnings.is_empty(),
            }
        }
        RunStatus::Succeeded => Outcome::NoChange,
    }
}

fn notes(scene: &Scene) -> Vec<Note> {
    let broken = scene.round.terms.broken.then_some(Note::FileBroken);
    let mut notes: Vec<Note> = broken.into_iter().chain(scene.warnings.iter().map(warning)).collect();
    for pick in &scene.picks {
        if let Some(run) = scene.runs.iter().find(|run| run.id == pick.run_id) {
            notes.extend(pick_notes(scene, pick, run));
        }
    }
    match scene.round.status {
        RoundStatus::Expired => notes.push(Note::Expired),
        RoundStatus::Superseded => notes.push(Note::Superseded { round: scene.newest }),
        _ => {}
    }
    notes
}

fn warning(warning: &Warning) -> Note {
    let whose = match warning.whose.as_str() {
        "round" => "this round's budget",
        "repository" => "what this repository may spend today",
        _ => "what this server may spend today",
    };
    Note::Said(format!("Most of {whose} is spent: {} of {}.", warning.spent, warning.cap))
}

fn pick_notes(scene: &Scene, pick: &Pick, run: &Run) -> Vec<Note> {
    let letter = run.letter;
    let by = pick.person.as_ref().map(|p| p.login.clone()).or_else(|| pick.token_name.clone());
    let picked = Note::Picked { letter, by: by.unwrap_or_else(|| "the web view".into()) };
    let said = || pick.note.clone().unwrap_or_default();
    if let Some(pull) = pick.pull_id.and_then(|id| scene.pulls.iter().find(|pull| pull.id == id)) {
        return update_notes(pick, letter, picked, pull);
    }
    match pick.status {
        PickStatus::Opening => vec![picked],
        PickStatus::Stale => vec![Note::Stale { letter, paths: said().split('\n').map(str::to_owned).collect() }],
        PickStatus::Failed => vec![Note::PickFailed { letter, reason: said() }],
        PickStatus::Linked => {
            let branch = pick.branch.as_ref().map(ToString::to_string).unwrap_or_default();
            vec![picked, Note::BranchStands { letter, branch }]
        }
        PickStatus::Opened => {
            let mut notes = vec![picked];
            notes.extend(pick.note.as_ref().and_then(|n| n.parse().ok()).map(|commits| Note::BaseMoved { commits }));
            let pull = scene
                .pulls
                .iter()
                .filter(|p| p.run_id == run.id && p.created_at >= pick.created_at)
                .min_by_key(|p| p.number);
            notes.extend(pull.map(|pull| match pull.status {
                PullStatus::Open => Note::PullOpened { number: pull.number, url: pull.url.clone() },
                PullStatus::Closed => Note::PullClosed { number: pull.number },
                PullStatus::Merged => Note::PullMerged { number: pull.number },
            }));
            notes.extend(undressed(scene, pick));
            notes
        }
    }
}

/// Of a pick that adds a commit to a pull request.
fn update_notes(pick: &Pick, letter: Letter, picked: Note, pull: &Pull) -> Vec<Note> {
    let (number, url) = (pull.number, pull.url.clone());
    let said = || pick.note.clone().unwrap_or_default();
    match pick.status {
        PickStatus::Opening => vec![picked],
        PickStatus::Stale => {
            vec![Note::PullStale { letter, number, paths: said().split('\n').map(str::to_owned).collect() }]
        }
        PickStatus::Failed | PickStatus::Linked => vec![Note::PickFailed { letter, reason: said() }],
        PickStatus::Opened => {
            let moved = pick.note.as_ref().and_then(|n| n.parse().ok());
            let added = Note::CommitAdded { number, url, commit: pick.commit.clone(), moved };
            let merged = (pull.status == PullStatus::Merged).then_some(Note::PullMerged { number });
            [picked, added].into_iter().chain(merged).collect()
        }
    }
}

/// Labels and reviewers that GitHub did not take.
fn undressed(scene: &Scene, pick: &Pick) -> Vec<Note> {
    let refused = |kind: Ornament| kind.names(&scene.effects, pick.id, EffectStatus::Failed);
    let labels = refused(Ornament::Label);
    let asked: Vec<String> = refused(Ornament::Reviewer).into_iter().chain(refused(Ornament::Team)).collect();
    let some = |names: Vec<String>, note: fn(Vec<String>) -> Note| (!names.is_empty()).then(|| note(names));
    some(labels, Note::NoLabel).into_iter().chain(some(asked, Note::NotAsked)).collect()
}

pub(super) fn candidate(svc: &Services, scene: &Scene, run: &Run, hash: Sha256Hex, effect: EffectId) -> CandidateView {
    CandidateView {
        effect,
        round: scene.round.number,
        letter: run.letter,
        run: run.id,
        model: run.answerer(),
        summary: run.result.summary.clone(),
        base_commit: run.base_commit.clone(),
        files: run.result.files_changed.clone(),
        patch_sha256: hash,
        evidence: evidence(run, &scene.runs),
        warnings: run.result.warnings.clone(),
        usage: run.result.usage,
        cost: run.result.cost,
        took: took(run),
        adds_to: adds_to(scene),
        compare_url: compare_url(svc, scene),
        button: scene.round.terms.pick_reaction,
    }
}

fn adds_to(scene: &Scene) -> Option<i64> {
    scene.round.pull_id.and(scene.place()).map(|(number, _)| number)
}
