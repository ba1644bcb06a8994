//! From text to a small tree with places. YAML's ways to grow or to mean more than it shows are refused: anchors,
//! aliases, tags, several documents, keys that are no plain text, deep nesting.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use super::error::{Fault, Place};

/// Levels of lists and mappings.
const MAX_DEPTH: usize = 6;

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub at: Place,
    pub value: Value,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Text; `plain` when it stands there without quotes.
    Text { text: String, plain: bool },
    /// A list.
    List(Vec<Node>),
    /// Keys and values in the order of the file; no key twice.
    Map(Vec<(Key, Node)>),
}

/// A key with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub at: Place,
    pub text: String,
}

impl Node {
    /// Nothing stands there: no text, `~` or `null` without quotes.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Text { text, plain: true } if ["", "~", "null", "Null", "NULL"].contains(&text.as_str()))
    }
}

/// The tree of a text; `None` for one without content.
pub(super) fn compose(text: &str) -> Result<Option<Node>, Fault> {
    let mut events = Events { parser: Parser::new_from_str(text) };
    let mut root = None;
    while let Some((event, at)) = events.next()? {
        match event {
            Event::StreamStart | Event::Nothing | Event::DocumentEnd => {}
            Event::StreamEnd => break,
            Event::DocumentStart(_) if root.is_some() => {
                return Err(Fault::new(at, "", "a second document begins here; the file is one document."));
            }
            Event::DocumentStart(_) => {}
            other => root = Some(events.node(other, at, 0)?),
        }
    }
    Ok(root.filter(|node| !node.is_null()))
}

/// A text of ours as plain JSON: words without quotes that say so are true or false, everything else is text.
pub(in crate::engine) fn plain_json(text: &str) -> Option<serde_json::Value> {
    compose(text).ok().flatten().map(json)
}

fn json(node: Node) -> serde_json::Value {
    match node.value {
        Value::Text { text, plain: true } if text == "true" => true.into(),
        Value::Text { text, plain: true } if text == "false" => false.into(),
        Value::Text { text, .. } => text.into(),
        Value::List(items) => items.into_iter().map(json).collect(),
        Value::Map(pairs) => pairs.into_iter().map(|(key, node)| (key.text, json(node))).collect(),
    }
}

struct Events<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
}

impl<'t> Events<'t> {
    fn next(&mut self) -> Result<Option<(Event<'t>, Place)>, Fault> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => Ok(Some((event, place(&span.start)))),
            Some(Err(error)) => {
                Err(Fault::new(place(error.marker()), "", format!("this is not YAML: {}.", words(error.info()))))
            }
        }
    }

    fn some(&mut self, at: Place) -> Result<(Event<'t>, Place), Fault> {
        self.next()?.ok_or_else(|| Fault::new(at, "", "the file ends in the middle of this."))
    }

    /// The node that begins with `event`.
    fn node(&mut self, event: Event<'t>, at: Place, depth: usize) -> Result<Node, Fault> {
        if depth >= MAX_DEPTH {
            return Err(Fault::new(at, "", "this is nested too deeply."));
        }
        let value = match event {
            Event::Scalar(text, style, anchor, tag) => {
                bare(at, anchor, tag.is_some())?;
                Value::Text { text: text.into_owned(), plain: style == ScalarStyle::Plain }
            }
            Event::SequenceStart(anchor, tag) => {
                bare(at, anchor, tag.is_some())?;
                self.list(at, depth)?
            }
            Event::MappingStart(anchor, tag) => {
                bare(at, anchor, tag.is_some())?;
                self.map(at, depth)?
            }
            Event::Alias(_) => return Err(Fault::new(at, "", "aliases (`*name`) are not taken; write the value out.")),
            _ => return Err(Fault::new(at, "", "this is not YAML: a value is missing.")),
        };
        Ok(Node { at, value })
    }

    fn list(&mut self, start: Place, depth: usize) -> Result<Value, Fault> {
        let mut items = Vec::new();
        loop {
            match self.some(start)? {
                (Event::SequenceEnd, _) => return Ok(Value::List(items)),
                (event, at) => items.push(self.node(event, at, depth + 1)?),
            }
        }
    }

    fn map(&mut self, start: Place, depth: usize) -> Result<Value, Fault> {
        let mut pairs: Vec<(Key, Node)> = Vec::new();
        loop {
            let key = match self.some(start)? {
                (Event::MappingEnd, _) => return Ok(Value::Map(pairs)),
                (Event::Scalar(text, _, anchor, tag), at) => {
                    bare(at, anchor, tag.is_some())?;
                    Key { at, text: text.into_owned() }
                }
                (Event::Alias(_), at) => {
                    return Err(Fault::new(at, "", "aliases (`*name`) are not taken; write the value out."));
                }
                (_, at) => return Err(Fault::new(at, "", "a key must be a plain word.")),
            };
            if let Some((first, _)) = pairs.iter().find(|(known, _)| known.text == key.text) {
                let said = format!("this key stands there twice; the first is on line {}.", first.at.line);
                return Err(Fault::new(key.at, "", said));
            }
            let (event, at) = self.some(key.at)?;
            let node = self.node(event, at, depth + 1)?;
            pairs.push((key, node));
        }
    }
}

fn bare(at: Place, anchor: usize, tagged: bool) -> Result<(), Fault> {
    if anchor != 0 {
        return Err(Fault::new(at, "", "anchors (`&name`) are not taken; write the value out."));
    }
    if tagged { Err(Fault::new(at, "", "tags (`!name`) are not taken.")) } else { Ok(()) }
}

fn place(marker: &Marker) -> Place {
    Place { line: marker.line().max(1), column: marker.col() + 1 }
}

/// The library's words, which may quote the file, reduced to letters that mean nothing elsewhere.
fn words(info: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || " '\"-,:()[]{}".contains(c) { c } else { ' ' };
    let text: String = info.chars().map(plain).take(120).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
