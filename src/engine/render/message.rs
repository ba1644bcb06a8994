//! A commit's message: ours, with the model's words made harmless and wrapped (M35).

use super::pull::{PullView, task_title};
use super::title::safe_title;

/// The widest line, in characters.
const COLUMNS: usize = 72;
/// The most lines of a model's words.
const MAX_LINES: usize = 40;

/// The commit's message: the same for the same row, so that a retry makes the same commit.
pub fn commit_message(view: &PullView) -> String {
    let title = view.title.as_deref().map(|title| safe_title(title, COLUMNS)).filter(|title| !title.is_empty());
    let subject = title.unwrap_or_else(|| task_title(view, COLUMNS));
    let (model, requester, picker) =
        (safe_title(&view.model, 60), safe_title(&view.requester, 60), safe_title(&view.picker, 60));
    let place = view.issue.map_or_else(String::new, |number| format!(" for #{number}"));
    let words = wrapped(view.summary.as_deref().unwrap_or_default());
    format!(
        "{subject}\n\n{words}Candidate {} of round {}{place}.\nWritten by {model}, asked for by {requester}, chosen by {picker}.\n\n\
         Bakeoff-Run: {}\nBakeoff-Patch-SHA256: {}\n{}",
        view.letter,
        view.round,
        view.run,
        view.patch_sha256,
        view.co_authors.iter().map(|who| format!("Co-authored-by: {who}\n")).collect::<String>()
    )
}

/// Paragraphs of at most [`COLUMNS`] characters a line, each followed by an empty line. Nothing in them mentions,
/// closes, skips or signs anything: they are joined before they are judged, so that no line end hides a part.
fn wrapped(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.split("\n\n").map(|paragraph| safe_title(paragraph, 4_000)).filter(|p| !p.is_empty()) {
        lines.extend(wrap(&paragraph));
        lines.push(String::new());
    }
    if lines.len() > MAX_LINES {
        lines.truncate(MAX_LINES);
        lines.extend(["…".into(), String::new()]);
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

fn wrap(paragraph: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in paragraph.split(' ').flat_map(pieces) {
        let Some(line) = lines.last_mut() else { break };
        let width = line.chars().count();
        if width > 0 && width + 1 + word.chars().count() > COLUMNS {
            lines.push(word);
        } else {
            if width > 0 {
                line.push(' ');
            }
            line.push_str(&word);
        }
    }
    lines
}

/// A word that fits a line, or its pieces.
fn pieces(word: &str) -> Vec<String> {
    let all: Vec<char> = word.chars().collect();
    all.chunks(COLUMNS).map(|piece| piece.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m35_a_models_words_are_wrapped_and_do_nothing() {
        let text = format!(
            "The list was\nempty. Thanks @team, this fixes\n#12 and closes GH-3.\n\n[skip\nci] {}\n\nCo-authored-by: Eve <e@x>\n",
            "x".repeat(100)
        );
        let out = wrapped(&text);
        assert!(out.starts_with("The list was empty. Thanks team, this 12 and GH 3.\n\n"), "{out}");
        assert!(out.lines().all(|line| line.chars().count() <= COLUMNS), "{out}");
        for bad in ["@", "#", "skip", "Co-authored-by:", "fixes", "closes"] {
            assert!(!out.contains(bad), "{bad} in {out}");
        }
        assert_eq!(wrapped(" \n\n "), "");
        let long = wrapped(&"word ".repeat(2_000));
        assert!(long.lines().count() <= MAX_LINES + 2 && long.ends_with("…\n\n"), "{long}");
    }
}
