//! Sources made to break a parser: nothing panics, nothing takes longer than it may.

use std::time::Duration;

use bakeoff::engine::context::tags::{Language, MAX_SOURCE_BYTES, TagParser, Tags, decode};
use proptest::prelude::*;

fn all(text: &[u8]) {
    let mut parser = TagParser::new(Duration::from_millis(20));
    for language in Language::ALL {
        let tags = parser.tags(language, text);
        assert!(tags.definitions.iter().all(|d| d.first <= d.line && d.line <= d.last), "{language:?}: {tags:?}");
    }
}

/// Lines of at most 80 bytes, so that the text passes for written by people.
fn in_lines(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    bytes.chunks(80).flat_map(|line| line.iter().copied().chain([b'\n'])).collect()
}

#[test]
fn deep_nesting_is_survived_in_every_language() {
    for open in ["(", "[", "{", "<", "if (a) {", "class A { ", "f(", "a?b:", "`${", "\"#{", "<a>", "not ", "- ", "*"] {
        all(&in_lines(&open.repeat(20_000 / open.len())));
    }
}

#[test]
fn unfinished_and_odd_texts_are_survived_in_every_language() {
    let heredoc = format!("x = <<{}\n", "A".repeat(2_000));
    let raw = format!("R\"{}(", "x".repeat(2_000));
    let indents: String = (0..400).map(|n| format!("{}if x:\n", " ".repeat(n))).collect();
    let many = "<<A, <<B, <<C, <<D, <<E\n".repeat(500);
    for text in [
        "",
        "\n",
        "\u{feff}fn a() {}",
        "/*",
        "\"\"\"",
        "<<<X\n",
        "<?php <<<'",
        "r########\"",
        "@\"",
        "$\"{",
        "%q(((",
        &heredoc,
        &raw,
        &indents,
        &many,
        "<?php $a = <<<A\n${<<<B\n${<<<C\n",
        "f\"{f'{f\"{",
        "\r\r\r\n\r",
    ] {
        all(text.as_bytes());
    }
}

#[test]
fn what_people_did_not_write_has_no_tags() {
    let too_large = b"fn a() {}\n".repeat(usize::try_from(MAX_SOURCE_BYTES).unwrap() / 10 + 1);
    let one_line = "function a(){};".repeat(1_000);
    for text in [&b"fn a() {}\0"[..], b"fn a() {} // \xff", &too_large, one_line.as_bytes()] {
        assert_eq!(TagParser::default().tags(Language::Rust, text), Tags::default());
    }
}

#[test]
fn a_parser_out_of_time_says_so_and_works_on_with_the_next_file() {
    let long = b"fn a() { b(c(d)); }\n".repeat(12_000);
    let mut hasty = TagParser::new(Duration::ZERO);
    let tags = hasty.tags(Language::Rust, &long);
    assert!(tags.cut && tags.definitions.is_empty(), "{} definitions", tags.definitions.len());
    let mut parser = TagParser::default();
    parser.tags(Language::Rust, b"fn broken( {");
    let next = parser.tags(Language::Python, b"def whole():\n    pass\n");
    assert_eq!(next.definitions.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_survived(text in "[a-zA-Z0-9<>(){}\\[\\]\"'`#$%@!:;,.=+*/\\\\ \n\t-]{0,400}") {
        all(text.as_bytes());
    }

    #[test]
    fn any_bytes_are_tags_or_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }
}
