//! What became of a task's picks: one line for each pull request, and for the last pick while none is open.

use crate::domain::pick::PickStatus;
use crate::domain::pull::PullStatus;
use crate::service::comparison::Comparison;

/// A line above everything else.
pub(super) struct Banner {
    /// The class of its colour.
    pub(super) class: &'static str,
    pub(super) text: String,
    /// Words and address of its link.
    pub(super) link: Option<(String, String)>,
}

/// The lines for a task.
pub(super) fn banners(found: &Comparison) -> Vec<Banner> {
    let letter = |id| found.runs.iter().find(|run| run.id == id).map(|run| run.letter.to_string());
    let pulls = found.pulls.iter().map(|pull| {
        let (class, word) = match pull.status {
            PullStatus::Open => ("good", "is open"),
            PullStatus::Merged => ("done", "is merged"),
            PullStatus::Closed => ("quiet", "was closed without a merge"),
        };
        let from = letter(pull.run_id).map(|letter| format!(" from candidate {letter}")).unwrap_or_default();
        let link = Some((format!("#{}", pull.number), pull.url.clone()));
        if let Some(by) = pull.reverted_by {
            let text = format!("The pull request{from} was merged, and #{by} took that back:");
            return Banner { class: "warn", text, link };
        }
        Banner { class, text: format!("The pull request{from} {word}:"), link }
    });
    let last = found.picks.iter().max_by_key(|pick| pick.created_at).and_then(|pick| {
        let who = letter(pick.run_id).map_or_else(|| "A candidate".into(), |letter| format!("Candidate {letter}"));
        let note = pick.note.clone().unwrap_or_default();
        let (class, text) = match pick.status {
            PickStatus::Opened => return None,
            PickStatus::Opening => ("busy", format!("{who} was picked; its pull request is being opened.")),
            PickStatus::Linked => {
                let branch = pick.branch.as_ref().map(ToString::to_string).unwrap_or_default();
                ("quiet", format!("{who} was pushed as {branch}; its pull request is left to a person."))
            }
            PickStatus::Stale => ("warn", format!("{who} was picked, but its base has moved and it conflicts: {note}")),
            PickStatus::Failed => ("bad", format!("{who} was picked, but that did not work: {note}")),
        };
        Some(Banner { class, text, link: None })
    });
    pulls.chain(last).collect()
}
