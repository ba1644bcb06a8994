//! A commit's files in the order in which they matter for an issue, and its definitions likewise.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::adapters::git::{BlobId, GitError, TreeView};
use crate::domain::characters::is_hidden;

use super::Wanted;
use super::graph::Graph;
use super::left_out::{LeftOut, Why};
use super::lexicon::FileTags;
use super::library::Source;
use super::rank::{self, PathScore};
use super::recall::Recall;
use super::tags::Language;
use super::trace;
use super::vocabulary::{Hits, Vocabulary};
use super::words::Words;
use super::worth::{self, RankedDefinition};

/// A file larger than this is never shown (M23), in bytes.
pub(super) const MAX_FILE_BYTES: u64 = 256 * 1024;
/// Contents read for the words, in bytes and files; past that only names and tags count.
const MAX_SCAN_BYTES: u64 = 16 << 20;
const MAX_SCAN_FILES: usize = 5_000;
/// What a place in a stack trace is worth, and a name of the issue that a file defines.
const TRACE_WORTH: f64 = 50.0;
const NAMED_WORTH: f64 = 20.0;
/// What the files that others lead to are worth at most.
const RANK_WORTH: f64 = 12.0;
/// From this rank on a file is likely although no word of the issue is in it.
const LIKELY_RANK: f64 = 0.3;
/// Files outside the scope count for less.
const OUTSIDE: f64 = 0.3;

/// One file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) path: String,
    pub(super) blob: BlobId,
    pub(super) size: u64,
    pub(super) in_scope: bool,
    pub(super) worth: f64,
    /// Whether something speaks for it at all.
    pub(super) likely: bool,
    /// Lines that the issue names.
    pub(super) lines: Vec<u32>,
}

/// What was found out.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The most likely first.
    pub(super) files: Vec<Row>,
    /// The best first; `file` is the place in `files`.
    pub(super) definitions: Vec<RankedDefinition>,
    pub(super) left_out: LeftOut,
    /// The words in the contents that were read, by blob, for the next commit's survey.
    pub(super) counted: HashMap<BlobId, Hits>,
    /// Which issue they are of.
    pub(super) asked: [u8; 32],
    whole: bool,
}

impl Survey {
    /// Whether every source was parsed.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }
}

/// The survey of `view` for `wanted`, made or remembered.
pub(super) fn survey(view: &TreeView, wanted: &Wanted<'_>, words: &Words) -> Result<Arc<Survey>, GitError> {
    wanted.library.memory.survey(key(view, wanted), || make(view, wanted, words))
}

/// What the result hangs on.
fn key(view: &TreeView, wanted: &Wanted<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    part(wanted.text.as_bytes());
    part(&(wanted.folders.len() as u64).to_le_bytes());
    wanted.folders.iter().for_each(|folder| part(folder.as_bytes()));
    wanted.forbidden.patterns().for_each(|(list, pattern)| {
        part(list.as_bytes());
        part(pattern.as_bytes());
    });
    for file in view.files() {
        part(file.path.as_bytes());
        part(&file.blob.0);
        part(&[file.mode as u8]);
    }
    hash.finalize().into()
}

pub(super) fn in_scope(folders: &[&str], path: &str) -> bool {
    let below = |folder: &&str| {
        let folder = folder.trim_matches('/');
        folder.is_empty() || path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    };
    folders.is_empty() || folders.iter().any(below)
}

