//! M34: whatever a model or a person wrote, the page shows the diffs as its only code blocks and nothing else of it
//! as markup.

use bakeoff::domain::characters::made_visible;
use bakeoff::domain::round::RoundStatus;
use bakeoff::engine::command::parse_comment;
use bakeoff::engine::render::{
    EvidenceRow, MAX_COMMENT_BYTES, Note, Outcome, Reply, candidate_comment, commit_message, pull_body, pull_title,
    reply_text, repo_file_broken, safe_title, status_comment,
};
use bakeoff::engine::repofile::read_repo_file;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::markdown::{Page, page};
use super::views::{candidate, diff, effect, pull, row, status};

/// What an attacker would write.
const TOKENS: [&str; 44] = [
    "@org/team",
    "#12",
    "fixes #12",
    "![x](https://evil/x)",
    "[x](https://evil)",
    "<img src=https://evil>",
    "</details>",
    "</code>",
    "```",
    "``````````````````````````````",
    "`",
    "~~~",
    "\n",
    "\n\n",
    "\r",
    "|",
    "\\|",
    "\\",
    "<!--",
    "-->",
    "https://evil/a",
    "www.evil.org",
    "<https://evil>",
    "a@evil.org",
    "&lt;",
    "&#64;org",
    "\u{202E}",
    "\u{200B}",
    "\n- ",
    "\n# ",
    "> ",
    "    ",
    "[x]: https://evil",
    "- [x] ",
    ":tada:",
    "<b>",
    "text",
    " ",
    "$x$",
    "[^1]",
    "*a*",
    "_b_",
    "</summary>",
    "{{",
];

fn evil() -> impl Strategy<Value = String> {
    proptest::collection::vec(0..TOKENS.len(), 0..12).prop_map(|picks| picks.into_iter().map(|n| TOKENS[n]).collect())
}

/// Nothing of a payload outside code: no foreign address, tag, mention, reference.
fn harmless(page: &Page) -> Result<(), TestCaseError> {
    for address in &page.addresses {
        let ours = address.starts_with("https://github.com/o/r/") || address.starts_with("https://bakeoff.example/");
        prop_assert!(ours, "address {address}");
    }
    for foreign in ["<img", "<b>", "evil", "tada", "<a "] {
        prop_assert!(!page.html.contains(foreign) || page.html.contains("<code>"), "html {}", page.html);
        let outside: String =
            page.html.split("<code>").map(|part| part.split_once("</code>").map_or(part, |(_, rest)| rest)).collect();
        prop_assert!(!outside.contains(foreign), "html {outside}");
    }
    for sign in ["@", "evil", "www.", ":tada:", "fixes #"] {
        prop_assert!(!page.text.contains(sign), "{sign} in {}", page.text);
    }
    Ok(())
}

