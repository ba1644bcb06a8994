//! A repository's pull request template, filled: its headings, lists and boxes as they stand, every word harmless, and
//! what we know where it is asked for. Boxes stay open: they are for people to tick.

use super::pull::PullView;
use super::text::{code, plain, quoted};

/// Lines of a template that are used.
const MAX_LINES: usize = 200;
/// Files that are listed.
const MAX_FILES: usize = 50;

/// What a heading asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Summary,
    Files,
    Issue,
}

/// The first of these words that a heading holds says what it asks for.
const WORDS: [(Asked, &[&str]); 3] = [
    (Asked::Files, &["change", "file", "diff"]),
    (Asked::Issue, &["issue", "ticket", "fixes", "closes", "related"]),
    (Asked::Summary, &["summary", "description", "what", "why", "purpose", "overview", "motivation", "about"]),
];

fn asked(heading: &str) -> Option<Asked> {
    let words: Vec<String> = heading.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect();
    let holds = |known: &&str| words.iter().any(|word| word == known || word.strip_suffix('s') == Some(known));
    WORDS.into_iter().find(|(_, known)| known.iter().any(&holds)).map(|(asked, _)| asked)
}

/// A line of the template as it may stand in our description.
fn shown(line: &str) -> String {
    let trimmed = line.trim();
    let indent = "  ".repeat((line.len() - line.trim_start().len()).min(8) / 2);
    if let Some(text) = heading(trimmed) {
        return format!("### {}", plain(text, 200));
    }
    let item = trimmed.strip_prefix(['-', '*', '+']).filter(|rest| rest.starts_with(' ')).map(str::trim_start);
    match item {
        Some(rest) => match ["[ ]", "[x]", "[X]"].iter().find_map(|open| rest.strip_prefix(open)) {
            Some(words) => format!("{indent}- [ ] {}", plain(words, 300)),
            None => format!("{indent}- {}", plain(rest, 300)),
        },
        None => plain(trimmed, 300),
    }
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && text.starts_with(' ') && !text.trim().is_empty()).then(|| text.trim())
}

fn answer(asked: Asked, view: &PullView) -> String {
    match asked {
        Asked::Summary => quoted(view.summary.as_deref().unwrap_or_default(), 12, 400),
        Asked::Issue => view.issue.map_or_else(String::new, |number| format!("Closes #{number}.")),
        Asked::Files => {
            let mut lines: Vec<String> =
                view.paths.iter().take(MAX_FILES).map(|p| format!("- {}", code(p, 200))).collect();
            if view.paths.len() > MAX_FILES {
                lines.push(format!("- … {} more", view.paths.len() - MAX_FILES));
            }
            lines.join("\n")
        }
    }
}

/// The template, filled; empty when there is nothing in it. `template` was cleaned before.
pub(super) fn filled(template: &str, view: &PullView) -> String {
    let (mut parts, mut given) = (Vec::new(), Vec::new());
    for line in template.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).take(MAX_LINES) {
        parts.push(shown(line));
        let wanted = heading(line.trim()).and_then(asked).filter(|asked| !given.contains(asked));
        if let Some(wanted) = wanted {
            given.push(wanted);
            parts.push(answer(wanted, view).trim_end().to_owned());
        }
    }
    parts.retain(|part| !part.is_empty());
    joined(&parts)
}

/// Items of one list stay together; everything else is a paragraph of its own.
fn joined(parts: &[String]) -> String {
    let item = |part: &str| part.trim_start().starts_with("- ");
    let mut out = String::new();
    for (part, before) in parts.iter().zip(std::iter::once("").chain(parts.iter().map(String::as_str))) {
        if !before.is_empty() {
            out.push_str(if item(part) && item(before) { "\n" } else { "\n\n" });
        }
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_says_what_it_asks_for() {
        for (heading, expected) in [
            ("Description", Some(Asked::Summary)),
            ("What does this PR do?", Some(Asked::Summary)),
            ("What changed", Some(Asked::Summary)),
            ("Changes", Some(Asked::Files)),
            ("Related issues", Some(Asked::Issue)),
            ("Checklist", None),
            ("Somewhat", None),
        ] {
            assert_eq!(asked(heading), expected, "{heading}");
        }
    }

    #[test]
    fn nothing_of_a_template_acts() {
        for (line, expected) in [
            ("## Checks", "### Checks"),
            ("#Checks", "`#Checks`"),
            ("## Ping @octo/team", "### `Ping @octo/team`"),
            ("- [x] I ran the tests", "- [ ] I ran the tests"),
            ("  * see #12", "  - `see #12`"),
            ("Closes #7", "`Closes #7`"),
            ("<img src=x>", "`<img src=x>`"),
        ] {
            assert_eq!(shown(line), expected);
        }
    }
}
