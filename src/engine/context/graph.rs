//! Files that refer to each other's definitions, ranked from where the issue points (personalised PageRank).

use std::sync::Arc;

use super::lexicon::{FileTags, Names};
use super::vocabulary::{Hits, Vocabulary};
use super::words::{is_compound, split_name};

/// A name that more files define tells nothing about where to go.
pub(super) const MAX_DEFINERS: u32 = 24;
const DAMPING: f64 = 0.85;
const ROUNDS: usize = 20;
/// The part of the walks that begins anywhere.
const ANYWHERE: f64 = 0.1;

/// A name as one issue sees it.
#[derive(Debug)]
pub(super) struct Note {
    /// Most have none.
    hits: Option<Box<Hits>>,
    pub(super) weight: f32,
    /// Whether the issue writes it out.
    pub(super) named: bool,
    /// How many files define it.
    pub(super) definers: u32,
    /// Where they begin among all definers.
    first: u32,
    /// The last one counted, by number of the file from 1.
    last: u32,
}

/// What the walks found.
#[derive(Debug, Default)]
pub(super) struct Ranks {
    /// By number of the file, the highest 1.
    pub(super) files: Vec<f64>,
    /// The same before it was scaled.
    pub(super) walks: Vec<f64>,
    /// By place of the name, how many walks its definitions draw.
    pub(super) flow: Vec<f64>,
}

/// The graph.
pub(super) struct Graph {
    files: Vec<Option<Arc<FileTags>>>,
    /// By number of the name, its place among the notes, from 1.
    places: Vec<u32>,
    notes: Vec<Note>,
    definers: Vec<u32>,
    edges: Edges,
}

/// From each file, what it refers to.
#[derive(Default)]
struct Edges {
    /// Where each file's begin.
    starts: Vec<usize>,
    /// The file and the part of all references that go there.
    to: Vec<(u32, f32)>,
    /// The weight of all of a file's references.
    totals: Vec<f64>,
}

