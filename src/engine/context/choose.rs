//! Which files are shown and how much of each: whole where room allows, so that search/replace blocks can be copied
//! from them, else the parts that matter, marked as parts.

use crate::adapters::git::{GitError, TreeView};

use super::gather::hidden_in;
use super::left_out::{LeftOut, Why};
use super::parts::{Span, cut, fitting, spans};
use super::survey::{MAX_FILE_BYTES, Row, Survey};
use super::words::Words;
use super::{ContextFile, Lines};

/// A file up to this size is shown whole while there is room, in bytes.
const SMALL_BYTES: usize = 16 * 1024;
/// The part of the room that the most likely file may take, and every other one.
const FIRST_PART: usize = 2;
const OTHER_PART: usize = 4;
/// The part of the room for files outside the scope: context that may not be changed.
const OUTSIDE_PART: usize = 4;
/// Files worth less than this part of the best are not shown, once some are.
const TAIL: f64 = 0.08;
const MIN_FILES: usize = 5;
/// A smaller rest of the room than this part of all of it is not worth reading another file for.
const LAST_PART: usize = 100;
/// Definitions whose surroundings are shown of one long file.
const MAX_DEFINITIONS: usize = 24;

/// What was chosen.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) files: Vec<ContextFile>,
    /// Places in the survey of the files that are shown whole.
    pub(super) whole: Vec<usize>,
}

struct Chooser<'a> {
    view: &'a TreeView,
    survey: &'a Survey,
    words: &'a Words,
    all: usize,
    room: usize,
    outside_room: usize,
    chosen: Chosen,
    shown: usize,
}

/// Chooses within `max_bytes`.
pub(super) fn choose(
    view: &TreeView,
    survey: &Survey,
    words: &Words,
    max_bytes: usize,
    left_out: &mut LeftOut,
) -> Result<Chosen, GitError> {
    let inside: u64 = survey.files.iter().filter(|file| file.in_scope).map(|file| file.size).sum();
    let all_fits = inside <= max_bytes as u64;
    let best = survey.files.first().map_or(0.0, |file| file.worth);
    let (room, outside_room) = (max_bytes, max_bytes / OUTSIDE_PART);
    let mut chooser =
        Chooser { view, survey, words, all: max_bytes, room, outside_room, chosen: Chosen::default(), shown: 0 };
    for (place, file) in survey.files.iter().enumerate() {
        let tail = file.worth < best * TAIL && chooser.shown >= MIN_FILES;
        let wanted = if all_fits && file.in_scope { true } else { file.likely && !tail };
        if wanted && let Some(why) = chooser.show(place, file)? {
            left_out.add(why, &file.path);
        }
    }
    Ok(chooser.chosen)
}

/// The text of a file, or why there is none.
pub(super) fn text_of(view: &TreeView, file: &Row) -> Result<Result<String, Why>, GitError> {
    let bytes = view.read_blob(file.blob, MAX_FILE_BYTES)?;
    if bytes.contains(&0) {
        return Ok(Err(Why::Binary));
    }
    Ok(String::from_utf8(bytes).map_err(|_| Why::NotText))
}

impl Chooser<'_> {
    /// Shows a file, or says why not.
    fn show(&mut self, place: usize, file: &Row) -> Result<Option<Why>, GitError> {
        let room = if file.in_scope { self.room } else { self.room.min(self.outside_room) };
        if room <= self.all / LAST_PART {
            return Ok(Some(Why::NoRoom));
        }
        let text = match text_of(self.view, file)? {
            Ok(text) => text,
            Err(why) => return Ok(Some(why)),
        };
        let part = if self.shown == 0 { FIRST_PART } else { OTHER_PART };
        let most = (self.all / part).max(SMALL_BYTES).min(room);
        if text.len() <= most || (text.len() <= room && self.is_last(place)) {
            self.chosen.whole.push(place);
            self.take(file, &text, None);
            return Ok(None);
        }
        let spans = fitting(&text, &self.wanted_spans(place, file, &text), most);
        let of = text.lines().count();
        for span in &spans {
            self.take(file, &cut(&text, *span), Some(Lines { first: span.first, last: span.last, of }));
        }
        Ok(spans.is_empty().then_some(Why::NoRoom))
    }

    /// Whether no later file asks for room.
    fn is_last(&self, place: usize) -> bool {
        self.survey.files.iter().skip(place + 1).all(|file| !file.likely)
    }

    fn wanted_spans(&self, place: usize, file: &Row, text: &str) -> Vec<Span> {
        let here = self.survey.definitions.iter().filter(|one| one.file == place).take(MAX_DEFINITIONS);
        let definitions: Vec<_> = here.map(|one| (one.first, one.last)).collect();
        spans(text, self.words, &file.lines, &definitions)
    }

    fn take(&mut self, file: &Row, text: &str, lines: Option<Lines>) {
        self.shown += 1;
        self.room -= text.len().min(self.room);
        if !file.in_scope {
            self.outside_room -= text.len().min(self.outside_room);
        }
        self.chosen.files.push(ContextFile {
            path: file.path.clone(),
            text: text.to_owned(),
            lines,
            outside: !file.in_scope,
            hidden: hidden_in(text),
        });
    }
}