fn make(view: &TreeView, wanted: &Wanted<'_>, words: &Words) -> Result<Survey, GitError> {
    let asked = Sha256::digest(wanted.text.as_bytes()).into();
    let recall = Recall::of(&wanted.library.memory, asked);
    let mut survey = Survey { whole: true, asked, ..Survey::default() };
    let mut files = listed(view, wanted, words, &recall, &mut survey.left_out)?;
    let places = trace::resolve(&trace::places(wanted.text), files.iter().map(|file| file.path.as_str()));
    for (index, lines) in places {
        files.get_mut(index).into_iter().for_each(|file| file.note_lines(lines.clone()));
    }
    // The most likely first: they are parsed and read while there is time.
    files.sort_by(|a, b| b.worth.total_cmp(&a.worth).then_with(|| a.path.cmp(&b.path)));
    let vocabulary = Vocabulary::new(words);
    let (graph, mut hits) = linked(view, wanted, &files, &vocabulary, &mut survey);
    let seeds = sums(&files, &rank::content_scores(&vocabulary, &hits));
    let scan = Scan { view, vocabulary: &vocabulary, recall: &recall };
    survey.counted = scan.all(&files, &seeds, &mut hits)?;
    let seeds = sums(&files, &rank::content_scores(&vocabulary, &hits));
    let (ranks, named) = (graph.rank(&seeds), worth::named(&graph, files.len()));
    for (index, (file, words_worth)) in files.iter_mut().zip(&seeds).enumerate() {
        let at = |list: &[f64]| list.get(index).copied().unwrap_or_default();
        file.judge(words_worth + NAMED_WORTH * at(&named).min(3.0), at(&ranks.files));
    }
    let places = sort(files, &mut survey);
    survey.definitions = worth::definitions(&graph, &ranks, |file| {
        let place = *places.get(file)?;
        Some((place, if survey.files.get(place)?.in_scope { 1.0 } else { OUTSIDE }))
    });
    Ok(survey)
}

impl Row {
    fn note_lines(&mut self, lines: Vec<u32>) {
        self.lines = lines;
        self.worth += TRACE_WORTH;
    }

    fn judge(&mut self, by_words: f64, rank: f64) {
        self.likely = by_words > 0.0 || rank >= LIKELY_RANK;
        self.worth = by_words + RANK_WORTH * rank.sqrt();
        if !self.in_scope {
            self.worth *= OUTSIDE;
        }
    }
}

/// No patch may touch such a path (M28), and in a heading it could pass for words of ours.
fn is_hidden_or_break(c: char) -> bool {
    c.is_control() || is_hidden(c)
}

/// Every file that may be looked at, its worth by its path alone.
fn listed(
    view: &TreeView,
    wanted: &Wanted<'_>,
    words: &Words,
    recall: &Recall,
    left_out: &mut LeftOut,
) -> Result<Vec<Row>, GitError> {
    let score = PathScore::new(words);
    let mut found = Vec::new();
    left_out.count(Why::BadPath, view.skipped());
    for entry in view.files() {
        if wanted.forbidden.forbids(entry.path).is_some() {
            left_out.add(Why::Forbidden, entry.path);
        } else if entry.path.chars().any(is_hidden_or_break) {
            left_out.add(Why::BadPath, entry.path);
        } else if !entry.mode.is_file() {
            left_out.add(Why::Link, entry.path);
        } else {
            let size = recall.size(entry.blob).map_or_else(|| view.size(entry.blob), Ok)?;
            if size > MAX_FILE_BYTES {
                left_out.add(Why::Large, entry.path);
                continue;
            }
            let in_scope = in_scope(wanted.folders, entry.path);
            let worth = score.of(entry.path) * if in_scope { 1.0 } else { OUTSIDE };
            let (path, blob) = (entry.path.to_owned(), entry.blob);
            found.push(Row { path, blob, size, in_scope, worth, likely: false, lines: Vec::new() });
        }
    }
    Ok(found)
}

