//! What a round's models are told of the rounds before it: instructions, patches and what became of them, newest
//! first and bounded; and the candidate that a revision goes on from.

use crate::adapters::git::Mirror;
use crate::adapters::store::{Conn, picks, pulls, rounds, runs, votes};
use crate::domain::characters::made_visible;
use crate::domain::pick::{Pick, PickStatus};
use crate::domain::pull::{Pull, PullStatus};
use crate::domain::round::Round;
use crate::domain::run::{Run, RunStatus};
use crate::domain::sha256::Sha256Hex;
use crate::domain::vote::Tally;
use crate::engine::agent::{Earlier, TreeBase};
use crate::engine::context::clean::{clean, without_hidden};
use crate::engine::patch::{FileChange, replay};

use super::{Services, round_state};

/// How much of one earlier patch is shown, in bytes.
const MAX_PATCH_BYTES: usize = 12_000;
/// How much of the patch that is revised is shown: its files are shown as it leaves them.
const MAX_REVISED_BYTES: usize = 48_000;
/// How much of all earlier rounds together.
const MAX_TOTAL_BYTES: usize = 40_000;

/// What a round's models are told of the rounds before it.
#[derive(Debug, Default)]
pub(super) struct History {
    /// The candidate that is revised.
    pub revised: Option<(Run, Earlier)>,
    /// Everything else, newest first.
    pub earlier: Vec<Earlier>,
}

/// Everything the tables know of the task's earlier rounds.
pub(super) async fn of(svc: &Services, round: &Round) -> anyhow::Result<History> {
    let mut conn = svc.store.read().await?;
    let fates = Fates {
        picks: picks::list(&mut conn, round.task_id).await?,
        pulls: pulls::list(&mut conn, round.task_id).await?,
    };
    let revised = match round.starts_from {
        Some(id) => runs::get(&mut conn, id).await?,
        None => None,
    };
    let mut room = MAX_TOTAL_BYTES;
    let mut earlier = Vec::new();
    for old in rounds::list(&mut conn, round.task_id).await?.iter().filter(|old| old.number < round.number) {
        for told in of_round(&mut conn, old, &fates, round).await? {
            if told.text.len() <= room {
                room -= told.text.len();
                earlier.push(told);
            }
        }
    }
    let revised = match revised {
        None => None,
        Some(run) => {
            let what = format!("{}{}", named(&run), liked(&votes::tally(&mut conn, run.id).await?));
            let told = Earlier { what, text: attempt(&run, MAX_REVISED_BYTES) };
            Some((run, told))
        }
    };
    Ok(History { revised, earlier })
}

/// A round's instruction as it was seen by whoever wrote it.
pub(super) fn instruction(round: &Round) -> String {
    if round.origin.is_on_github() { clean(&round.instruction).text } else { without_hidden(&round.instruction) }
}

async fn of_round(conn: &mut Conn, old: &Round, fates: &Fates, now: &Round) -> anyhow::Result<Vec<Earlier>> {
    let mut told = Vec::new();
    let instruction = instruction(old);
    if !instruction.is_empty() {
        let text = cut(&instruction, MAX_PATCH_BYTES);
        told.push(Earlier { what: format!("instruction of round {}", old.number), text });
    }
    let opinions = votes::of_round(conn, old.id).await?;
    for run in round_state::candidates(runs::list_round(conn, old.id).await?) {
        if Some(run.id) != now.starts_from && run.status.is_terminal() && run.status != RunStatus::Canceled {
            let opinion = opinions.get(&run.id).map(liked).unwrap_or_default();
            let what = format!("{}: {}{opinion}", named(&run), fates.of(&run));
            told.push(Earlier { what, text: attempt(&run, MAX_PATCH_BYTES) });
        }
    }
    Ok(told)
}

/// What people thought of it: "; 2 people liked it, 1 did not".
fn liked(votes: &Tally) -> String {
    let people = |count: i64| if count == 1 { "1 person".into() } else { format!("{count} people") };
    match (votes.up, votes.down) {
        (0, 0) => String::new(),
        (up, 0) => format!("; {} liked it", people(up)),
        (0, down) => format!("; {} did not like it", people(down)),
        (up, down) => format!("; {} liked it, {down} did not", people(up)),
    }
}