fn shown(patch: &str) -> String {
    made_visible(&patch.replace('\r', "␍"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, rng_seed: RngSeed::Fixed(9), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn m34_a_candidate_shows_its_diffs_and_nothing_else(path in evil(), body in evil(), words in evil(), model in evil()) {
        let mut view = candidate(vec![diff("a.rs", &format!("+{body}\n")), diff(&path.replace('\n', ""), "+x\n")]);
        view.summary = Some(words.clone());
        view.model = model;
        view.evidence = vec![EvidenceRow { name: words.clone(), found: body }];
        view.warnings = vec![words];
        let text = candidate_comment(&view);
        let page = page(&text);
        let diffs: Vec<String> = view.files.iter().map(|file| shown(&file.patch)).collect();
        prop_assert_eq!(&page.blocks, &diffs, "{}", text);
        harmless(&page)?;
        prop_assert!(text.len() <= MAX_COMMENT_BYTES);
        prop_assert_eq!(parse_comment(&text).len(), 0);
    }

    #[test]
    fn m34_a_status_comment_has_no_markup_of_others(words in evil(), model in evil(), base in evil()) {
        let mut rows = vec![row(0, &model, Outcome::Failed(words.clone()))];
        rows[0].checks = Some(words.clone());
        rows[0].comment_url = Some(format!("javascript:{words}"));
        let mut view = status(RoundStatus::Choosing, rows);
        view.base_ref = base;
        view.requester = model;
        view.compare_url = Some(format!("ftp:{words}"));
        view.notes = vec![Note::Said(words.clone()), Note::Stale { letter: view.candidates[0].letter, paths: vec![words] }];
        let text = status_comment(&view);
        let page = page(&text);
        prop_assert!(page.blocks.is_empty(), "{}", text);
        harmless(&page)?;
        let cells = text.lines().find(|line| line.starts_with("| **A**")).map(|line| line.matches('|').count());
        prop_assert_eq!(cells, Some(9), "{}", text);
        prop_assert_eq!(parse_comment(&text).len(), 0);
    }

    #[test]
    fn m34_one_comment_shows_all_diffs_and_nothing_else(body in evil(), words in evil(), model in evil()) {
        let mut whole = vec![candidate(vec![diff("a.rs", &format!("+{body}\n"))]), candidate(vec![diff("b.rs", "+x\n")])];
        whole[0].summary = Some(words.clone());
        whole[0].model = model;
        whole[0].warnings = vec![words.clone()];
        let mut view = status(RoundStatus::Choosing, vec![row(0, "gpt", Outcome::NoChange)]);
        let diffs: Vec<String> = whole.iter().flat_map(|view| &view.files).map(|file| shown(&file.patch)).collect();
        view.whole = whole;
        view.notes = vec![Note::NoLabel(vec![words.clone()]), Note::NotAsked(vec![words])];
        let text = status_comment(&view);
        let page = page(&text);
        prop_assert_eq!(&page.blocks, &diffs, "{}", text);
        harmless(&page)?;
        prop_assert_eq!(parse_comment(&text).len(), 0);
    }

    #[test]
    fn m34_a_broken_file_is_quoted_as_code(words in evil(), key in evil()) {
        let keyed = format!("{}: 1", key.replace(':', ""));
        for text in [words.clone(), keyed, format!("budgets:\n  run: {words}"), format!("checks:\n  {words}")] {
            let Err(error) = read_repo_file(text.as_bytes()) else { continue };
            let text = repo_file_broken(effect(), &error);
            let page = page(&text);
            prop_assert!(page.blocks.len() <= 1, "{}", text);
            harmless(&page)?;
            prop_assert_eq!(parse_comment(&text).len(), 0);
        }
    }

    #[test]
    fn m35_a_pull_request_closes_only_its_issue(words in evil(), title in evil(), body in evil()) {
        let mut view = pull();
        view.task_title = Some(title.clone());
        view.body = Some(body);
        view.summary = Some(words.clone());
        view.model = words;
        let page = page(&pull_body(&view));
        prop_assert!(page.blocks.is_empty());
        harmless(&page)?;
        for line in [pull_title(&view), commit_message(&view)] {
            prop_assert!(!line.contains('@') && !line.to_lowercase().contains("fixes #"), "{}", line);
        }
        prop_assert_eq!(pull_title(&view).lines().count(), 1);
    }

    #[test]
    fn m35_a_safe_title_is_safe_and_stays_so(title in evil(), limit in 1_usize..99) {
        let safe = safe_title(&title, limit);
        prop_assert!(!safe.contains(['@', '\n', '\r']) && !safe.contains("#12") && !safe.contains("://"), "{}", safe);
        prop_assert!(safe.chars().count() <= limit + 1);
    }

    #[test]
    fn m34_a_reply_quotes_a_wrong_line_as_code(words in evil()) {
        let line = format!("/bakeoff pick {words}");
        for error in parse_comment(&line).into_iter().filter_map(Result::err) {
            let page = page(&reply_text(&Reply::CannotRead(error)));
            prop_assert_eq!(page.blocks.len(), 1);
            harmless(&page)?;
        }
        for reply in [Reply::UnknownCheck { name: words.clone() }, Reply::RefNotFound { name: words.clone() }, Reply::Failed { reason: words.clone() }] {
            let page = page(&reply_text(&reply));
            prop_assert!(page.blocks.is_empty());
            harmless(&page)?;
        }
    }
}
