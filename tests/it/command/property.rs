//! What the parser promises for any text: it ends, in linear time, reads what it prints, and never takes for a
//! command what Markdown shows as something else.

use std::time::{Duration, Instant};

use bakeoff::domain::money::UsdMicros;
use bakeoff::domain::run::Letter;
use bakeoff::engine::command::{Command, ModelRequest, Options, find_commands, is_reserved_alias, parse_comment};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use pulldown_cmark::{Event, Options as Markdown, Parser, Tag};

/// What the parser looks for.
const TOKENS: [&str; 29] = [
    "/bakeoff help\n",
    "\n/bakeoff help\n",
    "/bakeoff",
    "\n",
    "\n\n",
    "`",
    "``",
    "```",
    "\n```\n",
    "\n~~~\n",
    "\n```rust\n",
    "> ",
    "\n> ",
    "\n- ",
    "\n1. ",
    "  ",
    "    ",
    "<!--",
    "-->",
    "\n<!-- ",
    "text",
    " ",
    "\\",
    "\n# ",
    "\n---\n",
    "\n===\n",
    "*",
    "<b>",
    "\n<div>\n",
];

fn nasty() -> impl Strategy<Value = String> {
    proptest::collection::vec(0..TOKENS.len(), 0..25).prop_map(|picks| picks.into_iter().map(|n| TOKENS[n]).collect())
}

fn letter() -> impl Strategy<Value = Letter> {
    (0_usize..52).prop_map(Letter::at)
}

fn model() -> impl Strategy<Value = ModelRequest> {
    ("[a-z][a-z0-9._-]{1,12}", 1_u32..30)
        .prop_filter("a command word", |(alias, _)| !is_reserved_alias(alias))
        .prop_map(|(alias, count)| ModelRequest { alias, count })
}

fn models(least: usize) -> impl Strategy<Value = Vec<ModelRequest>> {
    proptest::collection::vec(model(), least..6)
}

fn options() -> impl Strategy<Value = Options> {
    let base = proptest::option::of("[a-z][a-z0-9-]{0,9}");
    let path = proptest::option::of("[a-z]{1,5}(/[a-z]{1,5}){0,2}");
    let budget = proptest::option::of((1_i64..9_000_000_000).prop_map(UsdMicros));
    let checks = proptest::collection::vec("[a-z]{1,6}", 0..3);
    (base, path, budget, checks).prop_map(|(base, path, budget, checks)| Options { base, path, budget, checks })
}

fn instruction() -> impl Strategy<Value = String> {
    "([a-z]{2,9}( [a-z]{2,9}){0,3}(\n{1,2}[a-z]{2,9}){0,3})?"
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        (models(0), options(), instruction()).prop_map(|(models, options, instruction)| Command::Run {
            models,
            options,
            instruction
        }),
        letter().prop_map(Command::Pick),
        proptest::option::of(letter()).prop_map(Command::Retry),
        models(1).prop_map(|models| Command::Add { models }),
        (proptest::option::of(letter()), options(), instruction())
            .prop_map(|(letter, options, instruction)| Command::Revise { letter, options, instruction }),
        proptest::option::of(letter()).prop_map(Command::Cancel),
        Just(Command::Status),
        Just(Command::Models),
        Just(Command::Help),
    ]
}

/// Whether Markdown shows the byte `at` of `text` in a quote, in code or in an HTML comment.
fn is_other(text: &str, at: usize) -> bool {
    let extensions = Markdown::ENABLE_TABLES | Markdown::ENABLE_STRIKETHROUGH | Markdown::ENABLE_TASKLISTS;
    Parser::new_ext(text, extensions).into_offset_iter().any(|(event, range)| {
        let hides = match event {
            Event::Start(Tag::BlockQuote(_) | Tag::CodeBlock(_)) | Event::Code(_) => true,
            Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => {
                let before = &text[range.start..at.clamp(range.start, range.end)];
                before.rfind("<!--").is_some_and(|open| !before[open + 2..].contains("-->"))
            }
            _ => false,
        };
        hides && range.contains(&at)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, rng_seed: RngSeed::Fixed(9), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn m09_markdown_agrees_that_a_command_is_text(text in nasty()) {
        for found in find_commands(&text) {
            prop_assert!(!is_other(&text, found.at), "{:?} at {} of {:?}", found.line, found.at, text);
        }
    }

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        let _ = parse_comment(&text);
        let results = parse_comment(&format!("/bakeoff {text}"));
        prop_assert_eq!(results.len().min(1), 1);
        for error in results.into_iter().filter_map(Result::err) {
            prop_assert!(error.marked().lines().count() == 2, "{}", error.marked());
        }
    }

    #[test]
    fn what_is_printed_is_read_again(command in command()) {
        let printed = command.to_string();
        prop_assert_eq!(parse_comment(&printed), [Ok(command)], "{}", printed);
    }
}

#[test]
fn a_mebibyte_of_anything_is_read_in_linear_time() {
    let pieces = [
        "/bakeoff help\n",
        "`",
        "` ``",
        "<!--",
        "<!-- -->",
        "<a <",
        "<a b=\"",
        "<pre>",
        "> ",
        "- ",
        "```\n",
        "\n",
        "\\`",
        "</",
        "<b c='",
        "  - a\n",
        "/bakeoff a:1 b=2 ",
        "<code></code>",
        "<?",
        "<!a",
        "\t",
        "`a``",
    ];
    for piece in pieces {
        let text = piece.repeat((1 << 20) / piece.len());
        let begun = Instant::now();
        let _ = parse_comment(&text);
        assert!(begun.elapsed() < Duration::from_secs(20), "{piece:?} took {:?}", begun.elapsed());
    }
}