fn named(run: &Run) -> String {
    format!("candidate {} of round {}", run.letter, run.round)
}

/// A candidate's words and patch, or why there is none. Hidden characters are written out, so that none is smuggled.
fn attempt(run: &Run, max_bytes: usize) -> String {
    let words = run.result.error.as_deref().or(run.result.summary.as_deref()).unwrap_or_default();
    let patch = run.result.patch.as_deref().unwrap_or_default();
    let parts = [made_visible(&clean(words).text), cut(&made_visible(patch), max_bytes)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// Whole lines of `text` up to `max_bytes`, and how many are missing.
fn cut(text: &str, max_bytes: usize) -> String {
    let mut kept = 0;
    let mut lines = text.split_inclusive('\n');
    for line in lines.by_ref() {
        if kept + line.len() > max_bytes {
            let left = 1 + lines.count();
            return format!("{}… {left} more lines are not shown\n", text.get(..kept).unwrap_or_default());
        }
        kept += line.len();
    }
    text.to_owned()
}

/// Picks and pull requests of the task, newest first.
struct Fates {
    picks: Vec<Pick>,
    pulls: Vec<Pull>,
}

impl Fates {
    fn of(&self, run: &Run) -> String {
        match run.status {
            RunStatus::Failed => return "failed or was refused".into(),
            _ if !run.has_patch() => return "found nothing to change".into(),
            _ => {}
        }
        let Some(pick) = self.picks.iter().find(|pick| pick.run_id == run.id) else { return "not chosen".into() };
        match pick.status {
            PickStatus::Opening => "chosen".into(),
            PickStatus::Stale => "chosen, but the branch had moved and it conflicts".into(),
            PickStatus::Failed => "chosen, but it could not be pushed".into(),
            PickStatus::Linked => "chosen; its branch was pushed for a person to go on with".into(),
            PickStatus::Opened => self.opened(pick),
        }
    }

    fn opened(&self, pick: &Pick) -> String {
        let mine = |pull: &&Pull| match pick.pull_id {
            Some(id) => pull.id == id,
            None => pull.run_id == pick.run_id,
        };
        let pull = self.pulls.iter().find(mine);
        if pull.is_some_and(|pull| pull.reverted_by.is_some()) {
            return "chosen and merged, and people took that back later".into();
        }
        match pull.map(|pull| pull.status) {
            Some(PullStatus::Open) => "chosen; its pull request is open".into(),
            Some(PullStatus::Closed) => "chosen, but people closed its pull request without merging it".into(),
            Some(PullStatus::Merged) => "chosen and merged".into(),
            None => "chosen".into(),
        }
    }
}

/// The revised candidate's patch as changes to the commit it stands on, or why it cannot be trusted.
pub(super) async fn start(mirror: &Mirror, run: &Run) -> anyhow::Result<Result<Vec<FileChange>, String>> {
    let patch = run.result.patch.clone().unwrap_or_default();
    if Some(Sha256Hex::of(&patch)) != run.result.patch_sha256 {
        return Ok(Err("The stored patch to go on from is not the one that was shown.".into()));
    }
    let tree = mirror.tree(&run.base_commit).await?;
    let replayed = mirror.run(move || Ok(replay(&patch, &TreeBase::new(tree)))).await?;
    Ok(replayed.map_err(|error| format!("The patch to go on from does not fit its base: {error}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opinions_are_told_in_words() {
        let told = [(0, 0), (1, 0), (2, 1), (0, 1), (0, 3)].map(|(up, down)| liked(&Tally { up, down }));
        assert_eq!(
            told,
            [
                "",
                "; 1 person liked it",
                "; 2 people liked it, 1 did not",
                "; 1 person did not like it",
                "; 3 people did not like it"
            ]
        );
    }

    #[test]
    fn long_patches_are_cut_at_a_line() {
        assert_eq!(cut("a\nb\n", 4), "a\nb\n");
        assert_eq!(cut("a\nb\nc\nd", 4), "a\nb\n… 2 more lines are not shown\n");
        assert_eq!(cut("", 4), "");
    }
}
