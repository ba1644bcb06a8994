//! The status comment of a round: edited in place, never read back but for a tick.

use crate::domain::round::RoundStatus;

use super::MAX_COMMENT_BYTES;
use super::candidate::folded;
use super::marker::{Kind, marker, row_marker};
use super::note::note;
use super::text::{code, count, link, plain, took};
use super::view::{CandidateRow, Outcome, StatusView};

/// The round's status comment as Markdown, below [`super::MAX_COMMENT_BYTES`].
pub fn status_comment(view: &StatusView) -> String {
    let mut rows = view.candidates.len();
    loop {
        let text = comment(view, rows);
        if text.len() <= MAX_COMMENT_BYTES || rows == 0 {
            return text;
        }
        rows /= 2;
    }
}

fn comment(view: &StatusView, rows: usize) -> String {
    let mut parts = vec![head(view), table(view, rows), boxes(view, rows), notes(view), spent(view)];
    let foot = footer(view);
    let used = parts.iter().map(|part| part.len() + 2).sum::<usize>() + foot.len() + 200;
    parts.extend(whole(view, MAX_COMMENT_BYTES.saturating_sub(used)));
    parts.push(foot);
    parts.retain(|part| !part.is_empty());
    format!("{}\n{}\n", marker(view.effect, Kind::Status), parts.join("\n\n"))
}

/// The candidates' diffs in `room` bytes; what one does not need is left to those after it. The first that does not fit
/// even without a diff ends the list: its row above remains.
fn whole(view: &StatusView, mut room: usize) -> Vec<String> {
    let mut shown = Vec::new();
    for (index, candidate) in view.whole.iter().enumerate() {
        let share = room / (view.whole.len() - index);
        let text = folded(candidate, share);
        if text.len() + 2 > room {
            break;
        }
        room -= text.len() + 2;
        shown.push(text);
    }
    shown
}

fn head(view: &StatusView) -> String {
    let base = format!("{} at `{}`", code(&view.base_ref, 100), view.base_commit.short());
    let from = view.starts_from.map_or_else(String::new, |(letter, round)| {
        format!(" It goes on from candidate **{letter}** of round {round}.")
    });
    format!(
        "### Round {} · {}\n\nAsked for by {}, based on {base}.{from}",
        view.round,
        headline(view),
        code(&view.requester, 60)
    )
}

fn headline(view: &StatusView) -> String {
    let patches = view.candidates.iter().filter(|row| has_patch(row)).count();
    match view.status {
        RoundStatus::Running => {
            let working = |row: &&CandidateRow| matches!(row.outcome, Outcome::Queued | Outcome::Running);
            let done = view.candidates.len() - view.candidates.iter().filter(working).count();
            format!("{done} of {} done", count(view.candidates.len(), "candidate"))
        }
        RoundStatus::Choosing => format!("{} to choose from", count(patches, "patch").replace("patchs", "patches")),
        RoundStatus::Picked => "chosen".into(),
        RoundStatus::Merged => "merged".into(),
        RoundStatus::Failed => "no candidate has a patch".into(),
        RoundStatus::Canceled => "cancelled".into(),
        RoundStatus::Expired => "the choice is over".into(),
        RoundStatus::Superseded => "a newer round took its place".into(),
    }
}

fn has_patch(row: &CandidateRow) -> bool {
    matches!(row.outcome, Outcome::Patch { .. })
}

fn table(view: &StatusView, rows: usize) -> String {
    let mut text =
        String::from("| | model | result | files | lines | checks | cost | time |\n|---|---|---|---|---|---|---|---|");
    for row in view.candidates.iter().take(rows) {
        text.push_str(&table_row(row));
    }
    let more = view.candidates.len() - rows.min(view.candidates.len());
    if more > 0 {
        text.push_str(&format!("\n\n{} not shown here.", count(more, "more candidate")));
    }
    text
}

fn table_row(row: &CandidateRow) -> String {
    let (files, lines) = match row.outcome {
        Outcome::Patch { files, added, removed, .. } => (files.to_string(), format!("+{added} −{removed}")),
        _ => ("–".into(), "–".into()),
    };
    let checks = row.checks.as_deref().map_or_else(|| "–".into(), |checks| plain(checks, 80));
    let time = row.took.map_or_else(|| "–".into(), took);
    let (letter, model) = (row.letter, code(&row.model, 60));
    format!("\n| **{letter}** | {model} | {} | {files} | {lines} | {checks} | {} | {time} |", result(row), row.cost)
}

fn result(row: &CandidateRow) -> String {
    match &row.outcome {
        Outcome::Queued => "waiting".into(),
        Outcome::Running => "at work".into(),
        Outcome::Patch { warned, .. } => {
            let label = row.comment_url.as_ref().map_or_else(|| "patch".into(), |url| link("patch", url));
            if *warned { format!("{label} ⚠") } else { label }
        }
        Outcome::NoChange => "nothing to change".into(),
        Outcome::Failed(reason) => format!("failed: {}", plain(reason, 160)),
        Outcome::Canceled => "cancelled".into(),
    }
}

/// Whether a tick can choose now.
fn is_open(view: &StatusView) -> bool {
    matches!(view.status, RoundStatus::Running | RoundStatus::Choosing)
}

fn boxes(view: &StatusView, rows: usize) -> String {
    let choices = view.candidates.iter().take(rows).filter(|row| is_open(view) && has_patch(row));
    choices
        .map(|row| {
            let letter = row.letter;
            let mark = row_marker(letter, row.run);
            match view.adds_to {
                None => format!("- [ ] Open the pull request from candidate **{letter}** {mark}"),
                Some(number) => format!("- [ ] Add candidate **{letter}** to pull request #{number} {mark}"),
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn notes(view: &StatusView) -> String {
    view.notes.iter().map(|what| format!("- {}", note(what))).collect::<Vec<_>>().join("\n")
}

fn spent(view: &StatusView) -> String {
    let left = view.budget.minus(view.spent);
    let mut text = format!("Spent {} of {}; {left} left.", view.spent, view.budget);
    if view.hidden_characters > 0 {
        let what = count(view.hidden_characters, "hidden character");
        text.push_str(&format!(" {what} in the issue's text or the instruction did not reach the models."));
    }
    if let Some(url) = &view.compare_url {
        text.push_str(&format!(" {}", link("Compare the candidates side by side", url)));
    }
    text
}

fn footer(view: &StatusView) -> String {
    let Some(first) = view.candidates.iter().find(|row| has_patch(row)).filter(|_| is_open(view)) else {
        return String::new();
    };
    let until = view.expires_at.filter(|_| view.status == RoundStatus::Choosing);
    let until = until.map_or_else(String::new, |at| format!(" The choice ends on {}.", super::note::moment(at)));
    let letter = first.letter;
    let react = view
        .button
        .map_or_else(String::new, |button| format!(", react with {} on a candidate's comment", button.emoji()));
    format!("<sub>To choose, tick a box{react}, or write `/bakeoff pick {letter}`.{until}</sub>")
}
