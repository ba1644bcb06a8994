//! Whatever the bytes are: an answer, in time, without a panic.

use std::time::{Duration, Instant};

use bakeoff::engine::repofile::{KEYS, read_repo_file};
use proptest::prelude::*;

/// An error has a place in the text and says nothing that the text says.
fn holds(bytes: &[u8]) {
    let Err(error) = read_repo_file(bytes) else { return };
    let text = String::from_utf8_lossy(bytes);
    let lines = text.split(['\n', '\r']).count();
    assert!(error.line >= 1 && error.line <= lines + 1, "{error} in {lines} lines");
    assert!(error.column >= 1 && !error.said.is_empty() && error.said.ends_with('.'), "{error}");
    assert!(error.marked.lines().count() <= 2, "{}", error.marked);
    assert!(error.said.chars().count() < 400 && error.key.chars().count() < 300, "{error}");
}

/// Pieces of YAML that bite.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "&a ",
            "*a",
            "!!str ",
            "!x ",
            "? ",
            ": ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            ",",
            "|",
            ">",
            "|2\n",
            "\"",
            "'",
            "\\x",
            "\n",
            "\n  ",
            "\n\t",
            "#",
            "---\n",
            "...\n",
            "%YAML 1.2\n",
            "<<: ",
            "~",
            "null",
            "\u{FEFF}",
            "\u{2028}",
            "\0",
            "\r",
            "\u{202E}",
            "é",
            "🚀",
            "true",
            "1e999",
            "0x1F",
            "-.inf",
            "@",
            "`",
            "budgets: {",
            "checks:\n  t: ",
        ])
        .prop_map(str::to_owned),
        prop::sample::select(KEYS.to_vec()).prop_map(|row| format!("{}\n", row.example)),
        "[ -~]{0,12}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_of_yaml_never_panic(text in pieces()) {
        holds(text.as_bytes());
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        holds(&bytes);
    }

    #[test]
    fn a_cut_or_changed_example_never_panics(index in 0..KEYS.len(), cut in 0usize..120, other in any::<char>()) {
        let example = KEYS[index].example;
        let at = example.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(example.len());
        holds(&example.as_bytes()[..at]);
        holds(format!("{}{other}{}", &example[..at], &example[at..]).as_bytes());
    }
}

#[test]
fn bombs_are_refused_in_no_time() {
    let aliases = format!("a: &a [x]\n{}", (0..2000).map(|n| format!("b{n}: [*a,*a,*a,*a]\n")).collect::<String>());
    let bombs = [
        ("aliases", aliases),
        ("open lists", "[".repeat(60_000)),
        ("open mappings", "{a: ".repeat(15_000)),
        ("dashes", "- ".repeat(30_000)),
        ("questions", "? ".repeat(30_000)),
        ("colons", ": ".repeat(30_000)),
        ("keys", (0..9_000).map(|n| format!("k{n}: 1\n")).collect::<String>()),
        ("quotes", "\"".repeat(60_000)),
        ("spaces", format!("a:{}b", " ".repeat(60_000))),
        ("newlines", format!("draft:{}true", "\n ".repeat(30_000))),
        ("comments", "#\n".repeat(30_000)),
        ("documents", "---\n".repeat(15_000)),
        ("block", format!("base: |\n{}", "  x\n".repeat(15_000))),
    ];
    for (name, text) in bombs {
        let start = Instant::now();
        holds(text.as_bytes());
        assert!(start.elapsed() < Duration::from_secs(20), "{name}: {:?}", start.elapsed());
    }
}
