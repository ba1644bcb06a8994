//! What cleaning promises for any text.

use bakeoff::domain::characters::is_hidden;
use bakeoff::engine::context::clean::clean;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// What the cleaning looks for.
const TOKENS: [&str; 38] = [
    "<!--",
    "-->",
    "<",
    ">",
    "</",
    "/>",
    "div",
    "pre",
    "script",
    " title=\"",
    "\"",
    "'",
    "=",
    "&lt;",
    "&#60;",
    "&amp;",
    "&",
    "#60;",
    "![",
    "[",
    "]",
    "](",
    ")",
    "]:",
    "`",
    "```",
    "\n",
    "\n\n",
    "> ",
    "\\",
    " ",
    "a",
    "\u{200B}",
    "\r",
    "~~~",
    "https://x",
    "details",
    "(",
];

/// Texts dense with them.
fn nasty() -> impl Strategy<Value = String> {
    proptest::collection::vec(0..TOKENS.len(), 0..40).prop_map(|picks| picks.into_iter().map(|n| TOKENS[n]).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(9), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cleaning_twice_changes_nothing(text in nasty()) {
        let once = clean(&text);
        let twice = clean(&once.text);
        prop_assert_eq!(&twice.text, &once.text);
        prop_assert_eq!(twice.removed, 0);
    }

    #[test]
    fn no_hidden_character_survives(text in any::<String>()) {
        prop_assert!(!clean(&text).text.chars().any(is_hidden));
    }

    #[test]
    fn a_comment_outside_code_never_survives(before in "[a-z ]{0,9}", inside in nasty(), after in nasty()) {
        let inside = inside.replace("--", "");
        let text = format!("{before}<!-- EVIL{inside}");
        prop_assert!(!clean(&text).text.contains("EVIL"));
        let closed = format!("{before}<!-- EVIL -->{after}");
        prop_assert!(!clean(&closed).text.contains("EVIL"));
    }
}
