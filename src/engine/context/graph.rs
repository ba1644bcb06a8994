//! Files that refer to each other's definitions, ranked from where the issue points (personalised PageRank).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::rank::{Hits, hits_of_name};
use super::tags::{Kind, Tags};
use super::words::{Words, split_name};

/// A name that more files define tells nothing about where to go.
const MAX_DEFINERS: usize = 24;
/// A name the issue writes out counts as found if at most so many files define it.
const MAX_NAMED: usize = 5;
const DAMPING: f64 = 0.85;
const ROUNDS: usize = 20;
/// The part of the walks that begins anywhere.
const ANYWHERE: f64 = 0.1;

/// A definition's place in the graph.
#[derive(Debug, Clone, Copy)]
struct Defined {
    file: u32,
    name: u32,
    kind: Kind,
    line: u32,
    first: u32,
    last: u32,
}

/// A definition and what it is worth.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RankedDefinition {
    /// The file's number.
    pub(super) file: usize,
    /// The name's line, the first and the last of the whole, from 1.
    pub(super) line: u32,
    pub(super) first: u32,
    pub(super) last: u32,
    /// What it is worth; only comparisons mean something.
    pub(super) worth: f64,
}

/// What the walks found.
#[derive(Debug, Default)]
pub(super) struct Ranks {
    /// By number of the file, the highest 1.
    pub(super) files: Vec<f64>,
    /// The best first.
    pub(super) definitions: Vec<RankedDefinition>,
    /// By number of the file, how many names the issue writes out it defines; a name of several files counts in part.
    pub(super) named: Vec<f64>,
}

#[derive(Debug)]
struct Name {
    hits: Hits,
    weight: f64,
    named: bool,
    definers: Vec<u32>,
}

/// The graph while it is built.
pub(super) struct Graph<'w> {
    words: &'w Words,
    numbers: HashMap<Arc<str>, u32>,
    names: Vec<Name>,
    definitions: Vec<Defined>,
    references: Vec<Vec<(u32, u32)>>,
}