fn number(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts of files and names, far below 2^52")]
fn real(count: usize) -> f64 {
    count as f64
}

/// How much a name's use says. Names of the issue much, private and very short ones little.
fn weight(vocabulary: &Vocabulary<'_>, name: &str) -> (f32, bool) {
    let by_form = match () {
        () if name.len() < 3 => 0.1,
        () if name.starts_with('_') => 0.3,
        () if name.len() >= 8 && is_compound(name) => 2.0,
        () => 1.0,
    };
    if !vocabulary.touches(name) {
        return (by_form, false);
    }
    let words = vocabulary.words;
    let lower = name.to_lowercase();
    let parts = split_name(name);
    let in_issue = parts.iter().filter(|part| words.parts.contains(*part)).count();
    let named = words.names.contains(&lower) || (parts.len() == 1 && lower.len() > 3 && words.parts.contains(&lower));
    let by_issue = match () {
        () if words.names.contains(&lower) => 10.0,
        () if in_issue > 0 && in_issue == parts.len() => 5.0,
        () if in_issue > 0 => 2.0,
        () => 1.0,
    };
    (by_issue * by_form, named)
}

impl Note {
    fn add_to(&self, hits: &mut Hits, times: u32) {
        self.hits.iter().for_each(|own| hits.add(own, times));
    }
}

impl Graph {
    /// The graph of files by number; comes back with how often each file's tags hold the issue's words.
    pub(super) fn new(
        vocabulary: &Vocabulary<'_>,
        names: &Names,
        files: Vec<Option<Arc<FileTags>>>,
    ) -> (Self, Vec<Hits>) {
        let (places, notes) = (vec![0; names.len()], Vec::new());
        let mut graph = Self { files: Vec::new(), places, notes, definers: Vec::new(), edges: Edges::default() };
        let noted = |(file, tags): (usize, &Option<Arc<FileTags>>)| match tags {
            Some(tags) => graph.note_file(vocabulary, names, number(file), tags),
            None => Hits::default(),
        };
        let hits = files.iter().enumerate().map(noted).collect();
        graph.files = files;
        graph.definers = graph.list_definers();
        graph.edges = graph.link();
        (graph, hits)
    }

    fn note_file(&mut self, vocabulary: &Vocabulary<'_>, names: &Names, file: u32, tags: &FileTags) -> Hits {
        let mut hits = Hits::default();
        for one in &tags.definitions {
            let Some(note) = self.note_name(vocabulary, names, one.name) else { continue };
            note.add_to(&mut hits, 1);
            if note.last != file + 1 {
                note.last = file + 1;
                note.definers += 1;
            }
        }
        for (name, count) in &tags.references {
            let note = self.note_name(vocabulary, names, *name);
            note.into_iter().for_each(|note| note.add_to(&mut hits, *count));
        }
        hits
    }

    fn note_name(&mut self, vocabulary: &Vocabulary<'_>, names: &Names, name: u32) -> Option<&mut Note> {
        let place = self.places.get_mut(name as usize)?;
        if *place == 0 {
            let text = names.text(name);
            let (weight, named) = weight(vocabulary, text);
            let hits = vocabulary.hits(text).map(Box::new);
            self.notes.push(Note { hits, weight, named, definers: 0, first: 0, last: 0 });
            *place = number(self.notes.len());
        }
        self.notes.get_mut(*place as usize - 1)
    }

    /// A name's place and what is known of it.
    pub(super) fn note(&self, name: u32) -> Option<(usize, &Note)> {
        let place = (*self.places.get(name as usize)? as usize).checked_sub(1)?;
        Some((place, self.notes.get(place)?))
    }

    /// All names of which something is known.
    pub(super) fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Every file with tags, by number.
    pub(super) fn tagged(&self) -> impl Iterator<Item = (usize, &FileTags)> {
        self.files.iter().enumerate().filter_map(|(file, tags)| Some((file, tags.as_deref()?)))
    }

    /// The files that define a name, in order; none where they are too many.
    pub(super) fn definers(&self, note: &Note) -> &[u32] {
        let first = note.first as usize;
        let all = if note.definers > MAX_DEFINERS { 0 } else { note.definers as usize };
        self.definers.get(first..first + all).unwrap_or_default()
    }

    /// Gives each name a stretch of one list and fills it.
    fn list_definers(&mut self) -> Vec<u32> {
        let mut all = 0;
        for note in &mut self.notes {
            (note.first, note.last) = (all, 0);
            all += if note.definers > MAX_DEFINERS { 0 } else { note.definers };
        }
        let mut list = vec![0; all as usize];
        let mut filled = vec![0_u32; self.notes.len()];
        for (file, tags) in self.files.iter().enumerate() {
            for one in tags.iter().flat_map(|tags| &tags.definitions) {
                let Some(place) = self.places.get(one.name as usize).map(|place| *place as usize - 1) else { continue };
                let (Some(note), Some(filled)) = (self.notes.get_mut(place), filled.get_mut(place)) else { continue };
                let file = number(file);
                if note.definers <= MAX_DEFINERS && note.last != file + 1 {
                    note.last = file + 1;
                    list.get_mut((note.first + *filled) as usize).into_iter().for_each(|to| *to = file);
                    *filled += 1;
                }
            }
        }
        list
    }

    /// What each definer of `name` gets of a file's references to it.
    fn share(&self, file: u32, name: u32, count: u32) -> Option<(usize, f64, &[u32])> {
        let (place, note) = self.note(name)?;
        let definers = self.definers(note);
        // What a file defines itself it most likely means.
        if definers.is_empty() || definers.binary_search(&file).is_ok() {
            return None;
        }
        Some((place, f64::from(note.weight) * f64::from(count).sqrt() / real(definers.len()), definers))
    }

    fn link(&self) -> Edges {
        let mut edges = Edges::default();
        let mut weights = vec![0.0; self.files.len()];
        let mut touched: Vec<u32> = Vec::new();
        for (file, tags) in self.files.iter().enumerate() {
            let mut total = 0.0;
            for (name, count) in tags.iter().flat_map(|tags| &tags.references) {
                let Some((_, share, definers)) = self.share(number(file), *name, *count) else { continue };
                total += share * real(definers.len());
                for definer in definers {
                    let Some(weight) = weights.get_mut(*definer as usize) else { continue };
                    if *weight == 0.0 {
                        touched.push(*definer);
                    }
                    *weight += share;
                }
            }
            edges.starts.push(edges.to.len());
            edges.totals.push(total);
            touched.sort_unstable();
            for to in touched.drain(..) {
                let weight = weights.get_mut(to as usize).map(std::mem::take).unwrap_or_default();
                #[expect(clippy::cast_possible_truncation, reason = "a part of one needs no more digits")]
                edges.to.push((to, (weight / total) as f32));
            }
        }
        edges
    }

    /// Ranks the files, walking from those that `seeds` (by number of the file) point at.
    pub(super) fn rank(&self, seeds: &[f64]) -> Ranks {
        let start = start(seeds);
        let mut walks = start.clone();
        for _ in 0..ROUNDS {
            walks = self.edges.step(&start, &walks);
        }
        let top = walks.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        Ranks { files: walks.iter().map(|one| one / top).collect(), flow: self.flow(&walks), walks }
    }

    fn flow(&self, walks: &[f64]) -> Vec<f64> {
        let mut flow = vec![0.0; self.notes.len()];
        for ((file, tags), (here, total)) in self.files.iter().enumerate().zip(walks.iter().zip(&self.edges.totals)) {
            for (name, count) in tags.iter().flat_map(|tags| &tags.references) {
                let Some((place, share, _)) = self.share(number(file), *name, *count) else { continue };
                flow.get_mut(place).into_iter().for_each(|flow| *flow += here * share / total);
            }
        }
        flow
    }
}

impl Edges {
    fn step(&self, start: &[f64], walks: &[f64]) -> Vec<f64> {
        let mut next = vec![0.0; walks.len()];
        let mut stuck = 0.0;
        for (file, here) in walks.iter().enumerate() {
            let to = self.of(file);
            if to.is_empty() {
                stuck += here;
            }
            for (file, share) in to {
                next.get_mut(*file as usize).into_iter().for_each(|n| *n += DAMPING * here * f64::from(*share));
            }
        }
        for (n, begin) in next.iter_mut().zip(start) {
            *n += begin * (1.0 - DAMPING + DAMPING * stuck);
        }
        next
    }

    fn of(&self, file: usize) -> &[(u32, f32)] {
        let start = self.starts.get(file).copied().unwrap_or(self.to.len());
        let end = self.starts.get(file + 1).copied().unwrap_or(self.to.len());
        self.to.get(start..end).unwrap_or_default()
    }
}

/// Where walks begin.
fn start(seeds: &[f64]) -> Vec<f64> {
    let total: f64 = seeds.iter().sum();
    let anywhere = if total > 0.0 { ANYWHERE } else { 1.0 };
    let even = anywhere / real(seeds.len().max(1));
    seeds.iter().map(|seed| even + if total > 0.0 { (1.0 - ANYWHERE) * seed / total } else { 0.0 }).collect()
}
