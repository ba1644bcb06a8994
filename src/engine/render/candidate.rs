//! A candidate's comment: what the model did, what it cost, and the diff folded by file.

use crate::domain::characters::is_hidden;
use crate::domain::patch::FileDiff;

use super::MAX_COMMENT_BYTES;
use super::marker::{Kind, marker};
use super::text::{code, count, cut, fenced, html, link, listed, plain, quoted, shown_diff, took};
use super::view::{CandidateView, EvidenceRow};

/// How many files that are not shown are named.
const MAX_NAMED: usize = 10;
/// How many warnings are listed.
const MAX_WARNINGS: usize = 20;

/// The candidate's comment as Markdown, below [`super::MAX_COMMENT_BYTES`]. Files that do not fit are named, never cut.
pub fn candidate_comment(view: &CandidateView) -> String {
    let (head, foot) = (head(view), foot(view));
    // What names the files that did not fit is bounded: ten paths of at most 120 characters.
    let room = MAX_COMMENT_BYTES.saturating_sub(head.len() + foot.len() + MAX_NAMED * 600 + 500);
    let (shown, left) = diffs(&view.files, room);
    format!("{head}\n{shown}{}{foot}", not_shown(&left, view))
}

fn head(view: &CandidateView) -> String {
    let title = format!("### Candidate {} · {}", view.letter, code(&view.model, 60));
    let mut parts = vec![title, facts(view), quoted(view.summary.as_deref().unwrap_or_default(), 12, 400)];
    parts.push(evidence_table(&view.evidence));
    parts.push(warning_list(&view.warnings, &hidden_in_added(&view.files)));
    parts.retain(|part| !part.is_empty());
    let parts: Vec<&str> = parts.iter().map(|part| part.trim_end()).collect();
    format!("{}\n{}\n", marker(view.effect, Kind::Candidate), parts.join("\n\n"))
}

fn facts(view: &CandidateView) -> String {
    let (added, removed) = view.files.iter().fold((0, 0), |(a, r), f| (a + f.added_lines, r + f.removed_lines));
    let tokens = format!("{} tokens in, {} out", view.usage.input_tokens, view.usage.output_tokens);
    let took = view.took.map_or_else(String::new, |span| format!(" · {}", took(span)));
    let (files, cost) = (count(view.files.len(), "file"), view.cost);
    format!(
        "Round {} on `{}` · {files}, +{added} −{removed} · {cost} ({tokens}){took}",
        view.round,
        view.base_commit.short()
    )
}

/// Evidence as a table; empty without any.
pub(super) fn evidence_table(rows: &[EvidenceRow]) -> String {
    let line = |row: &EvidenceRow| format!("\n| {} | {} |", plain(&row.name, 80), plain(&row.found, 200));
    let lines: String = rows.iter().take(30).map(line).collect();
    if lines.is_empty() { lines } else { format!("| evidence | |\n|---|---|{lines}") }
}

/// Warnings of the rules, then those that were found here.
pub(super) fn warning_list(given: &[String], found: &[String]) -> String {
    let given = given.iter().map(|warning| plain(warning, 300));
    let all: Vec<String> = given.chain(found.iter().cloned()).map(|warning| format!("- ⚠ {warning}")).collect();
    let more = all.len().saturating_sub(MAX_WARNINGS);
    let mut lines: Vec<String> = all.into_iter().take(MAX_WARNINGS).collect();
    if more > 0 {
        lines.push(format!("- ⚠ {}", count(more, "more warning")));
    }
    lines.join("\n")
}

/// A warning for each file whose added lines hold characters that a reader does not see (M36).
fn hidden_in_added(files: &[FileDiff]) -> Vec<String> {
    let hidden = |line: &str| line.trim_end_matches('\r').chars().filter(|c| is_hidden(*c)).count();
    let added = |file: &FileDiff| -> usize {
        file.patch.split('\n').filter(|line| line.starts_with('+') && !line.starts_with("+++ ")).map(hidden).sum()
    };
    let found = files.iter().map(|file| (file, added(file))).filter(|(_, number)| *number > 0);
    found
        .map(|(file, number)| {
            let what = count(number, "invisible or direction-changing character");
            format!("{} adds {what}, written out below as `⟨U+…⟩`", code(&file.path, 120))
        })
        .collect()
}

/// The files that fit into `room` bytes, folded, and those that do not.
fn diffs(files: &[FileDiff], room: usize) -> (String, Vec<&FileDiff>) {
    let mut shown = String::new();
    let mut left = Vec::new();
    for file in files {
        let section = if file.patch.len() > room { None } else { Some(section(file)) };
        match section.filter(|section| shown.len() + section.len() <= room) {
            Some(section) => shown.push_str(&section),
            None => left.push(file),
        }
    }
    (shown, left)
}

fn section(file: &FileDiff) -> String {
    let from =
        file.old_path.as_ref().map_or_else(String::new, |old| format!("<code>{}</code> → ", html(&cut(old, 200))));
    let path = html(&cut(&file.path, 200));
    let (added, removed) = (file.added_lines, file.removed_lines);
    let diff = fenced("diff", &shown_diff(&file.patch));
    format!("<details><summary>{from}<code>{path}</code> +{added} −{removed}</summary>\n\n{diff}\n</details>\n\n")
}

fn not_shown(left: &[&FileDiff], view: &CandidateView) -> String {
    if left.is_empty() {
        return String::new();
    }
    let name = |file: &&FileDiff| format!("{} (+{} −{})", code(&file.path, 100), file.added_lines, file.removed_lines);
    let mut names: Vec<String> = left.iter().take(MAX_NAMED).map(name).collect();
    if left.len() > MAX_NAMED {
        names.push("others".into());
    }
    let place =
        view.compare_url.as_ref().map(|url| format!(" {}", link("See the whole patch", url))).unwrap_or_default();
    format!("{} not shown for their length: {}.{place}\n\n", count(left.len(), "more file"), listed(&names))
}

fn foot(view: &CandidateView) -> String {
    let compare = view.compare_url.as_ref().map(|url| format!(" · {}", link("compare", url))).unwrap_or_default();
    let does = view
        .adds_to
        .map_or_else(|| "opens the pull request".into(), |number| format!("adds a commit to pull request #{number}"));
    format!(
        "Patch SHA-256 `{}`{compare}\n\n<sub>{} on this comment {does}; so does `/bakeoff pick {}`.</sub>\n",
        view.patch_sha256,
        view.button.emoji(),
        view.letter
    )
}

/// A candidate folded into another comment, in at most `room` bytes: its facts, and its diff cut at a file border.
pub(super) fn folded(view: &CandidateView, room: usize) -> String {
    let model = html(&cut(&view.model, 60));
    let title = format!("<details><summary>Candidate {} · <code>{model}</code></summary>", view.letter);
    let mut parts = vec![title, facts(view), quoted(view.summary.as_deref().unwrap_or_default(), 12, 400)];
    parts.push(evidence_table(&view.evidence));
    parts.push(warning_list(&view.warnings, &hidden_in_added(&view.files)));
    parts.retain(|part| !part.is_empty());
    let parts: Vec<&str> = parts.iter().map(|part| part.trim_end()).collect();
    let (head, foot) = (parts.join("\n\n"), format!("Patch SHA-256 `{}`\n\n</details>", view.patch_sha256));
    let left = room.saturating_sub(head.len() + foot.len() + MAX_NAMED * 600 + 500);
    let (shown, left) = diffs(&view.files, left);
    format!("{head}\n\n{shown}{}{foot}", not_shown(&left, view))
}