/// The graph of all sources; comes back with how often each file's tags hold the words.
fn linked(
    view: &TreeView,
    wanted: &Wanted<'_>,
    files: &[Row],
    vocabulary: &Vocabulary<'_>,
    survey: &mut Survey,
) -> (Graph, Vec<Hits>) {
    let sources: Vec<(usize, Source)> = files
        .iter()
        .enumerate()
        .filter_map(|(index, file)| Some((index, Source { blob: file.blob, language: Language::of(&file.path)? })))
        .collect();
    let of_sources: Vec<Source> = sources.iter().map(|(_, source)| *source).collect();
    let found = wanted.library.tags(view, &of_sources);
    let mut tags: Vec<Option<Arc<FileTags>>> = vec![None; files.len()];
    for ((index, _), found) in sources.iter().zip(found.tags) {
        let (Some(file), Some(place)) = (files.get(*index), tags.get_mut(*index)) else { continue };
        match &found {
            Some(tags) if tags.cut => survey.left_out.add(Why::ParseCut, &file.path),
            Some(_) => {}
            None => {
                survey.whole = false;
                survey.left_out.add(Why::NotParsed, &file.path);
            }
        }
        *place = found;
    }
    Graph::new(vocabulary, &found.lexicon.read().names, tags)
}

fn sums(files: &[Row], content: &[f64]) -> Vec<f64> {
    files.iter().zip(content).map(|(file, content)| file.worth + content).collect()
}

/// What contents are searched with.
#[derive(Clone, Copy)]
struct Scan<'a> {
    view: &'a TreeView,
    vocabulary: &'a Vocabulary<'a>,
    recall: &'a Recall,
}

/// The files whose contents are looked into, by number.
fn promising<'f>(files: &'f [Row], promise: &[f64]) -> Vec<(usize, &'f Row)> {
    let mut order: Vec<(usize, &Row)> = files.iter().enumerate().collect();
    let of = |index: usize| promise.get(index).copied().unwrap_or_default();
    order.sort_by(|(a, _), (b, _)| of(*b).total_cmp(&of(*a)));
    let mut bytes = 0;
    let fits = |(_, file): &(usize, &Row)| {
        bytes += file.size;
        bytes <= MAX_SCAN_BYTES
    };
    order.into_iter().take(MAX_SCAN_FILES).take_while(fits).collect()
}

impl Scan<'_> {
    /// Counts the words in the contents of the most promising files: comments and messages have no tags.
    fn all(&self, files: &[Row], promise: &[f64], hits: &mut [Hits]) -> Result<HashMap<BlobId, Hits>, GitError> {
        let chosen = promising(files, promise);
        let half = chosen.len().div_ceil(2);
        let (first, second) = chosen.split_at(half);
        let count = |part: &[(usize, &Row)]| -> Result<Vec<(usize, BlobId, Hits)>, GitError> {
            part.iter().map(|(index, file)| Ok((*index, file.blob, self.count(file)?))).collect()
        };
        let (first, second) = std::thread::scope(|scope| {
            let other = scope.spawn(|| count(second));
            (count(first), other.join().unwrap_or(Err(GitError::Crashed)))
        });
        let mut counted = HashMap::new();
        for (index, blob, found) in first?.into_iter().chain(second?) {
            hits.get_mut(index).into_iter().for_each(|place| place.clone_from(&found));
            counted.insert(blob, found);
        }
        Ok(counted)
    }

    fn count(&self, file: &Row) -> Result<Hits, GitError> {
        if let Some(known) = self.recall.hits(file.blob) {
            return Ok(known.clone());
        }
        let bytes = self.view.read_blob(file.blob, MAX_FILE_BYTES)?;
        let text = if bytes.contains(&0) { None } else { std::str::from_utf8(&bytes).ok() };
        Ok(text.map(|text| rank::count(self.vocabulary, text)).unwrap_or_default())
    }
}

/// Brings the files into their order; comes back with each one's new place by its number.
fn sort(files: Vec<Row>, survey: &mut Survey) -> Vec<usize> {
    let mut order: Vec<(usize, Row)> = files.into_iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| b.worth.total_cmp(&a.worth).then_with(|| a.path.cmp(&b.path)));
    let mut places = vec![0; order.len()];
    for (new, (old, _)) in order.iter().enumerate() {
        places.get_mut(*old).into_iter().for_each(|place| *place = new);
    }
    survey.files = order.into_iter().map(|(_, file)| file).collect();
    places
}
