//! Parsing one file within bounds of time and size: hostile sources cost a second at most.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use tree_sitter::{Node, ParseOptions, Parser, QueryCursor, QueryCursorOptions, StreamingIterator as _, Tree};

use super::fuel::Fuel;
use super::language::Ready;
use super::{Definition, Kind, Language, MAX_SOURCE_BYTES, Tags};

/// Processor time for one file. Not the clock on the wall: what is found must not hang on how busy a machine is.
const MAX_TIME: Duration = Duration::from_secs(1);
const MAX_NAME_BYTES: usize = 100;
const MAX_DEFINITIONS: usize = 2_000;
const MAX_REFERENCES: usize = 4_000;
/// Matches that may be open at once in the query.
const MATCH_LIMIT: u32 = 512;
/// Longer lines, on average, are not written by people.
const MAX_MEAN_LINE_BYTES: usize = 400;

/// Parses files one after the other.
pub struct TagParser {
    parser: Parser,
    cursor: QueryCursor,
    max_time: Duration,
}

impl Default for TagParser {
    fn default() -> Self {
        Self::new(MAX_TIME)
    }
}

impl TagParser {
    /// A parser that gives each file at most `max_time` of a processor.
    pub fn new(max_time: Duration) -> Self {
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(MATCH_LIMIT);
        Self { parser: Parser::new(), cursor, max_time }
    }

    /// What `text` defines and refers to. A text that is too large, not UTF-8, or not written by people has nothing.
    pub fn tags<'t>(&mut self, language: Language, text: &'t [u8]) -> Tags<'t> {
        let Some(ready) = language.of_text(text).ready().filter(|_| is_source(text)) else { return Tags::default() };
        let mut fuel = Fuel::new(self.max_time);
        let Some(tree) = self.tree(ready, text, &mut fuel) else { return Tags { cut: true, ..Tags::default() } };
        let mut found = Found::default();
        let mut progress = |_: &_| fuel.step();
        let options = QueryCursorOptions::new().progress_callback(&mut progress);
        let mut matches = self.cursor.matches_with_options(&ready.query, tree.root_node(), text, options);
        while let Some(one) = matches.next() {
            found.take(ready, one.captures(), text);
        }
        drop(matches);
        found.into_tags(fuel.is_spent())
    }

    fn tree(&mut self, ready: &Ready, text: &[u8], fuel: &mut Fuel) -> Option<Tree> {
        self.parser.set_language(&ready.grammar).ok()?;
        let mut progress = |_: &_| fuel.step();
        let options = ParseOptions::new().progress_callback(&mut progress);
        let mut read = |at: usize, _| text.get(at..).unwrap_or_default();
        let tree = self.parser.parse_with_options(&mut read, None, Some(options));
        // A parse that was given up would be gone on with at the next call.
        self.parser.reset();
        tree
    }
}

fn is_source(text: &[u8]) -> bool {
    let lines = text.split(|byte| *byte == b'\n').count();
    text.len() as u64 <= MAX_SOURCE_BYTES
        && text.len() / lines <= MAX_MEAN_LINE_BYTES
        && !text.contains(&0)
        && std::str::from_utf8(text).is_ok()
}

#[derive(Default)]
struct Found<'a> {
    /// By the name's place; what a later pattern says of the same name counts if it is more than a constant.
    definitions: BTreeMap<usize, Definition<'a>>,
    references: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Found<'a> {
    fn take(&mut self, ready: &Ready, captures: &[tree_sitter::QueryCapture<'_>], text: &'a [u8]) {
        let mut name: Option<Node<'_>> = None;
        let mut whole: Option<(Kind, Node<'_>)> = None;
        for capture in captures {
            match ready.kinds.get(capture.index as usize).copied().flatten() {
                Some(kind) => whole = Some((kind, capture.node)),
                None if capture.index == ready.name => name = Some(capture.node),
                None if capture.index == ready.used => self.refer(capture.node, text),
                None => {}
            }
        }
        if let (Some(name), Some((kind, whole))) = (name, whole) {
            self.define(name, kind, whole, text);
        }
    }

    fn refer(&mut self, node: Node<'_>, text: &'a [u8]) {
        let Some(name) = name_of(node, text) else { return };
        if self.references.len() < MAX_REFERENCES || self.references.contains_key(name) {
            self.references.entry(name).or_default().push(node.start_byte());
        }
    }

    fn define(&mut self, name: Node<'_>, kind: Kind, whole: Node<'_>, text: &'a [u8]) {
        let Some(text) = name_of(name, text) else { return };
        if self.definitions.len() >= MAX_DEFINITIONS {
            return;
        }
        let line = |row: usize| u32::try_from(row + 1).unwrap_or(u32::MAX);
        let one = Definition {
            line: line(name.start_position().row),
            name: text,
            kind,
            first: line(whole.start_position().row),
            last: line(last_row(whole)),
        };
        let known = self.definitions.entry(name.start_byte()).or_insert(one);
        if known.kind == Kind::Constant {
            *known = one;
        }
    }

    fn into_tags(self, cut: bool) -> Tags<'a> {
        let Self { definitions, references } = self;
        let counted = references.into_iter().filter_map(|(name, mut places)| {
            // Several patterns may see one place, and a definition's own name is no reference.
            places.sort_unstable();
            places.dedup();
            places.retain(|place| !definitions.contains_key(place));
            let count = u32::try_from(places.len()).unwrap_or(u32::MAX);
            (count > 0).then_some((name, count))
        });
        let mut references: Vec<_> = counted.collect();
        references.sort_unstable();
        let mut definitions: Vec<_> = definitions.into_values().collect();
        definitions.sort();
        Tags { definitions, references, cut }
    }
}

/// A node that ends with a line's end does not reach into the next line.
fn last_row(node: Node<'_>) -> usize {
    let end = node.end_position();
    if end.column == 0 && end.row > node.start_position().row { end.row - 1 } else { end.row }
}

fn name_of<'a>(node: Node<'_>, text: &'a [u8]) -> Option<&'a str> {
    let name = std::str::from_utf8(text.get(node.byte_range())?).ok()?;
    (!name.is_empty() && name.len() <= MAX_NAME_BYTES && !name.contains(char::is_whitespace)).then_some(name)
}
