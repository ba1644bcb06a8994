//! What happened to a round later, one sentence each.

use crate::domain::clock::Timestamp;
use crate::engine::repofile::REPO_FILE;

use super::text::{code, count, link, listed, plain};
use super::view::Note;

/// How many paths of a conflict are named.
const MAX_PATHS: usize = 10;

/// A note as Markdown on one line.
pub(super) fn note(what: &Note) -> String {
    match what {
        Note::Picked { letter, by } => format!("{} chose candidate **{letter}**.", code(by, 60)),
        Note::PullOpened { number, url } => format!("{} is open.", link(&format!("Pull request #{number}"), url)),
        Note::PullClosed { number } => {
            format!("Pull request #{number} was closed without merging; choosing again opens a new one.")
        }
        Note::PullMerged { number } => format!("Pull request #{number} is merged."),
        Note::BaseMoved { commits } => format!("The base moved {}, no conflict.", count(*commits, "commit")),
        Note::Stale { letter, paths } => format!(
            "Candidate **{letter}** is stale: the base moved and conflicts in {}. Nothing was pushed; write `/bakeoff` for a new round.",
            conflict(paths)
        ),
        Note::CommitAdded { number, url, commit, moved } => {
            let pull = link(&format!("pull request #{number}"), url);
            let moved = moved.map_or_else(String::new, |commits| {
                format!(" Its branch stood {} ahead of the candidate's base, no conflict.", count(commits, "commit"))
            });
            match commit {
                Some(commit) => format!("Commit `{}` was added to {pull}.{moved}", commit.short()),
                None => format!("The branch of {pull} holds this change already, so no commit was added."),
            }
        }
        Note::PullStale { letter, number, paths } => format!(
            "Candidate **{letter}** is stale: the branch of pull request #{number} moved and conflicts in {}. Nothing was pushed; `/bakeoff revise` there starts from what it holds now.",
            conflict(paths)
        ),
        Note::PickFailed { letter, reason } => {
            format!("Candidate **{letter}** could not be opened: {}", plain(reason, 300))
        }
        Note::BranchStands { letter, branch } => {
            let branch = code(branch, 120);
            format!("Branch {branch} holds candidate **{letter}**; its pull request is left to a person.")
        }
        Note::Expired => "Nobody chose in time; `/bakeoff status` renews the choice.".into(),
        Note::CanceledBy { login: Some(login) } => format!("{} cancelled the round.", code(login, 60)),
        Note::CanceledBy { login: None } => "The command was deleted, which cancelled the round.".into(),
        Note::Superseded { round } => format!("Round {round} took its place."),
        Note::NoLabel(names) => format!("GitHub did not take {}.", named("label", names)),
        Note::NotAsked(names) => {
            format!("GitHub did not ask {} for a review: only people with access can be asked.", listed(&codes(names)))
        }
        Note::FileBroken => file_broken(),
        Note::Said(text) => plain(text, 300),
    }
}

/// What a round that began under a broken file of the repository says of it.
pub fn file_broken() -> String {
    format!("`{REPO_FILE}` was broken when this round began, so the defaults apply.")
}

fn codes(names: &[String]) -> Vec<String> {
    names.iter().map(|name| code(name, 140)).collect()
}

/// `the label X`, `the labels X and Y`
fn named(what: &str, names: &[String]) -> String {
    format!("the {what}{} {}", if names.len() == 1 { "" } else { "s" }, listed(&codes(names)))
}

fn conflict(paths: &[String]) -> String {
    let mut names: Vec<String> = paths.iter().take(MAX_PATHS).map(|path| code(path, 120)).collect();
    if paths.len() > MAX_PATHS {
        names.push(format!("{} more", paths.len() - MAX_PATHS));
    }
    listed(&names)
}

/// A moment as people read it: `2026-01-31 14:05 UTC`.
pub(super) fn moment(at: Timestamp) -> String {
    let text = at.to_rfc3339();
    let (date, time) = text.split_once('T').unwrap_or((&text, ""));
    format!("{date} {} UTC", time.get(..5).unwrap_or_default())
}
