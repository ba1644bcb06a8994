//! Colours for source text: what its parts are, by the highlight queries of the grammars, within bounds of time and
//! size. A text that is cut out of a file is parsed as it stands.

mod grammar;
mod paint;

use std::time::Duration;

use tree_sitter::{ParseOptions, Parser, QueryCursor, QueryCursorOptions, StreamingIterator as _, Tree};

use super::context::tags::{Fuel, Language};
use grammar::Colors;
use paint::{Stroke, per_line};

/// A longer text gets no colours, in bytes.
const MAX_BYTES: usize = 256 * 1024;
/// Matches that may be open at once in a query.
const MATCH_LIMIT: u32 = 256;
/// Parts of one text that are looked at, at most.
const MAX_STROKES: usize = 40_000;

/// What a part of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A word of the language.
    Keyword,
    /// A text or character in quotes.
    String,
    /// A comment.
    Comment,
    /// A number or another fixed value.
    Constant,
    /// The name of a function, method or macro.
    Function,
    /// The name of a type or module.
    Type,
}

/// A part of a line, in bytes from the line's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// What it is.
    pub class: Class,
}

/// Colours texts one after the other, together within the time it was given.
pub struct Highlighter {
    parser: Parser,
    cursor: QueryCursor,
    fuel: Fuel,
}

impl Highlighter {
    /// At most `time` of a processor for all texts; what comes later stays plain.
    pub fn new(time: Duration) -> Self {
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(MATCH_LIMIT);
        Self { parser: Parser::new(), cursor, fuel: Fuel::new(time) }
    }

    /// The spans of every line of `text`, in order and apart. Plain when the language is not known.
    pub fn lines(&mut self, path: &str, text: &str) -> Vec<Vec<Span>> {
        let language = Language::of(path).filter(|_| text.len() <= MAX_BYTES && !self.fuel.is_spent());
        let strokes = language.and_then(grammar::colors).map(|colors| self.strokes(colors, text)).unwrap_or_default();
        per_line(text, strokes)
    }

    fn strokes(&mut self, colors: &Colors, text: &str) -> Vec<Stroke> {
        let Some(tree) = self.tree(colors, text) else { return Vec::new() };
        let fuel = &mut self.fuel;
        let mut progress = |_: &_| fuel.step();
        let options = QueryCursorOptions::new().progress_callback(&mut progress);
        let mut matches = self.cursor.matches_with_options(&colors.query, tree.root_node(), text.as_bytes(), options);
        let mut strokes = Vec::new();
        while let Some(one) = matches.next() {
            for capture in one.captures() {
                let Some(Some(class)) = colors.classes.get(capture.index as usize) else { continue };
                let bytes = capture.node.byte_range();
                strokes.push(Stroke { start: bytes.start, end: bytes.end, order: one.pattern_index, class: *class });
            }
            if strokes.len() > MAX_STROKES {
                break;
            }
        }
        strokes
    }

    fn tree(&mut self, colors: &Colors, text: &str) -> Option<Tree> {
        self.parser.set_language(&colors.grammar).ok()?;
        let fuel = &mut self.fuel;
        let mut progress = |_: &_| fuel.step();
        let options = ParseOptions::new().progress_callback(&mut progress);
        let mut read = |at: usize, _| text.as_bytes().get(at..).unwrap_or_default();
        let tree = self.parser.parse_with_options(&mut read, None, Some(options));
        // A parse that was given up would be gone on with at the next call.
        self.parser.reset();
        tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(path: &str, text: &str) -> Vec<(String, Class)> {
        let lines = Highlighter::new(Duration::from_secs(20)).lines(path, text);
        let part = |line: &str, span: &Span| (line[span.start..span.end].to_owned(), span.class);
        text.lines()
            .zip(&lines)
            .flat_map(|(line, spans)| spans.iter().map(|s| part(line, s)).collect::<Vec<_>>())
            .collect()
    }

    #[test]
    fn every_language_has_colours() {
        let rows = [
            ("a.rs", "fn f() -> u8 { \"x\"; 1 } // c\n"),
            ("a.py", "def f():\n    return \"x\" + 1  # c\n"),
            ("a.js", "function f() { return \"x\" + 1; } // c\n"),
            ("a.ts", "function f(): string { return \"x\" + 1; } // c\n"),
            ("a.tsx", "function f() { return \"x\" + 1; } // c\n"),
            ("a.go", "func f() string { return \"x\" + 1 } // c\n"),
            ("A.java", "class A { int f() { return \"x\" + 1; } } // c\n"),
            ("a.c", "int f(void) { return \"x\" + 1; } // c\n"),
            ("a.cpp", "int f() { return \"x\" + 1; } // c\n"),
            ("a.h", "int f(void); // \"x\" 1\nint g() { return \"x\" + 1; }\n"),
            ("a.rb", "def f\n  return \"x\" + 1 # c\nend\n"),
            ("a.php", "<?php function f() { return \"x\" + 1; } // c\n"),
            ("a.cs", "class A { int f() { return \"x\" + 1; } } // c\n"),
        ];
        for (path, text) in rows {
            let classes: Vec<Class> = seen(path, text).into_iter().map(|(_, class)| class).collect();
            for class in [Class::Keyword, Class::String, Class::Comment] {
                assert!(classes.contains(&class), "{path} has no {class:?}: {:?}", seen(path, text));
            }
        }
    }

    #[test]
    fn parts_are_apart_and_inside_wins() {
        let text = "const a = `x ${f(1)} y`;\n";
        let lines = Highlighter::new(Duration::from_secs(20)).lines("a.js", text);
        let spans = &lines[0];
        assert!(spans.windows(2).all(|w| w[0].end <= w[1].start), "{spans:?}");
        let found = seen("a.js", text);
        assert!(found.contains(&("f".into(), Class::Function)), "{found:?}");
        assert!(found.iter().any(|(t, c)| t.starts_with("`x") && *c == Class::String), "{found:?}");
    }

    #[test]
    fn without_time_or_language_everything_stays_plain() {
        let mut spent = Highlighter::new(Duration::ZERO);
        let long = "fn f() { let a = \"x\"; }\n".repeat(4_000);
        assert!(spent.lines("a.rs", &long).iter().all(Vec::is_empty));
        assert_eq!(spent.lines("a.unknown", "fn f\n"), vec![Vec::<Span>::new()]);
    }
}