fn number(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts of files and names, far below 2^52")]
fn real(count: usize) -> f64 {
    count as f64
}

/// How much a name's use says. Names of the issue much, private and very short ones little.
fn weight(words: &Words, name: &str) -> (f64, bool) {
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
    let by_form = match () {
        () if name.len() < 3 => 0.1,
        () if name.starts_with('_') => 0.3,
        () if parts.len() > 1 && name.len() >= 8 => 2.0,
        () => 1.0,
    };
    (by_issue * by_form, named)
}

impl<'w> Graph<'w> {
    /// An empty graph of `files` files.
    pub(super) fn new(words: &'w Words, files: usize) -> Self {
        let references = vec![Vec::new(); files];
        Self { words, numbers: HashMap::new(), names: Vec::new(), definitions: Vec::new(), references }
    }

    /// Adds one file's tags; what comes back is how often they hold the issue's words.
    pub(super) fn add(&mut self, file: usize, tags: &Tags) -> Hits {
        let mut hits = Hits::default();
        for one in &tags.definitions {
            let name = self.name(&one.name);
            let file = number(file);
            self.definitions.push(Defined {
                file,
                name: number(name),
                kind: one.kind,
                line: one.line,
                first: one.first,
                last: one.last,
            });
            if let Some(known) = self.names.get_mut(name) {
                hits.add(&known.hits, 1);
                if known.definers.last() != Some(&file) && known.definers.len() <= MAX_DEFINERS {
                    known.definers.push(file);
                }
            }
        }
        let mut references = Vec::with_capacity(tags.references.len());
        for (name, count) in &tags.references {
            let name = self.name(name);
            references.push((number(name), *count));
            self.names.get(name).into_iter().for_each(|known| hits.add(&known.hits, *count));
        }
        self.references.get_mut(file).into_iter().for_each(|place| *place = std::mem::take(&mut references));
        hits
    }

    fn name(&mut self, text: &str) -> usize {
        if let Some(known) = self.numbers.get(text) {
            return *known as usize;
        }
        let text: Arc<str> = text.into();
        let (weight, named) = weight(self.words, &text);
        self.names.push(Name { hits: hits_of_name(self.words, &text), weight, named, definers: Vec::new() });
        let at = self.names.len() - 1;
        self.numbers.insert(text, number(at));
        at
    }

    /// Ranks the files, walking from those that `seeds` (by number of the file) point at.
    pub(super) fn rank(&self, seeds: &[f64]) -> Ranks {
        let edges = self.edges();
        let start = start(seeds);
        let mut rank = start.clone();
        for _ in 0..ROUNDS {
            rank = step(&edges, &start, &rank);
        }
        let definitions = self.ranked(&edges, &rank);
        let top = rank.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let named = self.named(seeds.len());
        Ranks { files: rank.iter().map(|one| one / top).collect(), definitions, named }
    }

    /// From each file, what it refers to: the file and the part of all its references that go there.
    fn edges(&self) -> Vec<Vec<(u32, f64)>> {
        let of = |(file, references): (usize, &Vec<(u32, u32)>)| {
            let mut to: BTreeMap<u32, f64> = BTreeMap::new();
            for (name, count) in references {
                let Some((share, definers)) = self.share(number(file), *name, *count) else { continue };
                for definer in definers {
                    *to.entry(*definer).or_default() += share;
                }
            }
            let total: f64 = to.values().sum();
            to.into_iter().map(|(file, weight)| (file, weight / total)).collect()
        };
        self.references.iter().enumerate().map(of).collect()
    }

    /// What each definer of `name` gets of a file's references to it.
    fn share(&self, file: u32, name: u32, count: u32) -> Option<(f64, &[u32])> {
        let known = self.names.get(name as usize)?;
        let others = known.definers.len();
        // What a file defines itself it most likely means.
        if others == 0 || others > MAX_DEFINERS || known.definers.binary_search(&file).is_ok() {
            return None;
        }
        Some((known.weight * f64::from(count).sqrt() / real(others), &known.definers))
    }

    fn ranked(&self, edges: &[Vec<(u32, f64)>], rank: &[f64]) -> Vec<RankedDefinition> {
        let mut flow = vec![0.0; self.names.len()];
        for (file, references) in self.references.iter().enumerate() {
            let Some(here) = rank.get(file).filter(|_| edges.get(file).is_some_and(|e| !e.is_empty())) else {
                continue;
            };
            let shares: Vec<_> = references
                .iter()
                .filter_map(|(name, count)| Some((*name, self.share(number(file), *name, *count)?)))
                .collect();
            let total: f64 = shares.iter().map(|(_, (share, definers))| share * real(definers.len())).sum();
            for (name, (share, _)) in shares {
                flow.get_mut(name as usize).into_iter().for_each(|f| *f += here * share / total);
            }
        }
        let mut found: Vec<_> = self.definitions.iter().filter_map(|one| self.worth(one, &flow, rank)).collect();
        found.sort_by(|a, b| b.worth.total_cmp(&a.worth).then_with(|| (a.file, a.line).cmp(&(b.file, b.line))));
        found
    }

    fn worth(&self, one: &Defined, flow: &[f64], rank: &[f64]) -> Option<RankedDefinition> {
        let name = self.names.get(one.name as usize)?;
        let by_kind = match one.kind {
            Kind::Function | Kind::Type => 1.0,
            Kind::Constant | Kind::Macro => 0.5,
            Kind::Module => 0.2,
        };
        let used = flow.get(one.name as usize)?;
        let own = rank.get(one.file as usize)? * name.weight / 100.0;
        let named = if name.named && name.definers.len() <= MAX_NAMED { 0.05 / real(name.definers.len()) } else { 0.0 };
        let worth = by_kind * (used + own + named);
        Some(RankedDefinition { file: one.file as usize, line: one.line, first: one.first, last: one.last, worth })
    }

    fn named(&self, files: usize) -> Vec<f64> {
        let mut named = vec![0.0; files];
        for name in self.names.iter().filter(|n| n.named && n.definers.len() <= MAX_NAMED) {
            for file in &name.definers {
                named.get_mut(*file as usize).into_iter().for_each(|n| *n += 1.0 / real(name.definers.len()));
            }
        }
        named
    }
}

/// Where walks begin.
fn start(seeds: &[f64]) -> Vec<f64> {
    let total: f64 = seeds.iter().sum();
    let anywhere = if total > 0.0 { ANYWHERE } else { 1.0 };
    let even = anywhere / real(seeds.len().max(1));
    seeds.iter().map(|seed| even + if total > 0.0 { (1.0 - ANYWHERE) * seed / total } else { 0.0 }).collect()
}

fn step(edges: &[Vec<(u32, f64)>], start: &[f64], rank: &[f64]) -> Vec<f64> {
    let mut next = vec![0.0; rank.len()];
    let mut stuck = 0.0;
    for (here, to) in rank.iter().zip(edges) {
        if to.is_empty() {
            stuck += here;
        }
        for (file, share) in to {
            next.get_mut(*file as usize).into_iter().for_each(|n| *n += DAMPING * here * share);
        }
    }
    for (n, begin) in next.iter_mut().zip(start) {
        *n += begin * (1.0 - DAMPING + DAMPING * stuck);
    }
    next
}
