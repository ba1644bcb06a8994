//! The map as a model reads it: by file, the lines on which its most important definitions begin.

use std::collections::{BTreeMap, HashMap};

use crate::adapters::git::{GitError, TreeView};

use super::choose::text_of;
use super::survey::Survey;

/// A line is shown up to this many characters.
const MAX_LINE_CHARS: usize = 140;
/// Files in the map, and lines of one.
const MAX_FILES: usize = 250;
const MAX_LINES: usize = 30;

/// A file in the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapFile {
    /// Its path.
    pub path: String,
    /// Lines on which definitions begin, by number from 1, without their indentation.
    pub lines: BTreeMap<u32, String>,
}

/// The map within `max_bytes`, without the files that are `shown` whole anyway (places in the survey, in any order).
/// The same survey gives the same map.
pub(super) fn map(
    view: &TreeView,
    survey: &Survey,
    shown: &[usize],
    max_bytes: usize,
) -> Result<Vec<MapFile>, GitError> {
    let mut texts: HashMap<usize, Text> = HashMap::new();
    let mut order: Vec<usize> = Vec::new();
    let mut lines: BTreeMap<usize, BTreeMap<u32, String>> = BTreeMap::new();
    let mut room = max_bytes;
    for one in survey.definitions.iter().filter(|one| !shown.contains(&one.file)) {
        let Some(file) = survey.files.get(one.file) else { continue };
        let is_new = !texts.contains_key(&one.file);
        if is_new {
            if order.len() == MAX_FILES {
                continue;
            }
            texts.insert(one.file, Text::new(text_of(view, file)?.unwrap_or_default()));
        }
        let Some(text) = texts.get(&one.file).and_then(|text| text.line(one.line)).map(signature) else { continue };
        let full = |known: &BTreeMap<u32, String>| known.contains_key(&one.line) || known.len() == MAX_LINES;
        let heading = if lines.contains_key(&one.file) { 0 } else { file.path.len() + 2 };
        let needed = heading + text.len() + 9;
        if lines.get(&one.file).is_some_and(full) || needed > room {
            continue;
        }
        room -= needed;
        if heading > 0 {
            order.push(one.file);
        }
        lines.entry(one.file).or_default().insert(one.line, text);
    }
    let one = |file: usize| Some(MapFile { path: survey.files.get(file)?.path.clone(), lines: lines.remove(&file)? });
    Ok(order.into_iter().filter_map(one).collect())
}

/// A text and where its lines begin.
struct Text {
    text: String,
    starts: Vec<usize>,
}

impl Text {
    fn new(text: String) -> Self {
        let after = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { starts: std::iter::once(0).chain(after).collect(), text }
    }

    /// A line by its number from 1.
    fn line(&self, number: u32) -> Option<&str> {
        let start = self.starts.get((number as usize).checked_sub(1)?)?;
        self.text.get(*start..)?.lines().next()
    }
}

fn signature(line: &str) -> String {
    line.trim().chars().take(MAX_LINE_CHARS).collect()
}
